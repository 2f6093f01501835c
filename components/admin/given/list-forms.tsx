import { useLocale, useTranslations } from "next-intl";
import type { Choice } from "./institution-choice.tsx";
import { InstitutionChoice } from "./institution-choice.tsx";
import { PasteForm, type PasteFormProps } from "./paste-form.tsx";

type ListFormsProps = {
  section: "offboardings" | "invitations";
  give: PasteFormProps["action"];
  institutions: readonly Choice[];
  example: string;
  label: string;
};

/** Two ways to give a list: pasted, or as a file. Both lead to a page that shows what would be done. */
export function ListForms({ section, give, institutions, example, label }: ListFormsProps) {
  const t = useTranslations("Admin.given");
  const deed = useTranslations("Admin.deed");
  const locale = useLocale();
  return (
    <div className="stack no-print">
      <PasteForm
        action={give}
        institutions={institutions}
        example={example}
        words={{
          institution: t("institution"),
          label,
          hint: t("pasteHint"),
          button: t("check"),
          pending: deed("working"),
        }}
      />
      <form
        method="post"
        action={`/${locale}/admin/${section}/list`}
        encType="multipart/form-data"
        className="stack"
      >
        <InstitutionChoice id="file-institution" institutions={institutions} label={t("institution")} />
        <div className="field">
          <label htmlFor="list-file">{t("file")}</label>
          <p id="list-file-hint" className="hint">
            {t("fileHint")}
          </p>
          <input
            id="list-file"
            name="list"
            type="file"
            accept=".csv,.txt,.tsv,text/csv,text/plain"
            required
            className="input"
            aria-describedby="list-file-hint"
          />
        </div>
        <button type="submit" className="button button-plain">
          {t("checkFile")}
        </button>
      </form>
    </div>
  );
}
