"use client";

import { useTranslations } from "next-intl";
import { useActionState, useId } from "react";
import { CodeBlock } from "@/components/ui/code-block.tsx";
import { FieldError } from "@/components/ui/field-error.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { webhookEvents } from "@/server/webhooks/events.ts";

export type MakeTyped = { institution: string; url: string; events: readonly string[]; reason: string };

/** What was typed, what is to be said of it where it was refused, and what was made: its secret is shown this once. */
export type MakeState = MakeTyped & {
  refused: { field: "url" | "events" | null; sentence: string } | null;
  made: { id: string; secret: string } | null;
};

type MakeFormProps = {
  action: (before: MakeState, form: FormData) => Promise<MakeState>;
  institutions: readonly { id: string; name: string }[];
  before: MakeTyped;
};

/** Webhookを作成する: of which institution, where, of what it is told, and why. */
export function MakeForm({ action, institutions, before }: MakeFormProps) {
  const t = useTranslations("Admin.webhooks");
  const deed = useTranslations("Admin.deed");
  const [state, send] = useActionState(action, { ...before, refused: null, made: null });
  const id = useId();
  if (state.made) return <Made {...state.made} />;
  const { refused } = state;
  const faulty = (field: "url" | "events") => refused?.field === field;
  return (
    <form action={send} className="stack">
      {refused && (
        <Notice tone="error" role="alert" title={t("notMade")}>
          <p>{refused.sentence}</p>
        </Notice>
      )}
      {institutions.length === 1 ? (
        <input type="hidden" name="institution" value={institutions[0]?.id} />
      ) : (
        <div className="field">
          <label htmlFor={`${id}-institution`}>{t("institution")}</label>
          <select
            key={state.institution}
            id={`${id}-institution`}
            name="institution"
            className="input"
            required
            defaultValue={state.institution}
          >
            <option value="">{t("chooseInstitution")}</option>
            {institutions.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        </div>
      )}
      <div className="field">
        <label htmlFor={`${id}-url`}>{t("url")}</label>
        <input
          id={`${id}-url`}
          name="url"
          type="url"
          className="input"
          required
          maxLength={1000}
          defaultValue={state.url}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={faulty("url") ? true : undefined}
          aria-describedby={`${id}-url-hint${faulty("url") ? ` ${id}-url-refused` : ""}`}
        />
        <p id={`${id}-url-hint`} className="hint">
          {t("urlHint")}
        </p>
        {faulty("url") && <FieldError id={`${id}-url-refused`} sentence={refused?.sentence ?? ""} />}
      </div>
      <fieldset className="card">
        <legend>{t("events")}</legend>
        {webhookEvents.map((event) => (
          <label key={`${event} ${state.events.join()}`} className="choice">
            <input type="checkbox" name="event" value={event} defaultChecked={state.events.includes(event)} />
            <span>
              {t(`event.${event.replace(".", "_") as "audit_head"}`)}
              <small>
                <code>{event}</code>
              </small>
            </span>
          </label>
        ))}
        {faulty("events") && <FieldError sentence={refused?.sentence ?? ""} />}
      </fieldset>
      <div className="field">
        <label htmlFor={`${id}-reason`}>{deed("reason")}</label>
        <input
          id={`${id}-reason`}
          name="reason"
          className="input"
          required
          maxLength={500}
          defaultValue={state.reason}
          autoComplete="off"
          aria-describedby={`${id}-reason-hint`}
        />
        <p id={`${id}-reason-hint`} className="hint">
          {deed("reasonHint")}
        </p>
      </div>
      <SubmitButton pendingLabel={deed("working")}>{t("make")}</SubmitButton>
    </form>
  );
}

function Made({ id, secret }: { id: string; secret: string }) {
  const t = useTranslations("Admin.webhooks");
  return (
    <div className="stack">
      <Notice tone="success" role="status" title={t("made")}>
        <p>{t("madeHint")}</p>
      </Notice>
      <CodeBlock
        name={t("secret")}
        code={secret}
        copy={t("copy")}
        copied={t("copied")}
        copyFailed={t("copyFailed")}
      />
      <p className="actions">
        <Link className="button button-main" href={`/admin/webhooks/${id}`} prefetch={false}>
          {t("open")}
        </Link>
      </p>
    </div>
  );
}
