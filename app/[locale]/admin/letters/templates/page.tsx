import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { SearchForm } from "@/components/admin/search-fields.tsx";
import { framed } from "@/components/ui/framed.ts";
import { Link } from "@/server/i18n/navigation.ts";
import { textOf } from "../../days.ts";
import { orLost, registrar } from "../../operator.ts";

type Query = Record<"mail" | "language", string | string[] | undefined>;
type TemplatesPageProps = { params: Promise<{ locale: string }>; searchParams: Promise<Query> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.letters.templates"))("title"), robots: { index: false } };
}

/** Every mail as its readers get it, in both languages, with the data of invented people. */
export default async function TemplatesPage({ params, searchParams }: TemplatesPageProps) {
  const { letters } = await registrar("/admin/letters/templates");
  const [{ locale }, query, t, names] = await Promise.all([
    params,
    searchParams,
    getTranslations("Admin.letters.templates"),
    getTranslations("Mail.subject"),
  ]);
  const asked = textOf(query.language);
  const language = asked === "ja" || asked === "en" ? asked : locale === "ja" ? "ja" : "en";
  const mail = (textOf(query.mail) || "acceptance") as "acceptance";
  const { mails, subject, html, text } = await orLost(letters.preview({ mail, locale: language }));
  return (
    <AdminFrame title={t("title")}>
      <p>{t("explanation")}</p>
      <SearchForm find={t("show")}>
        <div className="field">
          <label htmlFor="mail">{t("mail")}</label>
          <select id="mail" name="mail" className="select" defaultValue={mail}>
            {mails.map((one) => (
              <option key={one} value={one}>
                {names(one)}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="language">{t("language")}</label>
          <select id="language" name="language" className="select" defaultValue={language}>
            <option value="ja">{t("languages.ja")}</option>
            <option value="en">{t("languages.en")}</option>
          </select>
        </div>
      </SearchForm>
      <section className="stack" aria-labelledby="subject">
        <h2 id="subject" lang={language}>
          {subject}
        </h2>
        <iframe className="card h-[48rem] w-full p-0" title={t("html")} sandbox="" srcDoc={framed(html)} />
        <h3 id="text">{t("text")}</h3>
        <section className="card whitespace-pre-wrap" aria-labelledby="text" lang={language}>
          <span className="entity-id">{text}</span>
        </section>
      </section>
      <p className="actions no-print">
        <Link className="button button-plain" href="/admin/letters">
          {t("back")}
        </Link>
      </p>
    </AdminFrame>
  );
}
