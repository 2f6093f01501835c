import { useTranslations } from "next-intl";
import { Day } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { WebhookRow } from "../answers.ts";
import { InstitutionName } from "../institution-name.tsx";

/** Which webhooks there are, and how their calls went. */
export function WebhookList({
  webhooks,
  labelledBy,
}: {
  webhooks: readonly WebhookRow[];
  labelledBy: string;
}) {
  const t = useTranslations("Admin.webhooks");
  if (webhooks.length === 0) return <p>{t("none")}</p>;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[t("url"), t("institution"), t("state"), t("madeOn"), t("calls")]}
      rows={webhooks.map((webhook) => ({
        key: webhook.id,
        cells: [
          <Link key="url" className="record-link" href={`/admin/webhooks/${webhook.id}`} prefetch={false}>
            <span className="entity-id">{webhook.url}</span>
          </Link>,
          <InstitutionName key="institution" institution={webhook.institution} />,
          t(webhook.endedAt ? "states.ended" : "states.living"),
          <Day key="made" at={webhook.createdAt} />,
          t("counts", { waiting: webhook.waiting, failed: webhook.failed }),
        ],
      }))}
    />
  );
}
