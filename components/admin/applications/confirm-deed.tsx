import { useTranslations } from "next-intl";
import { DeedForm, type DeedFormProps } from "./deed-form.tsx";

/** A deed of a registrar, asked once more before it is done. */
export function ConfirmDeed(props: Omit<DeedFormProps, "said">) {
  const t = useTranslations("Admin.applications.deeds");
  const said = {
    words: t("words"),
    wordsMissing: t("wordsMissing"),
    notDone: t("notDone"),
    working: t("working"),
    back: t("back"),
  };
  return <DeedForm {...props} said={said} />;
}
