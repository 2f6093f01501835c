/** 更新通知: the certificate of a renewal was downloaded. */
import Acquisition, { type AcquisitionProps } from "./acquisition.tsx";
import { CertificateSheet } from "./certificate-sheet.tsx";
import { type Serial, SerialFact, ValidityFact } from "./facts.tsx";
import { words } from "./words.ts";

export type RenewalProps = AcquisitionProps & {
  /** Of the certificate before. */
  oldSerial: Serial | null;
};

export default function Renewal(props: RenewalProps) {
  const { locale } = props;
  const t = words(locale);
  return (
    <CertificateSheet
      mail="renewal"
      about={props}
      next={t(`renewal.next.${props.kind}`)}
      notYou="acquisition"
    >
      <SerialFact locale={locale} name={t("facts.newSerial")} serial={props.serial} />
      {props.oldSerial ? (
        <SerialFact locale={locale} name={t("facts.oldSerial")} serial={props.oldSerial} />
      ) : null}
      {props.validity ? <ValidityFact locale={locale} {...props.validity} /> : null}
    </CertificateSheet>
  );
}

Renewal.PreviewProps = {
  ...Acquisition.PreviewProps,
  oldSerial: {
    hex: "11:4C:90:EE:02:7B:A1:5F:33:D8:6A:C7:0E:42:B9:65",
    decimal: "22983310747150928374650192837465019285",
  },
} satisfies RenewalProps;
