import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { languageOf } from "@/components/ui/language.ts";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import type { UpkiOverview } from "../answers.ts";
import { useRefusedWords } from "./code-words.ts";
import { Dn } from "./dn.tsx";

type Refusal = UpkiOverview["refused"][number];

/** What the service refused last, with its code and its words. */
export function Refused({ refused }: { refused: readonly Refusal[] }) {
  const t = useTranslations("Admin.upki");
  if (refused.length === 0) return <p>{t("none")}</p>;
  const columns = ["dn", "kind", "reason", "at"] as const;
  return (
    <>
      <p>{t("refused.explanation")}</p>
      <ReflowingTable
        labelledBy="refused"
        columns={columns.map((column) => t(`refused.columns.${column}`))}
        rows={refused.map((one) => ({
          key: one.id,
          cells: [
            <Dn key="dn" dn={one.dn} />,
            t(`kinds.${one.kind}`),
            <Reason key="reason" refusal={one} />,
            <Moment key="at" at={one.at} />,
          ],
        }))}
      />
    </>
  );
}

function Reason({ refusal: { code, message } }: { refusal: Refusal }) {
  const t = useTranslations("Admin.upki.refused");
  const wordsFor = useRefusedWords();
  return (
    <>
      {code && (
        <>
          <p>{wordsFor(code)}</p>
          <p className="hint">{t("code", { code })}</p>
        </>
      )}
      {message && (
        <p className="hint" lang={languageOf(message)}>
          {t("words", { words: message })}
        </p>
      )}
    </>
  );
}
