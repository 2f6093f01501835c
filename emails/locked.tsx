/** ロック通知: ten wrong PINs have locked the ticket at the issuing site. */
import { type About, ApplicationFacts, aboutPreview, DetailWay, NotYou } from "./facts.tsx";
import { Fact, Paragraph, Part, Sheet } from "./parts.tsx";
import { moment, subjectOf, words } from "./words.ts";

export type LockedProps = About & { lockedAt: Date };

export default function Locked(props: LockedProps) {
  const { locale } = props;
  const t = words(locale);
  const intro = t("locked.intro");
  return (
    <Sheet
      locale={locale}
      title={subjectOf("locked", locale)}
      summary={intro}
      name={props.name}
      support={props.support}
    >
      <Paragraph>{intro}</Paragraph>
      <Fact locale={locale} name={t("locked.time")} lines={[moment(props.lockedAt, locale)]} />
      <Part heading={t("locked.unlockHeading")}>
        <Paragraph>{t("locked.unlock")}</Paragraph>
        <DetailWay about={props} />
      </Part>
      <NotYou heading={t("locked.notYouHeading")} text={t("locked.notYou")} />
      <Part heading={t("facts.heading")}>
        <ApplicationFacts about={props} />
      </Part>
    </Sheet>
  );
}

Locked.PreviewProps = {
  ...aboutPreview,
  lockedAt: new Date("2026-11-22T09:12:00Z"),
} satisfies LockedProps;
