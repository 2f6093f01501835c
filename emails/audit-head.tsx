/** The signed end of the audit's chain, for whoever keeps it away from the portal. */
import { Fact, Paragraph, Sheet } from "./parts.tsx";
import { type MailLocale, moment, subjectOf, words } from "./words.ts";

export type AuditHeadProps = {
  locale: MailLocale;
  seq: string;
  hash: string;
  at: string;
  key: string;
  signature: string;
  /** Where the keys are. */
  url: string;
  support?: string | undefined;
};

export default function AuditHead(props: AuditHeadProps) {
  const { locale, seq, hash, at, key, signature, url } = props;
  const t = words(locale);
  const intro = t("auditHead.intro");
  return (
    <Sheet
      locale={locale}
      title={subjectOf("auditHead", locale)}
      summary={intro}
      name={t("auditHead.reader")}
      support={props.support}
    >
      <Paragraph>{intro}</Paragraph>
      <Fact locale={locale} name={t("auditHead.seq")} lines={[seq]} />
      <Fact locale={locale} name={t("auditHead.hash")} lines={[hash]} />
      <Fact locale={locale} name={t("auditHead.at")} lines={[at, moment(new Date(at), locale)]} />
      <Fact locale={locale} name={t("auditHead.key")} lines={[key, url]} />
      <Fact locale={locale} name={t("auditHead.signature")} lines={[signature]} />
    </Sheet>
  );
}

AuditHead.PreviewProps = {
  locale: "ja",
  seq: "1024",
  hash: "4f".repeat(32),
  at: "2026-11-22T01:07:00.000Z",
  key: "0123456789abcdef",
  signature: "A".repeat(86),
  url: "https://portal.example.ac.jp/api/audit/head",
  support: "support@example.ac.jp",
} satisfies AuditHeadProps;
