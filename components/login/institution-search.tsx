"use client";

import { keepPreviousData, QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { createTRPCClient, httpLink } from "@trpc/client";
import { useLocale, useTranslations } from "next-intl";
import { useDeferredValue, useState } from "react";
import type { AppRouter } from "@/server/api/root.ts";
import { type Institution, Institutions } from "./institutions.tsx";
import { listed } from "./listed.ts";

type InstitutionSearchProps = {
  /** What was typed when the page was asked for, and what it found. */
  q: string;
  found: readonly Institution[];
  to: string;
};

const server = createTRPCClient<AppRouter>({ links: [httpLink({ url: "/api/trpc" })] });

/** Finds an institution as one types; without JavaScript by the button. */
export function InstitutionSearch(props: InstitutionSearchProps) {
  const [queries] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={queries}>
      <Search {...props} />
    </QueryClientProvider>
  );
}

function Search({ q, found, to }: InstitutionSearchProps) {
  const t = useTranslations("Login");
  const locale = useLocale();
  const [typed, setTyped] = useState(q);
  const asked = useDeferredValue(typed.trim());
  const { data, isError } = useQuery({
    queryKey: ["institutions", asked, locale],
    queryFn: ({ signal }) =>
      server.federation.search.query({ q: asked.slice(0, 100), locale, limit: listed }, { signal }),
    initialData: asked === q.trim() ? found : undefined,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const institutions = data ?? [];
  return (
    <div className="stack">
      <search>
        <form method="get" className="memo-form" onSubmit={(event) => event.preventDefault()}>
          <input type="hidden" name="to" value={to} />
          <div className="field w-full">
            <label htmlFor="q">{t("search")}</label>
            <p id="q-hint" className="hint">
              {t("searchHint")}
            </p>
          </div>
          <input
            id="q"
            name="q"
            type="search"
            className="input"
            aria-describedby="q-hint"
            autoComplete="off"
            maxLength={100}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <button type="submit" className="button button-plain">
            {t("find")}
          </button>
        </form>
      </search>
      <p role="status">
        {isError
          ? t("searchFailed")
          : institutions.length < listed
            ? t("found", { count: institutions.length })
            : t("foundMany", { count: listed })}
      </p>
      <Institutions institutions={institutions} to={to} />
    </div>
  );
}
