"use client";

import { useLocale, useTranslations } from "next-intl";
import { formatTime } from "@/components/ui/dates.ts";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { type RewrapState, save } from "./use-rewrap.ts";

type Outcome = Extract<RewrapState, { at: "end" }>["outcome"];

/** What has become of the file. */
export function RewrapEnd({ outcome }: { outcome: Outcome }) {
  const t = useTranslations("Rewrap");
  const encryptionName = useTranslations("Issue.download");
  if (outcome.result === "made") {
    return (
      <Notice tone="success" title={t("made.title", { fileName: outcome.name })}>
        <p>{t("made.hint")}</p>
      </Notice>
    );
  }
  return (
    <Notice tone="info" title={t("same.title")}>
      <p>{t("same.happened", { encryption: encryptionName(`${outcome.encryption}.name`) })}</p>
    </Notice>
  );
}

/** What is in it, so that its holder sees that it is the right one. The new file was opened again: both hold the same. */
export function RewrapContents({ before, outcome }: { before: string; outcome: Outcome }) {
  const t = useTranslations("Rewrap.holds");
  const encryptionName = useTranslations("Issue.download");
  const locale = useLocale();
  const { holds } = outcome;
  const end = holds && formatTime(holds.notAfter, locale);
  const isMade = outcome.result === "made";
  const from = isMade ? outcome.from : outcome.encryption;
  const format = (encryption: typeof from) => encryptionName(`${encryption}.name`);
  return (
    <Section id="holds" title={t("title")}>
      <Facts>
        <Fact name={t("commonName")}>
          <span translate="no">{holds?.commonName ?? t("unknown")}</span>
        </Fact>
        <Fact name={t("notAfter")}>
          {end && holds.notAfter < new Date() ? t("expired", { date: end }) : (end ?? t("unknown"))}
        </Fact>
        <Fact name={t("serial")}>
          <span className="mono break-all" translate="no">
            {holds?.serial.toUpperCase() ?? t("unknown")}
          </span>
        </Fact>
        <Fact name={t("before")}>
          <FileName>{before}</FileName> {format(from)}
        </Fact>
        {isMade && (
          <Fact name={t("after")}>
            <FileName>{outcome.name}</FileName> {format(from === "modern" ? "compatible" : "modern")}
          </Fact>
        )}
      </Facts>
      {isMade && (
        <>
          <p>{t("checked")}</p>
          <p>
            <button type="button" className="button button-plain" onClick={() => save(outcome)}>
              {t("again")}
            </button>
          </p>
        </>
      )}
    </Section>
  );
}

function FileName({ children }: { children: string }) {
  return (
    <span className="mono block break-all" translate="no">
      {children}
    </span>
  );
}
