import { useLocale, useTranslations } from "next-intl";
import { kindNames } from "@/server/enrollment/kind.ts";
import { statuses } from "@/server/enrollment/lifecycle.ts";
import type { InstitutionChoice } from "../answers.ts";
import { InstitutionSelect } from "../institution-select.tsx";

/** As it stands in the form and in the address. */
type Wish = Record<
  "text" | "institution" | "kind" | "status" | "requestedFrom" | "requestedTo" | "expiresFrom" | "expiresTo",
  string
>;
type FindFormProps = { wish: Wish; institutions: readonly InstitutionChoice[] };

const days = ["requestedFrom", "requestedTo", "expiresFrom", "expiresTo"] as const;

/** One box for whatever is known of an application, and what narrows it down. */
export function FindForm({ wish, institutions }: FindFormProps) {
  const t = useTranslations("Admin.applications.find");
  const kinds = useTranslations("Kind");
  const states = useTranslations("Status");
  // A form that is shown for another search starts anew, with that one's values.
  const key = [useLocale(), ...Object.values(wish)].join("\n");
  return (
    <search>
      <form method="get" className="admin-search" key={key}>
        <div className="field admin-search-text">
          <label htmlFor="text">{t("text")}</label>
          <p id="text-hint" className="hint">
            {t("textHint")}
          </p>
          <input
            id="text"
            name="text"
            type="search"
            className="input"
            defaultValue={wish.text}
            maxLength={1000}
            autoComplete="off"
            spellCheck={false}
            aria-describedby="text-hint"
          />
        </div>
        <InstitutionSelect institutions={institutions} chosen={wish.institution} />
        <div className="field">
          <label htmlFor="kind">{t("kind")}</label>
          <select id="kind" name="kind" className="select" defaultValue={wish.kind}>
            <option value="">{t("all")}</option>
            {kindNames.map((kind) => (
              <option key={kind} value={kind}>
                {kinds(kind)}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="status">{t("status")}</label>
          <select id="status" name="status" className="select" defaultValue={wish.status}>
            <option value="">{t("all")}</option>
            {statuses.map((status) => (
              <option key={status} value={status}>
                {states(status)}
              </option>
            ))}
          </select>
        </div>
        {days.map((name) => (
          <div className="field" key={name}>
            <label htmlFor={name}>{t(name)}</label>
            <input id={name} name={name} type="date" className="input" defaultValue={wish[name]} />
          </div>
        ))}
        <div className="actions">
          <button type="submit" className="button button-main">
            {t("find")}
          </button>
        </div>
      </form>
    </search>
  );
}
