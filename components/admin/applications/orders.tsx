import { useTranslations } from "next-intl";
import { SerialNumber } from "@/components/enrollment/serial-number.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import type { ApplicationDetail } from "../answers.ts";

/** 発行元への注文: the issue and each renewal, and the certificate that came of it. */
export function Orders({ orders, labelledBy }: Pick<ApplicationDetail, "orders"> & { labelledBy: string }) {
  const t = useTranslations("Admin.applications.one.orders");
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[t("order"), t("status"), t("placedAt"), t("collected"), t("serial")]}
      rows={orders.map((order) => ({
        key: order.id,
        cells: [
          t(`purposes.${order.purpose}`, { sequence: order.sequence, months: order.months }),
          t(`statuses.${order.status}`),
          <Moment key="placed" at={order.placedAt} />,
          order.collectedAt ? (
            <Moment key="collected" at={order.collectedAt} />
          ) : (
            order.collectUntil && (
              <span key="until">
                {t.rich("until", { at: () => <Moment at={order.collectUntil ?? order.placedAt} /> })}
              </span>
            )
          ),
          order.serial && <SerialNumber key="serial" serial={order.serial} />,
        ],
      }))}
    />
  );
}
