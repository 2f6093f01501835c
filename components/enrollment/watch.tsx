"use client";

import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { createTRPCClient, httpLink } from "@trpc/client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Notice } from "@/components/ui/notice.tsx";
import type { AppRouter } from "@/server/api/root.ts";

type WatchProps = {
  /** The page's own; as soon as the server's differs the page is read again. */
  pulse: string;
  /** Only this application; all of the member's when left out. */
  number?: number;
  /** Whether anything can change by itself. */
  isUnderWay: boolean;
  /** What each application's status reads, for saying aloud which one changed. */
  words: Readonly<Record<number, string>>;
};

const everySoOften = 2_000;
const server = createTRPCClient<AppRouter>({ links: [httpLink({ url: "/api/trpc" })] });

/** Looks again while something is under way and the page is in sight, and says what became of it. */
export function Watch(props: WatchProps) {
  const [queries] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={queries}>
      <Look {...props} />
    </QueryClientProvider>
  );
}

function Look({ pulse, number, isUnderWay, words }: WatchProps) {
  const router = useRouter();
  const t = useTranslations("Watch");
  const { data, isError } = useQuery({
    queryKey: ["pulse", number],
    queryFn: ({ signal }) => server.enrollment.pulse.query({ number }, { signal }),
    initialData: pulse,
    enabled: isUnderWay,
    refetchInterval: everySoOften,
    refetchIntervalInBackground: false,
    retry: 1,
    retryDelay: everySoOften,
  });

  useEffect(() => {
    if (isUnderWay && data !== pulse) router.refresh();
  }, [isUnderWay, data, pulse, router]);

  return (
    <>
      <p role="status" className="visually-hidden">
        {useNews(words)}
      </p>
      <div role="status" className="watch-stopped">
        {isUnderWay && isError && (
          <Notice tone="warning" title={t("stopped")}>
            <p>{t("stoppedHint")}</p>
          </Notice>
        )}
      </div>
    </>
  );
}

/** The sentence about what changed last; empty until something does. */
function useNews(words: Readonly<Record<number, string>>): string {
  const t = useTranslations("Watch");
  const [news, setNews] = useState("");
  const before = useRef(words);

  useEffect(() => {
    const changed = Object.entries(words).filter(([number, word]) => {
      const old = before.current[Number(number)];
      return old !== undefined && old !== word;
    });
    before.current = words;
    if (changed.length > 0) {
      setNews(changed.map(([number, status]) => t("changed", { number, status })).join(" "));
    }
  }, [words, t]);

  return news;
}
