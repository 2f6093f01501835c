"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { ConfirmForm, type DeedFields } from "./confirm-form.tsx";
import { type Deed, type DeedAction, deeds } from "./deeds.ts";

type AskingProps = {
  /** What the forms inside may ask for. */
  actions: Partial<Record<Deed, DeedAction>>;
  backTo: string;
  children: ReactNode;
};

/** Asks before it sends: one dialog for every `DeedForm` inside, however many there are. */
export function Asking({ actions, backTo, children }: AskingProps) {
  const t = useTranslations("Confirm");
  const titleId = useId();
  const questionId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [asked, setAsked] = useState<{ deed: Deed; fields: DeedFields } | null>(null);
  const action = asked && actions[asked.deed];

  function ask(event: FormEvent<HTMLDivElement>) {
    const { do: named, ...fields } = Object.fromEntries(new FormData(event.target as HTMLFormElement));
    const deed = deeds.find((one) => one === named);
    if (!deed) return;
    event.preventDefault();
    // Before it opens, so that its title and question are read out.
    flushSync(() => setAsked({ deed, fields: fields as DeedFields }));
    dialog.current?.showModal();
  }

  return (
    <>
      <div className="stack" onSubmit={ask}>
        {children}
      </div>
      <dialog
        ref={dialog}
        className="dialog"
        aria-labelledby={titleId}
        aria-describedby={questionId}
        onClose={() => setAsked(null)}
      >
        {action && (
          <>
            <h2 id={titleId}>{t(`${asked.deed}.title`)}</h2>
            <div className="mt-4">
              <ConfirmForm
                deed={asked.deed}
                fields={asked.fields}
                action={action}
                backTo={backTo}
                questionId={questionId}
                onCancel={() => dialog.current?.close()}
              />
            </div>
          </>
        )}
      </dialog>
    </>
  );
}
