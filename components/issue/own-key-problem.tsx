import { useTranslations } from "next-intl";
import { useRefusalSentence } from "@/components/shell/refusal-sentence.ts";
import { Notice } from "@/components/ui/notice.tsx";
import type { Problem } from "./use-own-key.ts";

/** What went wrong, what has not been done, and what to do; a wrong PIN or file is told beside its field instead. */
export function ProblemNotice({ problem, isUnkept }: { problem: Problem; isUnkept: boolean }) {
  const t = useTranslations("Issue.own.problems");
  const sentenceFor = useRefusalSentence();
  if (problem.of === "pin" || problem.of === "file") return null;
  return (
    <Notice tone="error" role="alert" title={t(`${problem.of}.title`)}>
      {problem.of === "failed" && <p>{sentenceFor(problem.refused, problem.reference)}</p>}
      <p>{isUnkept && isPassing(problem) ? t("unkeptHint") : t(`${problem.of}.hint`)}</p>
    </Notice>
  );
}

/** It may go better the next time, with the same key. */
function isPassing({ of }: Problem): boolean {
  return of === "unreached" || of === "failed" || of === "broken";
}

/** The sentence beside the field of the PIN. */
export function usePinError(problem: Problem | null): string | undefined {
  const t = useTranslations("Issue");
  if (problem?.of !== "pin") return undefined;
  return problem.triesLeft === null ? t("pin.empty") : t("own.pinWrong", { triesLeft: problem.triesLeft });
}
