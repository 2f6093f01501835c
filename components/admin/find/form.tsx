import { useLocale, useTranslations } from "next-intl";
import { kindNames } from "@/server/enrollment/kind.ts";
import { statuses } from "@/server/enrollment/lifecycle.ts";
import type { InstitutionChoice } from "../answers.ts";
import { InstitutionSelect } from "../institution-select.tsx";
import { ChoiceField, DayField, SearchForm } from "../search-fields.tsx";

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
    <SearchForm find={t("find")} key={key}>
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
      <ChoiceField
        name="kind"
        label={t("kind")}
        value={wish.kind}
        all={t("all")}
        options={kindNames.map((kind) => [kind, kinds(kind)] as const)}
      />
      <ChoiceField
        name="status"
        label={t("status")}
        value={wish.status}
        all={t("all")}
        options={statuses.map((status) => [status, states(status)] as const)}
      />
      {days.map((name) => (
        <DayField key={name} name={name} label={t(name)} value={wish[name]} />
      ))}
    </SearchForm>
  );
}
