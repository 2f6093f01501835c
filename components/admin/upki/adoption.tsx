import { useTranslations } from "next-intl";
import { SerialNumber } from "@/components/enrollment/serial-number.tsx";
import { Day } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Section } from "@/components/ui/section.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import type { AdoptionPlan } from "../answers.ts";
import { useAdoptionWords } from "./code-words.ts";
import { Dn } from "./dn.tsx";

type AdoptionProps = { plans: readonly AdoptionPlan[]; action: (form: FormData) => Promise<void> };

/** What would be made of each, to be chosen from; and of which nothing can be made, and why. */
export function Adoption({ plans, action }: AdoptionProps) {
  const t = useTranslations("Admin.upki.adoption");
  if (plans.length === 0) return <p>{t("noneChosen")}</p>;
  const possible = plans.filter(({ problem }) => problem === null);
  const others = plans.filter(({ problem }) => problem !== null);
  return (
    <>
      {possible.length > 0 && (
        <Section id="possible" title={t("possible")}>
          <Possible plans={possible} action={action} />
        </Section>
      )}
      {others.length > 0 && (
        <Section id="impossible" title={t("impossible")}>
          <Impossible plans={others} />
        </Section>
      )}
    </>
  );
}

function Possible({ plans, action }: AdoptionProps) {
  const t = useTranslations("Admin.upki");
  const columns = ["choose", "dn", "serial", "made"] as const;
  return (
    <form action={action} className="stack">
      <ReflowingTable
        labelledBy="possible"
        columns={columns.map((column) => t(`adoption.columns.${column}`))}
        rows={plans.map((plan) => ({
          key: plan.id,
          cells: [
            <label key="choose" className="choice">
              <input type="checkbox" name="id" value={plan.id} defaultChecked />
              <span className="visually-hidden">{t("differences.choose", { dn: plan.dn })}</span>
            </label>,
            <Dn key="dn" dn={plan.dn} />,
            plan.serial && <SerialNumber key="serial" serial={plan.serial} />,
            <Made key="made" plan={plan} />,
          ],
        }))}
      />
      <SubmitButton pendingLabel={t("working")}>{t("adoption.adopt")}</SubmitButton>
    </form>
  );
}

function Made({ plan: { holder, number, kind, months, notAfter } }: { plan: AdoptionPlan }) {
  const t = useTranslations("Admin.upki.adoption");
  const kinds = useTranslations("Kind");
  return (
    <>
      <p>
        {t("made", {
          holder: holder ?? "",
          number: String(number),
          kind: kinds(kind),
          months: String(months),
        })}
      </p>
      {notAfter && <p className="hint">{t.rich("until", { at: () => <Day at={notAfter} /> })}</p>}
    </>
  );
}

function Impossible({ plans }: Pick<AdoptionProps, "plans">) {
  const t = useTranslations("Admin.upki.adoption.columns");
  const wordsFor = useAdoptionWords();
  const columns = ["dn", "serial", "reason"] as const;
  return (
    <ReflowingTable
      labelledBy="impossible"
      columns={columns.map((column) => t(column))}
      rows={plans.map(({ id, dn, serial, problem }) => ({
        key: id,
        cells: [
          <Dn key="dn" dn={dn} />,
          serial && <SerialNumber key="serial" serial={serial} />,
          wordsFor(problem ?? ""),
        ],
      }))}
    />
  );
}
