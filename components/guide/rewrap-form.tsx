"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useEffect, useRef } from "react";
import { canRewrap } from "@/components/keys/rewrap.ts";
import { FieldError } from "@/components/ui/field-error.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { useScripted } from "@/components/ui/use-scripted.ts";
import { RewrapContents, RewrapEnd } from "./rewrap-result.tsx";
import { useRewrap } from "./use-rewrap.ts";

const encryptions = ["modern", "compatible"] as const;

/**
 * File, PIN and device in, the new file out. Its fields have no names and its button is off until the page is alive: nothing
 * of them can get into an address.
 */
export function RewrapForm() {
  const t = useTranslations("Rewrap");
  const d = useTranslations("Issue.download");
  const isScripted = useScripted();
  const { state, start } = useRewrap();
  const file = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const compatible = useRef<HTMLInputElement>(null);
  const isWorking = state.at === "working";
  const problem = state.at === "problem" ? state.problem : null;
  const sentence = problem && t(`errors.${problem.what}`, { about: problem.about });

  // Each problem is a new one: whoever has to put it right is put where they do.
  useEffect(() => {
    if (problem?.field === "file") file.current?.focus();
    if (problem?.field === "password") password.current?.focus();
  }, [problem]);

  if (isScripted && !canRewrap()) {
    return (
      <Notice tone="warning" title={t("noCrypto.title")}>
        <p>{t("noCrypto.happened")}</p>
        <p>{t("noCrypto.toDo")}</p>
      </Notice>
    );
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (isWorking) return;
    const encryption = compatible.current?.checked ? "compatible" : "modern";
    void start({ file: file.current?.files?.[0], typed: password.current?.value ?? "", encryption });
  }

  const described = (field: "file" | "password") => ({
    "aria-describedby": problem?.field === field ? `${field}-hint ${field}-error` : `${field}-hint`,
    "aria-invalid": problem?.field === field || undefined,
  });
  const errorAt = (field: "file" | "password" | null) =>
    problem?.field === field && <FieldError id={`${field ?? "form"}-error`} sentence={sentence ?? ""} />;

  return (
    <div className="stack needs-script">
      <form className="stack card" onSubmit={submit} noValidate>
        <div className="field">
          <label htmlFor="file">{t("file.label")}</label>
          <p id="file-hint" className="hint">
            {t("file.hint")}
          </p>
          {errorAt("file")}
          <input
            ref={file}
            id="file"
            type="file"
            className="input"
            accept=".p12,.pfx,application/x-pkcs12"
            required
            {...described("file")}
          />
        </div>
        <div className="field">
          <label htmlFor="password">{t("password.label")}</label>
          <p id="password-hint" className="hint">
            {t("password.hint")}
          </p>
          {errorAt("password")}
          <input
            ref={password}
            id="password"
            type="text"
            className="input pin-input"
            autoComplete="off"
            autoCapitalize="off"
            autoCorrect="off"
            spellCheck={false}
            required
            {...described("password")}
          />
        </div>
        <fieldset className="stack">
          <legend>{t("device")}</legend>
          {encryptions.map((encryption) => (
            <label key={encryption} className="choice choice-boxed">
              <input
                ref={encryption === "compatible" ? compatible : undefined}
                type="radio"
                name="encryption"
                value={encryption}
                defaultChecked={encryption === "compatible"}
                aria-describedby={`devices-${encryption}`}
              />
              <span>
                <b>{d(`${encryption}.name`)}</b>
                <small id={`devices-${encryption}`}>{d(`${encryption}.devices`)}</small>
              </span>
            </label>
          ))}
        </fieldset>
        {errorAt(null)}
        <button
          type="submit"
          className="button button-main button-wide"
          disabled={!isScripted}
          aria-disabled={isWorking || undefined}
          aria-busy={isWorking}
        >
          {t("button")}
        </button>
        <p role="status" className="stage">
          {state.at === "working" && t(`stages.${state.stage}`)}
        </p>
      </form>
      {/* There before the file is, so that what appears in it is read aloud. */}
      <div role="status">{state.at === "end" && <RewrapEnd outcome={state.outcome} />}</div>
      {state.at === "end" && <RewrapContents before={state.before} outcome={state.outcome} />}
    </div>
  );
}
