import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import type { FederationView } from "./answers.ts";
import { InstitutionName } from "./institution-name.tsx";
import { Outcome } from "./outcome.tsx";
import { useRefusalWords } from "./refusal-words.ts";

type Look = FederationView["looks"][number];

/** Each look at the source, the newest first: what came of it, and which institutions it brought and took. */
export function Looks({ looks }: { looks: readonly Look[] }) {
  const t = useTranslations("Admin.federation.looks");
  if (looks.length === 0) return <p>{t("none")}</p>;
  return (
    <ReflowingTable
      labelledBy="looks"
      columns={[t("at"), t("outcome"), t("changes"), t("took")]}
      rows={looks.map((look) => ({
        key: look.id,
        cells: [
          <Moment key="at" at={look.at} />,
          <LookOutcome key="outcome" look={look} />,
          <Changes key="changes" look={look} />,
          t("seconds", { seconds: look.took / 1000 }),
        ],
      }))}
    />
  );
}

function LookOutcome({ look: { outcome, found, providers } }: { look: Look }) {
  const t = useTranslations("Admin.federation.looks");
  const wordsFor = useRefusalWords();
  const isGood = outcome === "loaded" || outcome === "unchanged";
  return (
    <>
      <Outcome isGood={isGood}>{isGood ? t(outcome) : wordsFor(outcome)}</Outcome>
      {providers !== null && <p className="hint">{t("providers", { providers })}</p>}
      {found && <p className="entity-id hint">{found}</p>}
    </>
  );
}

function Changes({ look: { appeared, vanished } }: { look: Look }) {
  const t = useTranslations("Admin.federation.looks");
  if (appeared.length + vanished.length === 0) return t("unchangedList");
  const lists = [
    { word: "appeared", institutions: appeared },
    { word: "vanished", institutions: vanished },
  ] as const;
  return lists.map(
    ({ word, institutions }) =>
      institutions.length > 0 && (
        <details key={word} className="changes">
          <summary>{t(word, { count: institutions.length })}</summary>
          <ul className="bullets">
            {institutions.map((institution) => (
              <li key={institution.entityId}>
                <InstitutionName institution={institution} />
              </li>
            ))}
          </ul>
        </details>
      ),
  );
}
