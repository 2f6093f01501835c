import { useTranslations } from "next-intl";
import { letterKinds } from "@/server/enrollment/views.ts";
import { ChoiceField, DayField, SearchForm } from "../search-fields.tsx";

/** As it stands in the form and in the address. */
export type LetterWish = { kind: string; status: string; from: string; to: string };

const statuses = ["waiting", "sent", "failed"] as const;

export function LetterSearchForm({ wish }: { wish: LetterWish }) {
  const t = useTranslations("Admin.letters");
  const kinds = useTranslations("Letter.kinds");
  return (
    <SearchForm find={t("find")}>
      <ChoiceField
        name="kind"
        label={t("columns.kind")}
        value={wish.kind}
        all={t("all")}
        options={letterKinds.map((kind) => [kind, kinds(kind)] as const)}
      />
      <ChoiceField
        name="status"
        label={t("columns.status")}
        value={wish.status}
        all={t("all")}
        options={statuses.map((status) => [status, t(`statuses.${status}`)] as const)}
      />
      <DayField name="from" label={t("from")} value={wish.from} />
      <DayField name="to" label={t("to")} value={wish.to} />
    </SearchForm>
  );
}
