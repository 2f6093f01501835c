import { useTranslations } from "next-intl";
import { useAuditWords } from "@/components/audit/words.ts";
import { auditDeeds } from "@/server/audit/deeds.ts";
import { ChoiceField, DayField, SearchForm } from "../search-fields.tsx";

/** As it stands in the form and in the address. */
export type AuditWish = { deed: string; person: string; subject: string; from: string; to: string };

export function AuditSearchForm({ wish }: { wish: AuditWish }) {
  const t = useTranslations("Admin.audit");
  const { deedWord } = useAuditWords();
  return (
    <SearchForm find={t("find")}>
      <ChoiceField
        name="deed"
        label={t("fields.deed")}
        value={wish.deed}
        all={t("all")}
        options={auditDeeds.map((deed) => [deed, deedWord(deed)] as const)}
      />
      {(["person", "subject"] as const).map((name) => (
        <div key={name} className="field">
          <label htmlFor={name}>{t(`fields.${name}`)}</label>
          <input id={name} name={name} className="input" defaultValue={wish[name]} autoComplete="off" />
        </div>
      ))}
      {(["from", "to"] as const).map((name) => (
        <DayField key={name} name={name} label={t(`fields.${name}`)} value={wish[name]} />
      ))}
    </SearchForm>
  );
}
