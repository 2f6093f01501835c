import { useTranslations } from "next-intl";

/** 中間CA証明書 and the root: where to get them. */
export function Authorities() {
  const t = useTranslations("Guide.authorities");
  return (
    <section className="stack" aria-labelledby="authorities">
      <h2 id="authorities" className="section-title">
        {t("title")}
      </h2>
      <p>{t("explanation")}</p>
      <ul className="bullets">
        <li>
          <a href="/pki/client.cer">{t("client")}</a>
        </li>
        <li>
          <a href="/pki/smime.cer">{t("smime")}</a>
        </li>
        <li>
          <a href="/pki/root.cer">{t("root")}</a>
        </li>
      </ul>
      <p className="hint">{t("rootHint")}</p>
    </section>
  );
}
