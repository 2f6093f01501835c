"use client";

import { useLocale, useTranslations } from "next-intl";
import { formatTime } from "@/components/ui/dates.ts";
import { Notice } from "@/components/ui/notice.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { type RewrapState, save } from "./use-rewrap.ts";

type Outcome = Extract<RewrapState, { at: "end" }>["outcome"];

/** What has become of the file, and what is in it, so that its holder sees that it is the right one. */
export function RewrapResult({ before, outcome }: { before: string; outcome: Outcome }) {
  const t = useTranslations("Rewrap");
  const encryptionName = useTranslations("Issue.download");
  const isMade = outcome.result === "made";
  const from = encryptionName(`${isMade ? outcome.from : outcome.encryption}.name`);
  return (
    <>
      {isMade ? (
        <Notice tone="success" title={t("made.title", { fileName: outcome.name })}>
          <p>{t("made.hint")}</p>
        </Notice>
      ) : (
        <Notice tone="info" title={t("same.title")}>
          <p>{t("same.happened", { encryption: from })}</p>
        </Notice>
      )}
      <Contents before={before} from={from} outcome={outcome} />
      {isMade && (
        <p className="actions">
          <button type="button" className="button button-plain" onClick={() => save(outcome)}>
            {t("made.again")}
          </button>
          <Link className="button button-plain" href="/guide">
            {t("made.guide")}
          </Link>
        </p>
      )}
    </>
  );
}

type ContentsProps = { before: string; from: string; outcome: Outcome };

/** The new file was opened again: both hold the same. */
function Contents({ before, from, outcome }: ContentsProps) {
  const t = useTranslations("Rewrap.holds");
  const encryptionName = useTranslations("Issue.download");
  const locale = useLocale();
  const { holds } = outcome;
  const isExpired = holds !== null && holds.notAfter < new Date();
  const date = holds && formatTime(holds.notAfter, locale);
  const same: [string, string | null | undefined][] = [
    ["commonName", holds?.commonName],
    ["notAfter", isExpired ? t("expired", { date: date ?? "" }) : date],
    ["serial", holds?.serial.toUpperCase()],
  ];
  const isMade = outcome.result === "made";
  const opposite = outcome.result === "made" && outcome.from === "modern" ? "compatible" : "modern";
  const rows: [string, string, string][] = [
    ["fileName", before, isMade ? outcome.name : ""],
    ["format", from, encryptionName(`${opposite}.name`)],
    ...same.map(([key, value]): [string, string, string] => [
      key,
      value ?? t("unknown"),
      value ?? t("unknown"),
    ]),
  ];
  const columns = [t("what"), t("before"), ...(isMade ? [t("after")] : [])];
  return (
    <section className="stack" aria-labelledby="holds">
      <h2 id="holds" className="section-title">
        {t("title")}
      </h2>
      <ReflowingTable
        labelledBy="holds"
        columns={columns}
        rows={rows.map(([key, first, second]) => ({
          key,
          cells: [
            t(key as "fileName"),
            <Value key="before">{first}</Value>,
            <Value key="after">{second}</Value>,
          ].slice(0, columns.length),
        }))}
      />
    </section>
  );
}

/** Names and numbers that no translation may touch, and that break where they must. */
function Value({ children }: { children: string }) {
  return (
    <span className="break-all" translate="no">
      {children}
    </span>
  );
}
