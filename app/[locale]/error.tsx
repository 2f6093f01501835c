"use client";

import { useTranslations } from "next-intl";

type ErrorPageProps = { error: Error & { digest?: string }; retry: () => void };

/** Something failed that nobody foresaw. The reference number is the one the log holds. */
export default function ErrorPage({ error, retry }: ErrorPageProps) {
  const t = useTranslations("ErrorPage");
  return (
    <div className="stack prose" role="alert">
      <h1>{t("title")}</h1>
      <p>{t("explanation")}</p>
      {error.digest && (
        <p>
          {t.rich("reference", { number: error.digest, b: (number) => <b className="mono">{number}</b> })}
        </p>
      )}
      <p className="actions">
        <button type="button" className="button button-main needs-script" onClick={retry}>
          {t("again")}
        </button>
        <a className="button button-plain" href="/">
          {t("toTop")}
        </a>
      </p>
    </div>
  );
}
