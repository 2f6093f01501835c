import { getLocale, getTranslations } from "next-intl/server";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { api } from "@/server/api/caller.ts";
import { Link } from "@/server/i18n/navigation.ts";

/** How a logout went (server/federation/session/logout.ts), and what it leaves to the reader. */
const remains = {
  here: { tone: "success", hint: "institution" },
  everywhere: { tone: "success", hint: "institution" },
  unknown: { tone: "warning", hint: "others" },
  failed: { tone: "error", hint: "again" },
} as const;

type Props = { searchParams: Promise<{ logout?: string | string[] }> };

export default async function WelcomePage({ searchParams }: Props) {
  const [t, locale, caller, { logout }] = await Promise.all([
    getTranslations("Welcome"),
    getLocale(),
    api(),
    searchParams,
  ]);
  const { member } = await caller.session.me();
  const outcome = (Object.keys(remains) as (keyof typeof remains)[]).find((known) => known === logout);
  return (
    <div className="stack prose">
      <h1>{t("title")}</h1>
      {outcome && (outcome === "failed" || !member) && (
        <Notice
          tone={remains[outcome].tone}
          title={t(`loggedOut.${outcome}`)}
          role={outcome === "failed" ? "alert" : "status"}
        >
          <p>{t(`loggedOut.${remains[outcome].hint}`)}</p>
        </Notice>
      )}
      <p>{t("lead")}</p>
      <p className="actions">
        {member ? (
          <Link className="button button-main button-wide" href="/certs">
            {t("toDashboard")}
          </Link>
        ) : (
          // A page of its own, for it alone may show images of other sites.
          <a className="button button-main button-wide" href={`/${locale}/login`}>
            {t("login")}
          </a>
        )}
      </p>
      <Section id="way" title={t("way.title")}>
        <ol className="numbers">
          <li>{t("way.login")}</li>
          <li>{t("way.apply")}</li>
          <li>{t("way.receive")}</li>
          <li>{t.rich("way.install", { guide: (text) => <Link href="/guide">{text}</Link> })}</li>
        </ol>
      </Section>
      <Section id="needs" title={t("needs.title")}>
        <ul className="bullets">
          <li>{t("needs.account")}</li>
          <li>{t("needs.mail")}</li>
        </ul>
      </Section>
      <Section id="kinds" title={t("kinds.title")}>
        <p>{t("kinds.what")}</p>
        <ul className="bullets">
          <li>{t("kinds.client")}</li>
          <li>{t("kinds.smime")}</li>
        </ul>
      </Section>
    </div>
  );
}
