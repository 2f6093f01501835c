/** 取得通知: the first certificate of an application was downloaded. */
import {
  type About,
  ApplicationFacts,
  aboutPreview,
  DetailWay,
  NotYou,
  type Serial,
  SerialFact,
  ValidityFact,
} from "./facts.tsx";
import { Paragraph, Part, Sheet } from "./parts.tsx";
import { subjectOf, words } from "./words.ts";

export type AcquisitionProps = About & {
  serial: Serial;
  /** Null when it is not known any more. */
  validity: { notBefore: Date; notAfter: Date } | null;
};

export default function Acquisition(props: AcquisitionProps) {
  const { locale } = props;
  const t = words(locale);
  const intro = t("acquisition.intro", { kind: t(`kind.${props.kind}`) });
  return (
    <Sheet
      locale={locale}
      title={subjectOf("acquisition", locale)}
      summary={intro}
      name={props.name}
      support={props.support}
    >
      <Paragraph>{intro}</Paragraph>
      <Part heading={t("facts.heading")}>
        <ApplicationFacts about={props} />
        <SerialFact locale={locale} name={t("facts.serial")} serial={props.serial} />
        {props.validity ? <ValidityFact locale={locale} {...props.validity} /> : null}
        <Paragraph>{t("acquisition.next")}</Paragraph>
        <DetailWay about={props} />
      </Part>
      <NotYou heading={t("acquisition.notYouHeading")} text={t("acquisition.notYou")} />
    </Sheet>
  );
}

Acquisition.PreviewProps = {
  ...aboutPreview,
  serial: {
    hex: "3F:A0:12:9B:77:C4:5D:E8:01:2A:9C:B4:6F:D3:88:10",
    decimal: "84570519446021573926018203947561920272",
  },
  validity: { notBefore: new Date("2026-11-22T08:40:00Z"), notAfter: new Date("2031-03-22T08:40:00Z") },
} satisfies AcquisitionProps;
