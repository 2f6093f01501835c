"use client";

import { useLocale, useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { type Institution, Institutions } from "./institutions.tsx";
import { listed, type Shown } from "./listed.ts";
import { useSearch } from "./use-search.ts";

type InstitutionSearchProps = {
  /** What was found when the page was asked for. */
  found: Shown<Institution>;
  to: string;
};

/** Finds an institution as one types; without JavaScript by the button, page by page. */
export function InstitutionSearch({ found, to }: InstitutionSearchProps) {
  const t = useTranslations("Login");
  const locale = useLocale();
  const { shown, failed, ask, more } = useSearch(found, locale);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const { q, from, total, institutions } = shown;
  const until = from + institutions.length;
  const said = failed ? t("searchFailed") : howMany();

  // What was typed before the page had its scripts.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page comes to life
  useEffect(() => ask(field.current?.value ?? ""), []);

  function howMany() {
    if (total > 0)
      return institutions.length === total || institutions.length === 0
        ? t("found", { total })
        : t("foundSome", { total, from: from + 1, until });
    if (q === "") return t("none");
    return q.startsWith("@") ? t("nothingForDomain", { q: q.slice(1) }) : t("nothing", { q });
  }

  /** Whoever comes back from the institution's page finds what they had found. */
  function keepInAddress() {
    window.history.replaceState(null, "", pageOf({ q, to, page: from / listed + 1 }));
  }

  async function showMore() {
    const first = await more();
    // The reader goes on where the list was at its end.
    list.current?.querySelector<HTMLElement>(`button[value="${first}"]`)?.focus({ preventScroll: true });
  }

  return (
    <div className="stack">
      <search>
        <form
          method="post"
          action="/login/search"
          className="search-form"
          onSubmit={(event) => {
            event.preventDefault();
            ask(field.current?.value ?? "", { atOnce: true });
          }}
        >
          <input type="hidden" name="to" value={to} />
          <input type="hidden" name="locale" value={locale} />
          <div className="field w-full">
            <label htmlFor="q">{t("search")}</label>
            <p id="q-hint" className="hint">
              {t("searchHint")}
            </p>
          </div>
          <input
            ref={field}
            id="q"
            name="q"
            type="search"
            className="input"
            aria-describedby="q-hint"
            autoComplete="off"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            enterKeyHint="search"
            maxLength={200}
            defaultValue={q}
            onChange={(event) => ask(event.target.value)}
          />
          <button type="submit" className="button button-plain">
            {t("find")}
          </button>
        </form>
      </search>
      <p>{said}</p>
      <SaidAloud text={said} />
      {total === 0 && q !== "" && !failed && <NothingFound />}
      {institutions.length > 0 && (
        <div ref={list}>
          <Institutions institutions={institutions} to={to} onChoose={keepInAddress} />
        </div>
      )}
      {(from > 0 || until < total) && (
        <nav className="actions" aria-label={t("pages")}>
          {from > 0 && (
            <a className="button button-plain" href={pageOf({ q, to, page: from / listed })}>
              {t("previous", { count: listed })}
            </a>
          )}
          {until < total && (
            <a
              className="button button-plain"
              href={pageOf({ q, to, page: Math.floor(until / listed) + 1 })}
              onClick={(event) => {
                event.preventDefault();
                showMore();
              }}
            >
              {t("more", { count: Math.min(listed, total - until) })}
            </a>
          )}
        </nav>
      )}
    </div>
  );
}

function pageOf({ q, to, page = 1 }: { q: string; to: string; page?: number }): string {
  return `?${new URLSearchParams({ to, ...(q && { q }), ...(page > 1 && { page: String(page) }) })}`;
}

function NothingFound() {
  const t = useTranslations("Login.nothingTips");
  return (
    <section className="stack" aria-labelledby="tips">
      <h3 id="tips">{t("title")}</h3>
      <ul className="bullets">
        <li>{t("words")}</li>
        <li>{t("domain")}</li>
        <li>{t("participation")}</li>
      </ul>
    </section>
  );
}

/** How long to wait until somebody has finished typing: only then are they told, in milliseconds. */
const beforeSaying = 1000;

/** The same for those who listen, but not at every letter. */
function SaidAloud({ text }: { text: string }) {
  const [said, setSaid] = useState("");
  const first = useRef(text);
  useEffect(() => {
    // What the page says at its beginning is read with the page.
    if (text === first.current) return;
    first.current = "";
    const later = setTimeout(() => setSaid(text), beforeSaying);
    return () => clearTimeout(later);
  }, [text]);
  return (
    <p role="status" className="visually-hidden">
      {said}
    </p>
  );
}
