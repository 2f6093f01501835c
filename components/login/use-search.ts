"use client";

import { createTRPCClient, httpLink } from "@trpc/client";
import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { AppRouter } from "@/server/api/root.ts";
import { askedFor } from "@/server/federation/discovery/asked-for.ts";
import type { Institution } from "./institutions.tsx";
import { listed, type Shown } from "./listed.ts";

type Locale = "ja" | "en";

/** By POST: what is being typed may become a mail address, and is in no URL and so in no log of URLs. */
const server = createTRPCClient<AppRouter>({
  links: [httpLink({ url: "/api/trpc", methodOverride: "POST" })],
});

/** How long somebody who types has to rest before they are taken at their word, in milliseconds. */
const restWhileTyping = 180;

/** Looks for institutions as one types. The last question's answer is shown; until it is there, the one before. */
export function useSearch(first: Shown<Institution>, locale: Locale) {
  const [shown, setShown] = useState(first);
  const [failed, setFailed] = useState(false);
  const wanted = useRef({ q: first.q, asking: new AbortController(), rest: 0 });

  useEffect(() => () => stop(wanted.current), []);

  async function fetchFrom(q: string, from: number): Promise<Shown<Institution> | null> {
    const asking = new AbortController();
    wanted.current = { q, asking, rest: 0 };
    try {
      const { signal } = asking;
      const found = await server.federation.search.query({ q, locale, limit: listed, from }, { signal });
      if (signal.aborted) return null;
      setFailed(false);
      return { q, from, ...found };
    } catch {
      if (!asking.signal.aborted) setFailed(true);
      return null;
    }
  }

  return {
    shown,
    failed,
    /** What may be looked for of what was typed, when one rests or at once. */
    ask(typed: string, { atOnce = false } = {}) {
      const q = askedFor(typed);
      // Nothing to ask before there is a domain: the list stays as it is.
      if (q === "@" || (q === wanted.current.q && !failed && !atOnce)) return;
      stop(wanted.current);
      const look = () => fetchFrom(q, 0).then((found) => found && setShown(found));
      if (atOnce) look();
      else wanted.current = { ...wanted.current, q, rest: window.setTimeout(look, restWhileTyping) };
    },
    /** The next ones below those that are shown; once they are there, the id of the first of them. */
    async more(): Promise<string | undefined> {
      stop(wanted.current);
      const next = await fetchFrom(shown.q, shown.from + shown.institutions.length);
      if (!next) return undefined;
      const institutions = [...shown.institutions, ...next.institutions];
      flushSync(() => setShown({ ...shown, total: next.total, institutions }));
      return next.institutions[0]?.id;
    },
  };
}

function stop({ asking, rest }: { asking: AbortController; rest: number }) {
  window.clearTimeout(rest);
  asking.abort();
}
