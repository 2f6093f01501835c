/** 本人確認のお願い: the PIN has been issued; before the mail with the URL goes out, its member confirms who they are on the portal. */
import { type About, ApplicationFacts, aboutPreview, DetailWay, NotYou } from "./facts.tsx";
import { Fact, Paragraph, Part, Sheet } from "./parts.tsx";
import { moment, subjectOf, words } from "./words.ts";

export type HeldProps = About & {
  /** Whether it is a renewal, so that a certificate is there already. */
  renewal: boolean;
  collectUntil: Date;
};

export default function Held(props: HeldProps) {
  const { locale } = props;
  const t = words(locale);
  const intro = t(props.renewal ? "held.introRenewal" : "held.intro", { kind: t(`kind.${props.kind}`) });
  return (
    <Sheet
      locale={locale}
      title={subjectOf("held", locale)}
      summary={intro}
      name={props.name}
      support={props.support}
    >
      <Paragraph>{intro}</Paragraph>
      <Part heading={t("held.heading")}>
        <Paragraph>{t("held.steps")}</Paragraph>
        <DetailWay about={props} />
        <Paragraph>{t("held.then")}</Paragraph>
        <Fact locale={locale} name={t("acceptance.until")} lines={[moment(props.collectUntil, locale)]} />
        <Paragraph>{t("acceptance.lapse")}</Paragraph>
      </Part>
      <Part heading={t("facts.heading")}>
        <ApplicationFacts about={props} />
      </Part>
      <NotYou heading={t("acceptance.notYouHeading")} text={t("held.notYou")} />
    </Sheet>
  );
}

Held.PreviewProps = {
  ...aboutPreview,
  renewal: false,
  collectUntil: new Date("2026-12-22T08:36:42Z"),
} satisfies HeldProps;
