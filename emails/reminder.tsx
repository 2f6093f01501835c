/** 有効期限通知: the certificate expires in some days, and how to renew it. */
import { type About, ApplicationFacts, aboutPreview, DetailWay, type Serial, SerialFact } from "./facts.tsx";
import { Fact, Paragraph, Part, Sheet } from "./parts.tsx";
import { moment, subjectOf, words } from "./words.ts";

export type ReminderProps = About & { days: number; notAfter: Date; serial: Serial };

export default function Reminder(props: ReminderProps) {
  const { locale } = props;
  const t = words(locale);
  const intro = t("reminder.intro", { kind: t(`kind.${props.kind}`), days: props.days });
  return (
    <Sheet
      locale={locale}
      title={subjectOf("reminder", locale)}
      summary={intro}
      name={props.name}
      support={props.support}
    >
      <Paragraph>{intro}</Paragraph>
      <Fact locale={locale} name={t("facts.expiry")} lines={[moment(props.notAfter, locale)]} />
      <Part heading={t("reminder.renewHeading")}>
        <Paragraph>{t("reminder.renew")}</Paragraph>
        <DetailWay about={props} />
        <Paragraph>{t("reminder.noNeed")}</Paragraph>
      </Part>
      <Part heading={t("facts.heading")}>
        <ApplicationFacts about={props} />
        <SerialFact locale={locale} name={t("facts.serial")} serial={props.serial} />
      </Part>
    </Sheet>
  );
}

Reminder.PreviewProps = {
  ...aboutPreview,
  days: 30,
  notAfter: new Date("2031-03-22T08:40:00Z"),
  serial: {
    hex: "3F:A0:12:9B:77:C4:5D:E8:01:2A:9C:B4:6F:D3:88:10",
    decimal: "84570519446021573926018203947561920272",
  },
} satisfies ReminderProps;
