import { useTranslations } from "next-intl";
import { FieldError } from "@/components/ui/field-error.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { cnRules } from "@/server/ports.ts";
import type { BaseFault, InstitutionDetail } from "./answers.ts";

type NamesFormProps = {
  institution: InstitutionDetail;
  /** What was typed and could not be saved, why, and upon what it was typed. */
  refused: {
    fault: BaseFault;
    dnBase: string;
    rule: string;
    seen: { dnBase: string; cnRule: string };
  } | null;
  action: (form: FormData) => Promise<void>;
};

/** What the certificates of an institution's members are named. */
export function NamesForm({ institution: { entityId, names }, refused, action }: NamesFormProps) {
  const t = useTranslations("Admin.policy");
  const seen = refused?.seen ?? names;
  const chosen = cnRules.find((rule) => rule === refused?.rule) ?? names.cnRule;
  return (
    <form action={action} className="stack">
      <input type="hidden" name="entity" value={entityId} />
      <input type="hidden" name="seen-base" value={seen.dnBase} />
      <input type="hidden" name="seen-rule" value={seen.cnRule} />
      <div className="field">
        <label htmlFor="base">{t("names.base")}</label>
        <p id="base-hint" className="hint">
          {t("names.baseHint")} {t("names.baseHintUpki")}
        </p>
        {refused && <Fault fault={refused.fault} />}
        <input
          id="base"
          name="base"
          className="input"
          required
          maxLength={1000}
          defaultValue={refused?.dnBase ?? names.dnBase}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={refused ? true : undefined}
          aria-describedby={refused ? "base-hint base-fault" : "base-hint"}
        />
      </div>
      <fieldset className="card">
        <legend>{t("names.rule")}</legend>
        {cnRules.map((rule) => (
          <div key={rule}>
            <label className="choice">
              <input
                type="radio"
                name="rule"
                value={rule}
                defaultChecked={rule === chosen}
                aria-describedby={`${rule}-what`}
              />
              <span>{t(`names.rules.${rule}.name`)}</span>
            </label>
            <p id={`${rule}-what`} className="hint">
              {t(`names.rules.${rule}.what`)}
            </p>
          </div>
        ))}
      </fieldset>
      <SubmitButton pendingLabel={t("saving")}>{t("names.save")}</SubmitButton>
    </form>
  );
}

function Fault({ fault: { rule, field, value, characters = "" } }: { fault: BaseFault }) {
  const t = useTranslations("Admin.policy.names.faults");
  return <FieldError id="base-fault" sentence={t(rule, { field, value, characters })} />;
}
