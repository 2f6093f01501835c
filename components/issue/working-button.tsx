import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { Phase } from "./use-own-key.ts";

type WorkingButtonProps = { phase: Phase; className: string; children: ReactNode };

/** Sends its form once, and says below what is being done; not `disabled`, which would take the focus away. */
export function WorkingButton({ phase, className, children }: WorkingButtonProps) {
  const t = useTranslations("Issue.own");
  const isWorking = phase.at === "working";
  return (
    <>
      <button
        type="submit"
        className={`${className} needs-script`}
        aria-disabled={isWorking}
        aria-busy={isWorking}
        onClick={(event) => isWorking && event.preventDefault()}
      >
        {isWorking ? t("working") : children}
      </button>
      <p role="status" className="stage needs-script">
        {phase.at === "working" && t(`stages.${phase.stage}`)}
        {phase.at === "looking" && t("looking")}
      </p>
    </>
  );
}
