"use client";

import { useTranslations } from "next-intl";
import { FieldError } from "@/components/ui/field-error.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { DeviceChoice } from "./device-choice.tsx";
import { ProblemNotice, usePinError } from "./own-key-problem.tsx";
import { PinField } from "./pin-field.tsx";
import type { Suggestion } from "./suggestion.ts";
import type { Gone, Phase, Problem } from "./use-own-key.ts";
import { WorkingButton } from "./working-button.tsx";

type LostKeyProps = {
  because: Gone;
  phase: Phase;
  problem: Problem | null;
  suggestion: Suggestion;
  hasPin: boolean;
  send: (form: FormData) => void;
};

/** There is a certificate, but its key is not here: every way that may still lead to it, and the one that always does. */
export function LostKey({ because, phase, problem, suggestion, hasPin, send }: LostKeyProps) {
  const t = useTranslations("Issue.own.gone");
  const own = useTranslations("Issue.own");
  const pinError = usePinError(problem);
  return (
    <>
      <Notice tone="warning" role="alert" title={t(because)}>
        <p>{t("happened")}</p>
      </Notice>
      {problem && <ProblemNotice problem={problem} isUnkept={false} />}
      <p>{t("toDo")}</p>
      <ul className="bullets">
        <li>{t("browser")}</li>
        <li>{t("file")}</li>
        <li>{t.rich("renew", { certs: (text) => <Link href="/certs">{text}</Link> })}</li>
      </ul>
      <form
        className="stack card"
        onSubmit={(event) => {
          event.preventDefault();
          send(new FormData(event.currentTarget));
        }}
      >
        <h3>{t("fileTitle")}</h3>
        <div className="field">
          <label htmlFor="request-file">{t("fileLabel")}</label>
          {problem?.of === "file" && <FieldError id="file-error" sentence={t(problem.what)} />}
          <input
            id="request-file"
            name="file"
            type="file"
            accept=".json,application/json"
            className="input"
            required
            aria-describedby={problem?.of === "file" ? "file-error" : undefined}
            aria-invalid={problem?.of === "file" ? true : undefined}
          />
        </div>
        {!hasPin && <PinField hint={own("pinHint")} error={pinError} />}
        <DeviceChoice suggestion={suggestion} />
        <WorkingButton phase={phase} className="button button-plain button-wide">
          {t("fileButton")}
        </WorkingButton>
      </form>
    </>
  );
}
