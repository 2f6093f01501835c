import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import type { UpkiOverview } from "../answers.ts";
import { Outcome } from "../outcome.tsx";
import { useListFaultWords } from "./code-words.ts";

const facts = ["collected", "revoked", "lapsed", "corrected"] as const;

/** When the service's list was compared last, and what that made up for. */
export function LastList({ list }: { list: UpkiOverview["list"] }) {
  const t = useTranslations("Admin.upki");
  const wordsFor = useListFaultWords();
  if (!list) return <p>{t("list.never")}</p>;
  const { at, via, rows, told, fault } = list;
  const madeUp = facts.filter((fact) => (told[fact] ?? 0) > 0);
  return (
    <Facts>
      <Fact name={t("list.at")}>
        <p>
          <Moment at={at} />
        </p>
        <p className="hint">{t(via === "site" ? "list.via.site" : "list.via.upload")}</p>
      </Fact>
      {fault === null ? (
        <>
          <Fact name={t("list.rows")}>{t("count", { count: rows })}</Fact>
          <Fact name={t("list.told")}>
            {madeUp.length === 0 ? (
              t("list.nothing")
            ) : (
              <ul>
                {madeUp.map((fact) => (
                  <li key={fact}>{t(`list.${fact}`, { count: told[fact] ?? 0 })}</li>
                ))}
              </ul>
            )}
          </Fact>
        </>
      ) : (
        <Fact name={t("list.fault")}>
          <Outcome isGood={false}>{wordsFor(fault)}</Outcome>
          <p className="entity-id hint">{fault}</p>
        </Fact>
      )}
    </Facts>
  );
}
