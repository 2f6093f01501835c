import { useLocale, useTranslations } from "next-intl";
import { Fragment, type ReactNode } from "react";
import { SerialNumber } from "@/components/enrollment/serial-number.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { languageOf } from "@/components/ui/language.ts";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Section } from "@/components/ui/section.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { DifferenceRow } from "../answers.ts";
import { Dn } from "./dn.tsx";

type Dismiss = (form: FormData) => Promise<void>;
type DifferencesProps = { differences: readonly DifferenceRow[]; dismiss: Dismiss };

/** What is urgent comes first. */
const kinds = [
  "revocation_missing",
  "pin_missing",
  "request_missing",
  "unknown_request",
  "unknown_certificate",
] as const;
/** As many as are adopted at once, and as fit into an address. */
const mostChosen = 100;

/** Kind by kind; one that has no name here is shown all the same. */
export function Differences({ differences, dismiss }: DifferencesProps) {
  const t = useTranslations("Admin.upki.differences");
  if (differences.length === 0) return <p>{t("none")}</p>;
  const there = [...new Set<string>([...kinds, ...differences.map(({ kind }) => kind)])];
  return there.map((kind) => {
    const rows = differences.filter((one) => one.kind === kind);
    if (rows.length === 0) return null;
    const known = kinds.find((one) => one === kind);
    return (
      <Section
        key={kind}
        id={kind}
        title={known ? t(`kinds.${known}.name`) : t("kinds.other.name", { kind })}
      >
        <p>{t(`kinds.${known ?? "other"}.what`)}</p>
        {kind === "unknown_certificate" ? (
          <Adoptable rows={rows} dismiss={dismiss} />
        ) : (
          <Rows kind={kind} rows={rows} dismiss={dismiss} />
        )}
      </Section>
    );
  });
}

type RowsProps = {
  kind: string;
  rows: readonly DifferenceRow[];
  dismiss: Dismiss;
  /** What stands before its name. */
  before?: (row: DifferenceRow) => ReactNode;
};

/** A column that would be empty is left out. */
function Rows({ kind, rows, dismiss, before }: RowsProps) {
  const t = useTranslations("Admin.upki.differences.columns");
  const cells = {
    dn: (row) => (
      <>
        {before?.(row)}
        <Dn dn={row.dn} />
      </>
    ),
    serial: ({ serial }) => serial && <SerialNumber serial={serial} />,
    listed: ({ stateText, holderMail }) =>
      (stateText || holderMail) && (
        <>
          {stateText && <p lang={languageOf(stateText)}>{stateText}</p>}
          {holderMail && <p>{holderMail}</p>}
        </>
      ),
    seenAt: ({ seenAt }) => <Moment at={seenAt} />,
    deeds: (row) => <Deeds row={row} dismiss={dismiss} />,
  } as const satisfies Record<string, (row: DifferenceRow) => ReactNode>;
  const columns = (Object.keys(cells) as (keyof typeof cells)[]).filter((column) =>
    rows.some((row) => cells[column](row)),
  );
  return (
    <ReflowingTable
      labelledBy={kind}
      columns={columns.map((column) => t(column))}
      rows={rows.map((row) => ({
        key: row.id,
        cells: columns.map((column) => <Fragment key={column}>{cells[column](row)}</Fragment>),
      }))}
    />
  );
}

function Deeds({ row: { id, kind, dn }, dismiss }: { row: DifferenceRow; dismiss: Dismiss }) {
  const t = useTranslations("Admin.upki");
  return (
    <div className="actions no-print">
      {kind === "pin_missing" && (
        <Link
          className="button button-grave-plain button-small"
          href={`/admin/upki/differences/end?id=${id}`}
          prefetch={false}
        >
          {t("differences.end")}
          <span className="visually-hidden">{t("differences.endOf", { dn })}</span>
        </Link>
      )}
      <form action={dismiss}>
        <input type="hidden" name="id" value={id} />
        <SubmitButton className="button button-plain button-small" pendingLabel={t("working")}>
          {t("differences.dismiss")}
          <span className="visually-hidden">{t("differences.dismissOf", { dn })}</span>
        </SubmitButton>
      </form>
    </div>
  );
}

/** Rows to choose from. Their boxes belong to a form that stands below, for each row has a form of its own. */
function Adoptable({ rows, dismiss }: { rows: readonly DifferenceRow[]; dismiss: Dismiss }) {
  const t = useTranslations("Admin.upki.differences");
  const shown = rows.slice(0, mostChosen);
  const choose = ({ id, dn }: DifferenceRow) => (
    <label className="choice">
      <input type="checkbox" form="adoption" name="id" value={id} />
      <span>
        {t("columns.choose")}
        <span className="visually-hidden">{t("choose", { dn })}</span>
      </span>
    </label>
  );
  return (
    <>
      {rows.length > mostChosen && <p>{t("more")}</p>}
      <Rows kind="unknown_certificate" rows={shown} dismiss={dismiss} before={choose} />
      <div className="actions no-print">
        <form id="adoption" method="get" action={`/${useLocale()}/admin/upki/differences/adopt`}>
          <button type="submit" className="button button-main">
            {t("plan")}
          </button>
        </form>
        <form method="get" action={`/${useLocale()}/admin/upki/differences/adopt`}>
          {shown.map(({ id }) => (
            <input key={id} type="hidden" name="id" value={id} />
          ))}
          <button type="submit" className="button button-plain">
            {t("planAll")}
          </button>
        </form>
      </div>
    </>
  );
}
