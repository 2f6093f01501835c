import { useTranslations } from "next-intl";
import { Day } from "@/components/ui/date-time.tsx";
import { languageOf } from "@/components/ui/language.ts";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import type { EnrollmentSummary } from "@/server/enrollment/views.ts";
import { Link } from "@/server/i18n/navigation.ts";
import { RenewButton } from "./renew-button.tsx";
import { StatusBadge } from "./status-badge.tsx";

type RegisterProps = { enrollments: readonly EnrollmentSummary[]; labelledBy: string };

const columns = ["number", "kind", "requestedAt", "status", "renewal", "memo"] as const;

/** 証明書の発行状況 */
export function Register({ enrollments, labelledBy }: RegisterProps) {
  const t = useTranslations("Dashboard");
  const kinds = useTranslations("Kind");
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={columns.map((column) => t(`columns.${column}`))}
      rows={enrollments.map((enrollment) => {
        const { number, kind, months, requestedAt, status, memo } = enrollment;
        return {
          key: String(number),
          cells: [
            <Link key="number" className="number-link" href={`/certs/${number}`} prefetch={false}>
              {number}
              <span className="visually-hidden">{t("showDetail")}</span>
            </Link>,
            <span key="kind" className="unbroken">
              {kinds("withMonths", { kind: kinds(kind), months })}
            </span>,
            <span key="requestedAt" className="unbroken">
              <Day at={requestedAt} />
            </span>,
            <div key="status">
              <StatusBadge status={status} />
              {status === "awaiting_approval" && <span className="hint block">{t("awaitingApproval")}</span>}
            </div>,
            <RenewButton key="renewal" enrollment={enrollment} isSmall />,
            memo && (
              <span key="memo" className="memo" lang={languageOf(memo)}>
                {memo}
              </span>
            ),
          ],
        };
      })}
    />
  );
}
