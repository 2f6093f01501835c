"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";
import { useRefusalSentence } from "@/components/shell/refusal-sentence.ts";
import { FieldError } from "@/components/ui/field-error.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import type { CertifyAnswer } from "@/server/ca/local/views.ts";
import type { Code } from "@/server/errors.ts";

type Unusable = Extract<CertifyAnswer, { result: "unusable" }>["code"];

export type RequestState = {
  isEmpty?: boolean;
  /** What is wrong with the request or its key. */
  code?: Unusable;
  because?: "other_key" | "not_allowed" | "not_issuable" | "no_issuer";
  refused?: Code;
  reference?: string;
  /** What was pasted, to be gone on from. */
  text?: string;
};

type RequestFormProps = {
  ticket: string;
  action: (before: RequestState, form: FormData) => Promise<RequestState>;
};

/** Each has a sentence of its own; whatever else a request may be, it is none. */
const told = [
  "request_malformed",
  "request_too_large",
  "request_private_key",
  "request_signature",
  "signature_unsupported",
  "signature_too_weak",
  "key_malformed",
  "key_unsupported",
  "key_too_weak",
  "key_too_large",
  "key_exponent",
  "key_factorable",
  "key_curve",
  "key_point",
  "key_in_use",
  "key_compromised",
] as const satisfies readonly Unusable[];

/** A request as a file, or pasted. */
export function RequestForm({ ticket, action }: RequestFormProps) {
  const t = useTranslations("Issue.request");
  const sentenceFor = useRefusalSentence();
  const [state, send] = useActionState(action, {});
  const error = sentence();

  function sentence(): string | undefined {
    if (state.refused) return sentenceFor(state.refused, state.reference);
    if (state.isEmpty) return t("empty");
    if (state.because) return t(`because.${state.because}`);
    if (state.code) return t(`codes.${told.find((code) => code === state.code) ?? "request_malformed"}`);
    return undefined;
  }

  return (
    <form action={send} className="stack">
      <input type="hidden" name="ticket" value={ticket} />
      {error && <FieldError id="request-error" sentence={error} />}
      <div className="field">
        <label htmlFor="request-file">{t("file")}</label>
        <p id="request-file-hint" className="hint">
          {t("fileHint")}
        </p>
        <input
          id="request-file"
          name="file"
          type="file"
          className="input"
          accept=".pem,.csr,.p10,.der,.req,application/pkcs10"
          aria-describedby={error ? "request-file-hint request-error" : "request-file-hint"}
        />
      </div>
      <div className="field">
        <label htmlFor="request">{t("text")}</label>
        <textarea
          // What is wrong is told of a text that stays in its place.
          key={state.text}
          id="request"
          name="request"
          className="input request-input"
          rows={8}
          spellCheck={false}
          autoComplete="off"
          defaultValue={state.text}
          placeholder="-----BEGIN CERTIFICATE REQUEST-----"
          aria-describedby={error ? "request-error" : undefined}
        />
      </div>
      <SubmitButton className="button button-main button-wide" pendingLabel={t("sending")}>
        {t("button")}
      </SubmitButton>
    </form>
  );
}
