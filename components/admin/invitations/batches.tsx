import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { InvitationBatch } from "../answers.ts";
import { OwnName } from "../given/own-name.tsx";

type BatchesProps = { batches: readonly InvitationBatch[]; labelledBy: string };

/** Lists that were confirmed, with how many of their lines have come to what. */
export function Batches({ batches, labelledBy }: BatchesProps) {
  const t = useTranslations("Admin.invitations");
  if (batches.length === 0) return <p>{t("none")}</p>;
  const states = ["waiting", "made", "refused", "cancelled"] as const;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[t("columns.createdAt"), t("columns.institution"), ...states.map((one) => t(`states.${one}`))]}
      rows={batches.map(({ batch, createdAt, institution, counts }) => ({
        key: batch,
        cells: [
          <Link key="at" className="record-link" href={`/admin/invitations/${batch}`} prefetch={false}>
            <Moment at={createdAt} />
          </Link>,
          <OwnName key="institution" institution={institution} />,
          ...states.map((state) => counts[state]),
        ],
      }))}
    />
  );
}
