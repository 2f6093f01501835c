// biome-ignore-all lint/a11y/noRedundantRoles: some browsers forget that a table is one when its `display` changes
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Day } from "@/components/ui/date-time.tsx";
import { languageOf } from "@/components/ui/language.ts";
import type { EnrollmentSummary } from "@/server/enrollment/views.ts";
import { Link } from "@/server/i18n/navigation.ts";
import { RenewButton } from "./renew-button.tsx";
import { StatusBadge } from "./status-badge.tsx";

type RegisterProps = { enrollments: readonly EnrollmentSummary[]; labelledBy: string };

const columns = ["number", "kind", "requestedAt", "status", "renewal", "memo"] as const;

/** 証明書の発行状況. On a phone its rows look like cards, and stay a table for screen readers. */
export function Register({ enrollments, labelledBy }: RegisterProps) {
  const t = useTranslations("Dashboard.columns");
  return (
    <table className="register" role="table" aria-labelledby={labelledBy}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column} scope="col" role="columnheader">
              {t(column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {enrollments.map((enrollment) => (
          <Row key={enrollment.number} enrollment={enrollment} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ enrollment }: { enrollment: EnrollmentSummary }) {
  const t = useTranslations("Dashboard");
  const kinds = useTranslations("Kind");
  const { number, kind, months, requestedAt, status, memo } = enrollment;
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <CellLabel>{t("columns.number")}</CellLabel>
        <Link className="number-link" href={`/certs/${number}`} prefetch={false}>
          {number}
          <span className="visually-hidden">{t("showDetail")}</span>
        </Link>
      </th>
      <td role="cell" className="unbroken">
        <CellLabel>{t("columns.kind")}</CellLabel>
        <span>{kinds("withMonths", { kind: kinds(kind), months })}</span>
      </td>
      <td role="cell" className="unbroken">
        <CellLabel>{t("columns.requestedAt")}</CellLabel>
        <Day at={requestedAt} />
      </td>
      <td role="cell">
        <CellLabel>{t("columns.status")}</CellLabel>
        <StatusBadge status={status} />
      </td>
      <td role="cell">
        <CellLabel>{t("columns.renewal")}</CellLabel>
        <RenewButton enrollment={enrollment} isSmall />
      </td>
      <td role="cell" className={memo ? "memo-cell" : "memo-cell empty-memo"}>
        <CellLabel>{t("columns.memo")}</CellLabel>
        <span lang={languageOf(memo)}>{memo}</span>
      </td>
    </tr>
  );
}

/** The column's name in a card; where the head row is seen, and for screen readers, that one speaks. */
function CellLabel({ children }: { children: ReactNode }) {
  return (
    <span className="cell-label" aria-hidden="true">
      {children}
    </span>
  );
}
