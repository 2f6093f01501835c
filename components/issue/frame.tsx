import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Steps } from "@/components/ui/steps.tsx";

/** A step of the issuing site, with the whole way above it. */
export function IssueFrame({ step, children }: { step: 1 | 2 | 3; children: ReactNode }) {
  const t = useTranslations("Issue");
  return (
    <div className="stack prose">
      <h1 className="issue-title">{t("title", { step })}</h1>
      <p>{t("stepsTitle")}</p>
      <Steps label={t("stepsTitle")} steps={[t("steps.1"), t("steps.2"), t("steps.3")]} current={step} />
      {children}
    </div>
  );
}
