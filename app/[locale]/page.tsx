import { getTranslations } from "next-intl/server";
import { api } from "@/server/api/caller.ts";
import { Link } from "@/server/i18n/navigation.ts";

export default async function WelcomePage() {
  const [t, caller] = await Promise.all([getTranslations("Welcome"), api()]);
  const { member } = await caller.session.me();
  return (
    <div className="stack prose">
      <h1>{t("title")}</h1>
      <p>{t("lead")}</p>
      <p className="actions">
        <Link className="button button-main button-wide" href={member ? "/certs" : "/login"}>
          {member ? t("toDashboard") : t("login")}
        </Link>
      </p>
      <section className="stack" aria-labelledby="way">
        <h2 id="way" className="section-title">
          {t("way.title")}
        </h2>
        <ol className="numbers">
          <li>{t("way.login")}</li>
          <li>{t("way.apply")}</li>
          <li>{t("way.receive")}</li>
          <li>{t.rich("way.install", { guide: (text) => <Link href="/guide">{text}</Link> })}</li>
        </ol>
      </section>
      <section className="stack" aria-labelledby="needs">
        <h2 id="needs" className="section-title">
          {t("needs.title")}
        </h2>
        <ul className="bullets">
          <li>{t("needs.account")}</li>
          <li>{t("needs.mail")}</li>
        </ul>
      </section>
      <section className="stack" aria-labelledby="kinds">
        <h2 id="kinds" className="section-title">
          {t("kinds.title")}
        </h2>
        <p>{t("kinds.what")}</p>
        <ul className="bullets">
          <li>{t("kinds.client")}</li>
          <li>{t("kinds.smime")}</li>
        </ul>
      </section>
    </div>
  );
}
