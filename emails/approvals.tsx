/** 承認待ちのお知らせ: to the registrars of an institution, once a day while applications wait for them. A number and a link, nobody's name. */
import { Paragraph, Sheet, Way } from "./parts.tsx";
import { type MailLocale, subjectOf, words } from "./words.ts";

export type ApprovalsProps = {
  locale: MailLocale;
  institution: string;
  /** How many wait longer than a day. */
  count: number;
  /** The page 承認. */
  url: string;
  support?: string | undefined;
};

export default function Approvals(props: ApprovalsProps) {
  const { locale, institution, count, url } = props;
  const t = words(locale);
  const intro = t("approvals.intro", { count });
  return (
    <Sheet
      locale={locale}
      title={subjectOf("approvals", locale)}
      summary={intro}
      name={t("approvals.reader", { institution })}
      support={props.support}
    >
      <Paragraph>{intro}</Paragraph>
      <Paragraph>{t("approvals.what")}</Paragraph>
      <Way locale={locale} name={t("approvals.page")} open={t("approvals.open")} url={url} />
    </Sheet>
  );
}

Approvals.PreviewProps = {
  locale: "ja",
  institution: "Demo University A",
  count: 3,
  url: "https://portal.example.ac.jp/ja/admin/approvals",
  support: "support@example.ac.jp",
} satisfies ApprovalsProps;
