import { useMessages, useTranslations } from "next-intl";
import { Notice } from "@/components/ui/notice.tsx";
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
  const isGood = results.every(({ outcome }) => good.includes(outcome));
  return (
    <Notice tone={isGood ? "success" : "error"} role={isGood ? "status" : "alert"} title={t("mails.outcome")}>
      <ul className="bullets">
        {results.map(({ name, outcome }, at) => {
          const [word = "", reason] = outcome.split(".", 2);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name, and none ever moves
            <li key={at}>
              <bdi>{name}</bdi>: {sentence(word)} {reason && deadWords(reason)}
            </li>
          );
        })}
      </ul>
    </Notice>
  );
}
