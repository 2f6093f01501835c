/** 身に覚えがない: to the registrars of an institution, when one of its members says so. A link, nobody's name. */
import { Paragraph, Sheet, Way } from "./parts.tsx";
import { type MailLocale, subjectOf, words } from "./words.ts";

export type DisownedProps = {
  locale: MailLocale;
  institution: string;
  /** Whether the certificate is being revoked by the institution's rule. */
  ended: boolean;
  /** The application among those of registrars. */
  url: string;
  support?: string | undefined;
};

export default function Disowned(props: DisownedProps) {
  const { locale, institution, ended, url } = props;
  const t = words(locale);
  const intro = t("disowned.intro");
  return (
    <Sheet
      locale={locale}
      title={subjectOf("disowned", locale)}
      summary={intro}
      name={t("approvals.reader", { institution })}
      support={props.support}
    >
      <Paragraph>{intro}</Paragraph>
      <Paragraph>{t(ended ? "disowned.ended" : "disowned.notEnded")}</Paragraph>
      <Way locale={locale} name={t("disowned.page")} open={t("disowned.open")} url={url} />
    </Sheet>
  );
}

Disowned.PreviewProps = {
  locale: "ja",
  institution: "Demo University A",
  ended: false,
  url: "https://portal.example.ac.jp/ja/admin/applications/example",
  support: "support@example.ac.jp",
} satisfies DisownedProps;
