import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { type Code, codes } from "@/server/errors.ts";
import { Link } from "@/server/i18n/navigation.ts";
import type { InvitationRow } from "../answers.ts";

type InvitationLinesProps = {
  batch: string;
  rows: readonly InvitationRow[];
  cancel: (form: FormData) => Promise<void>;
  labelledBy: string;
};

/** Each line of a list, and what has come of it. */
export function InvitationLines({ batch, rows, cancel, labelledBy }: InvitationLinesProps) {
  const t = useTranslations("Admin.invitations");
  const deed = useTranslations("Admin.deed");
  const kinds = useTranslations("Kind");
  const columns = ["line", "eppn", "kind", "mail", "status"] as const;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={columns.map((column) => t(`columns.${column}`))}
      rows={rows.map((row) => ({
        key: row.id,
        cells: [
          row.line,
          <span key="eppn" className="entity-id">
            {row.eppn}
          </span>,
          kinds("withMonths", { kind: kinds(row.kind), months: String(row.months) }),
          row.mail,
          <div key="status" className="stack">
            <State row={row} />
            {row.status === "waiting" && (
              <form action={cancel} className="no-print">
                <input type="hidden" name="batch" value={batch} />
                <input type="hidden" name="id" value={row.id} />
                <SubmitButton className="button button-plain button-small" pendingLabel={deed("working")}>
                  {t("cancelOne")}
                  <span className="visually-hidden">{row.eppn}</span>
                </SubmitButton>
              </form>
            )}
          </div>,
        ],
      }))}
    />
  );
}

function State({ row }: { row: InvitationRow }) {
  const t = useTranslations("Admin.invitations");
  const errors = useTranslations("Errors");
  const { status, problem, enrollmentId, number, settledAt } = row;
  const code = codes.find((one): one is Code => one === problem);
  return (
    <div>
      {t(`states.${status}`)}
      {settledAt && (
        <p className="hint">
          <Moment at={settledAt} />
        </p>
      )}
      {enrollmentId && number !== null && (
        <p>
          <Link className="record-link" href={`/admin/applications/${enrollmentId}`} prefetch={false}>
            {t("application", { number })}
          </Link>
        </p>
      )}
      {code && <p className="hint">{t("why", { sentence: errors(code, { field: "", value: "" }) })}</p>}
    </div>
  );
}
