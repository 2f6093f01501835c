"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";
import { useRefusalSentence } from "@/components/shell/refusal-sentence.ts";
import { Notice } from "@/components/ui/notice.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import type { Kind } from "@/server/enrollment/kind.ts";
import { Link } from "@/server/i18n/navigation.ts";
import type { RevocationReason } from "@/server/ports.ts";
import type { Deed, DeedAction } from "./deeds.ts";
import { ReasonChoice } from "./reason-choice.tsx";

/** What the form carries: what is asked for, and what of it the reader is shown again. */
export type DeedFields = {
  kind: Kind;
  months: string;
  number?: string;
  sequence?: string;
  key?: string;
  mail?: string;
};

export type ConfirmFormProps = {
  deed: Deed;
  fields: DeedFields;
  action: DeedAction;
  /** What was chosen before, when the form comes back from a login. */
  reason?: RevocationReason | undefined;
  /** By which the dialog it stands in is described. */
  questionId?: string;
  /** Closes the dialog it stands in; on a page of its own there is a way back instead. */
  onCancel?: () => void;
  backTo: string;
};

/** The question before anything is sent to the CA; the same words in the dialog and on the page without JavaScript. */
export function ConfirmForm(props: ConfirmFormProps) {
  const { deed, fields, action, questionId, onCancel, backTo } = props;
  const t = useTranslations("Confirm");
  const sentenceFor = useRefusalSentence();
  const [state, send] = useActionState(action, {});
  return (
    <form action={send} className="stack">
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <p id={questionId}>{t(`${deed}.question`)}</p>
      <Subject fields={fields} />
      {deed === "renew" && <p>{t("renew.note")}</p>}
      {deed === "revoke" && (
        <>
          <Notice tone="warning" title={t("revoke.warning")}>
            <p>{t("revoke.note")}</p>
          </Notice>
          <ReasonChoice chosen={state.reason ?? props.reason} isMissing={state.missing === "reason"} />
        </>
      )}
      {state.refused && !state.missing && (
        <Notice tone="error" role="alert" title={t(state.refused === "internal" ? "unsure" : "notSent")}>
          <p>{sentenceFor(state.refused, state.reference, state.about)}</p>
        </Notice>
      )}
      <div className="actions">
        <SubmitButton
          pendingLabel={t("sending")}
          className={deed === "revoke" ? "button button-grave" : "button button-main"}
        >
          {t("ok")}
        </SubmitButton>
        {onCancel ? (
          <button type="button" className="button button-plain" onClick={onCancel}>
            {t("cancel")}
          </button>
        ) : (
          <Link className="button button-plain" href={backTo}>
            {t("cancel")}
          </Link>
        )}
      </div>
    </form>
  );
}

function Subject({ fields: { kind, months, number, mail } }: { fields: DeedFields }) {
  const t = useTranslations("Confirm");
  const kinds = useTranslations("Kind");
  return (
    <ul className="bullets">
      {number && <li>{t("number", { number })}</li>}
      <li>{kinds("withMonths", { kind: kinds(kind), months })}</li>
      {mail && <li>{t("mail", { mail })}</li>}
    </ul>
  );
}
