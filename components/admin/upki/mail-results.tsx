import { useMessages, useTranslations } from "next-intl";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Outcome } from "../outcome.tsx";
import { useDeadWords } from "./code-words.ts";

export type MailResult = { name: string; outcome: string };

type Known = keyof ReturnType<typeof useMessages>["Admin"]["upki"]["mails"]["outcomes"];

const good: readonly string[] = ["done", "done_again"];

/** What became of each mail that was just sent. `dead.<reason>` has two sentences. */
export function MailResults({ results }: { results: readonly MailResult[] }) {
  const t = useTranslations("Admin.upki");
  const known = Object.keys(useMessages().Admin.upki.mails.outcomes) as Known[];
  const deadWords = useDeadWords();
  if (results.length === 0) return null;
  const sentence = (outcome: string) => {
    const one = known.find((word) => word === outcome);
    return one ? t(`mails.outcomes.${one}`) : t("unknownCode", { code: outcome });
  };
  return (
    <section className="stack" aria-labelledby="mail-results" role="status">
      <h2 id="mail-results" className="section-title">
        {t("mails.outcome")}
      </h2>
      <ReflowingTable
        labelledBy="mail-results"
        columns={[t("mails.columns.file"), t("mails.columns.outcome")]}
        rows={results.map(({ name, outcome }, at) => {
          const [word = "", reason] = outcome.split(".", 2);
          return {
            key: `${at} ${name}`,
            cells: [
              name,
              <div key="outcome">
                <Outcome isGood={good.includes(word)}>{sentence(word)}</Outcome>
                {reason && <p>{deadWords(reason)}</p>}
              </div>,
            ],
          };
        })}
      />
    </section>
  );
}
