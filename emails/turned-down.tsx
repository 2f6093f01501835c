/** 却下・取消通知: a registrar has declined the application, or cancelled it; with the reason in their words. */
import { type About, ApplicationFacts, aboutPreview, DetailWay } from "./facts.tsx";
import { Fact, Paragraph, Part, Sheet } from "./parts.tsx";
import { subjectOf, words } from "./words.ts";

export type TurnedDownProps = About & { how: "declined" | "cancelled"; reason: string };

export default function TurnedDown(props: TurnedDownProps) {
  const { locale, how } = props;
  const t = words(locale);
  const intro = t(`${how}.intro`, { kind: t(`kind.${props.kind}`) });
  return (
    <Sheet
      locale={locale}
      title={subjectOf(how, locale)}
      summary={intro}
      name={props.name}
      support={props.support}
    >
      <Paragraph>{intro}</Paragraph>
      <Fact locale={locale} name={t("turnedDown.reason")} lines={[props.reason]} />
      <Part heading={t("turnedDown.heading")}>
        <Paragraph>{t(`${how}.next`)}</Paragraph>
        <DetailWay about={props} />
      </Part>
      <Part heading={t("turnedDown.facts")}>
        <ApplicationFacts about={props} />
      </Part>
    </Sheet>
  );
}

TurnedDown.PreviewProps = {
  ...aboutPreview,
  how: "declined",
  reason: "ID 20261234",
} satisfies TurnedDownProps;
