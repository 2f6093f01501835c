import { useLocale, useTranslations } from "next-intl";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Section } from "@/components/ui/section.tsx";
import type { OffboardingPlan } from "../answers.ts";
import { OwnName } from "../given/own-name.tsx";

const shown = 200;

/** Who would lose what, whom nobody knows, and who is named twice. */
export function Plan({ plan }: { plan: OffboardingPlan }) {
  const t = useTranslations("Admin.offboardings");
  const isJapanese = useLocale() === "ja";
  const { people, notFound, duplicates, counts, undoHours } = plan;
  const operators = people.filter(({ isOperator }) => isOperator);
  return (
    <>
      <Facts>
        <Fact name={t("columns.institution")}>
          <OwnName institution={plan.institution} />
        </Fact>
        <Fact name={t("plan.people")}>{t("peopleCount", { count: counts.people })}</Fact>
        <Fact name={t("plan.certificates")}>{t("itemCount", { count: counts.certificates })}</Fact>
        <Fact name={t("plan.applications")}>{t("itemCount", { count: counts.applications })}</Fact>
        <Fact name={t("plan.undo")}>
          {undoHours > 0 ? t("plan.undoHours", { hours: undoHours }) : t("plan.atOnce")}
        </Fact>
      </Facts>
      {plan.isSelf && <Notice tone="warning" title={t("plan.isSelf")} />}
      {operators.length > 0 && (
        <Notice tone="info" title={t("plan.operators", { count: operators.length })} />
      )}
      {notFound.length > 0 && (
        <Notice tone="warning" title={t("plan.notFound", { count: notFound.length })}>
          <p>{t("plan.notFoundHint")}</p>
          <Lines lines={notFound.map(({ line, asked }) => t("plan.line", { line, asked }))} />
        </Notice>
      )}
      {duplicates.length > 0 && (
        <Notice tone="info" title={t("plan.duplicates", { count: duplicates.length })}>
          <Lines lines={duplicates.map((one) => t("plan.duplicate", one))} />
        </Notice>
      )}
      {people.length > 0 && (
        <Section id="people" title={t("plan.people")}>
          <ReflowingTable
            labelledBy="people"
            columns={[t("columns.eppn"), t("columns.name"), t("plan.certificates"), t("plan.applications")]}
            rows={people.slice(0, shown).map((one) => ({
              key: String(one.line),
              cells: [
                <span key="eppn" className="entity-id">
                  {one.asked}
                </span>,
                (isJapanese && one.displayNameJa) || one.displayName,
                one.certificates,
                one.applications,
              ],
            }))}
          />
          {people.length > shown && <p>{t("plan.more", { count: people.length - shown })}</p>}
        </Section>
      )}
    </>
  );
}

function Lines({ lines }: { lines: readonly string[] }) {
  const t = useTranslations("Admin.offboardings.plan");
  return (
    <ul className="bullets">
      {lines.slice(0, shown).map((line) => (
        <li key={line}>{line}</li>
      ))}
      {lines.length > shown && <li>{t("more", { count: lines.length - shown })}</li>}
    </ul>
  );
}
