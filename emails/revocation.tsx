/** 失効完了通知: the CA has revoked the certificate. */
import { CertificateSheet } from "./certificate-sheet.tsx";
import { type About, aboutPreview, type Serial, SerialFact } from "./facts.tsx";
import { Fact, Paragraph } from "./parts.tsx";
import { moment, words } from "./words.ts";

export type RevocationProps = About & {
  serial: Serial | null;
  revokedAt: Date;
  reason: "unspecified" | "keyCompromise" | "affiliationChanged" | "superseded" | "cessationOfOperation";
  /** Where their institution did it: why, in its words. */
  words: string | null;
};

export default function Revocation(props: RevocationProps) {
  const { locale } = props;
  const t = words(locale);
  return (
    <CertificateSheet
      mail="revocation"
      about={props}
      next={t(`revocation.next.${props.kind}`)}
      notYou={props.words === null ? "revocation" : "revokedFor"}
    >
      {props.words !== null && <Paragraph>{t("revokedFor.who")}</Paragraph>}
      {props.serial ? <SerialFact locale={locale} name={t("facts.serial")} serial={props.serial} /> : null}
      <Fact locale={locale} name={t("revocation.time")} lines={[moment(props.revokedAt, locale)]} />
      <Fact locale={locale} name={t("revocation.reason")} lines={[t(`reason.${props.reason}`)]} />
      {props.words !== null && <Fact locale={locale} name={t("revokedFor.words")} lines={[props.words]} />}
    </CertificateSheet>
  );
}

Revocation.PreviewProps = {
  ...aboutPreview,
  serial: {
    hex: "3F:A0:12:9B:77:C4:5D:E8:01:2A:9C:B4:6F:D3:88:10",
    decimal: "84570519446021573926018203947561920272",
  },
  revokedAt: new Date("2027-04-01T00:15:00Z"),
  reason: "keyCompromise",
  words: null,
} satisfies RevocationProps;
