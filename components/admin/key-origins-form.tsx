import { useTranslations } from "next-intl";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { keyOrigins } from "@/server/ports.ts";
import type { InstitutionRow } from "./answers.ts";

type KeyOriginsFormProps = { institution: InstitutionRow; action: (form: FormData) => Promise<void> };

/** Where the keys of an institution's members may be made. */
export function KeyOriginsForm({ institution, action }: KeyOriginsFormProps) {
  const t = useTranslations("Admin.policy");
  const { entityId, keyOrigins: allowed } = institution;
  return (
    <form action={action} className="stack">
      <input type="hidden" name="entity" value={entityId} />
      {allowed.map((origin) => (
        <input key={origin} type="hidden" name="seen" value={origin} />
      ))}
      <fieldset className="card">
        <legend>{t("keys.legend")}</legend>
        {keyOrigins.map((origin) => (
          <div key={origin}>
            <label className="choice">
              <input
                type="checkbox"
                name="origin"
                value={origin}
                defaultChecked={allowed.includes(origin)}
                aria-describedby={`${origin}-what`}
              />
              <span>{t(`keys.origins.${origin}.name`)}</span>
            </label>
            <p id={`${origin}-what`} className="hint">
              {t(`keys.origins.${origin}.what`)}
            </p>
          </div>
        ))}
      </fieldset>
      <SubmitButton pendingLabel={t("saving")}>{t("keys.save")}</SubmitButton>
    </form>
  );
}
