import { useTranslations } from "next-intl";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { type GuardedDeed, guardedDeeds } from "@/server/assurance.ts";
import type { InstitutionRow } from "./answers.ts";

type PolicyFormProps = { institution: InstitutionRow; action: (form: FormData) => Promise<void> };

const kinds = ["aal2", "ial2"] as const;

/** Which deeds of an institution's members ask for a strong login, and which for an identity proof. */
export function PolicyForm({ institution: { entityId, policy }, action }: PolicyFormProps) {
  const t = useTranslations("Admin.policy");
  const asked = { aal2: policy.aal2For, ial2: policy.ial2For };
  return (
    <form action={action} className="stack">
      <input type="hidden" name="entity" value={entityId} />
      {kinds.flatMap((kind) =>
        asked[kind].map((deed) => (
          <input key={`${kind} ${deed}`} type="hidden" name={`seen-${kind}`} value={deed} />
        )),
      )}
      <div className="cards">
        {guardedDeeds.map((deed) => (
          <DeedChoice key={deed} deed={deed} asked={asked} />
        ))}
      </div>
      <SubmitButton pendingLabel={t("saving")}>{t("save")}</SubmitButton>
    </form>
  );
}

type DeedChoiceProps = {
  deed: GuardedDeed;
  asked: Record<(typeof kinds)[number], readonly GuardedDeed[]>;
};

function DeedChoice({ deed, asked }: DeedChoiceProps) {
  const t = useTranslations("Admin.policy");
  return (
    <fieldset className="card" aria-describedby={`${deed}-what`}>
      <legend>{t(`deeds.${deed}.name`)}</legend>
      <p id={`${deed}-what`} className="hint">
        {t(`deeds.${deed}.what`)}
      </p>
      {kinds.map((kind) => (
        <label key={kind} className="choice">
          <input type="checkbox" name={kind} value={deed} defaultChecked={asked[kind].includes(deed)} />
          <span>{t(`kinds.${kind}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
