import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import type { DeadLetter, OpenRequest } from "../answers.ts";

type AssignFormProps = {
  letter: DeadLetter;
  /** Which of a file with PINs; null for a mail. */
  name: string | null;
  requests: readonly OpenRequest[];
  action: (form: FormData) => Promise<void>;
};

/** Which order something is about, said by a person. */
export function AssignForm({ letter: { id, what }, name, requests, action }: AssignFormProps) {
  const t = useTranslations("Admin.upki");
  if (requests.length === 0) return <p>{t("dead.assignNone")}</p>;
  return (
    <form action={action} className="stack">
      <input type="hidden" name="what" value={what} />
      <input type="hidden" name="id" value={id} />
      {name !== null && <input type="hidden" name="name" value={name} />}
      <fieldset className="card">
        <legend>{t("dead.candidates")}</legend>
        {requests.map(({ id: requestId, kind, dn, sentAt }) => (
          <label key={requestId} className="choice">
            <input type="radio" name="request" value={requestId} required />
            <span>
              {dn}
              <small>
                {t(`kinds.${kind}`)} {sentAt && t.rich("dead.sentAt", { at: () => <Moment at={sentAt} /> })}
              </small>
            </span>
          </label>
        ))}
      </fieldset>
      <SubmitButton pendingLabel={t("working")}>{t("dead.assignNow")}</SubmitButton>
    </form>
  );
}
