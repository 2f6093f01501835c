import { useTranslations } from "next-intl";
import type { Missing, ProvenDeed } from "@/server/assurance.ts";
import { Link } from "@/server/i18n/navigation.ts";
import { StepUpForm } from "../login/step-up-form.tsx";

type ProofNeededProps = { deed: ProvenDeed; missing: Missing; to: string };

/** What is missing for a deed, in words; what can be done about it, with its button. */
export function ProofNeeded({ deed, missing, to }: ProofNeededProps) {
  const t = useTranslations("Proof");
  if (missing === "ial2") {
    return (
      <>
        <p>{t("ial2.why")}</p>
        <p>
          {t.rich("ial2.whatToDo", {
            attributes: (text) => <Link href="/login/attributes#letter">{text}</Link>,
          })}
        </p>
      </>
    );
  }
  return (
    <>
      <p>{t("aal2.why")}</p>
      <p>{t("aal2.whatHappens")}</p>
      <StepUpForm deed={deed} to={to} />
    </>
  );
}
