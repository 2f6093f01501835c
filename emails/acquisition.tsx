/** 取得通知: the first certificate of an application was downloaded. */
import { CertificateSheet } from "./certificate-sheet.tsx";
import { type About, aboutPreview, type Serial, SerialFact, ValidityFact } from "./facts.tsx";
import { words } from "./words.ts";

export type AcquisitionProps = About & {
  serial: Serial;
  /** Null when it is not known any more. */
  validity: { notBefore: Date; notAfter: Date } | null;
};

export default function Acquisition(props: AcquisitionProps) {
  const { locale } = props;
  const t = words(locale);
  return (
    <CertificateSheet mail="acquisition" about={props} next={t("acquisition.next")} notYou="acquisition">
      <SerialFact locale={locale} name={t("facts.serial")} serial={props.serial} />
      {props.validity ? <ValidityFact locale={locale} {...props.validity} /> : null}
    </CertificateSheet>
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
