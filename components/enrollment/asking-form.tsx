"use client";

import { useLocale, useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { ConfirmForm, type ConfirmFormProps, type DeedFields } from "./confirm-form.tsx";

type AskingFormProps = Pick<ConfirmFormProps, "deed" | "action" | "backTo"> & {
  /** What the form carries unseen; what its own fields hold comes on top. */
  fields: Omit<DeedFields, "months"> & { months?: string };
  /** The fields to fill in, if any, and the button. */
  children: ReactNode;
};

/** Asks before it sends: in a dialog, and without JavaScript on the page /certs/confirm. */
export function AskingForm({ deed, action, backTo, fields, children }: AskingFormProps) {
  const t = useTranslations("Confirm");
  const locale = useLocale();
  const titleId = useId();
  const questionId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [asked, setAsked] = useState<DeedFields | null>(null);

  function ask(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { do: _, ...typed } = Object.fromEntries(new FormData(event.currentTarget));
    setAsked(typed as DeedFields);
    dialog.current?.showModal();
  }

  return (
    <>
      <form method="get" action={`/${locale}/certs/confirm`} onSubmit={ask}>
        <input type="hidden" name="do" value={deed} />
        {Object.entries(fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {children}
      </form>
      <dialog
        ref={dialog}
        className="dialog"
        aria-labelledby={titleId}
        aria-describedby={questionId}
        onClose={() => setAsked(null)}
      >
        <h2 id={titleId}>{t(`${deed}.title`)}</h2>
        {asked && (
          <div className="mt-4">
            <ConfirmForm
              deed={deed}
              fields={asked}
              action={action}
              backTo={backTo}
              questionId={questionId}
              onCancel={() => dialog.current?.close()}
            />
          </div>
        )}
      </dialog>
    </>
  );
}
