import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import type { DeliveryRow } from "../answers.ts";

type DeliveriesProps = {
  deliveries: readonly DeliveryRow[];
  labelledBy: string;
  /** Null where nothing is sent any more. */
  again: ((form: FormData) => Promise<void>) | null;
  webhookId: string;
};

/** The calls of a webhook, each with what every attempt met. */
export function Deliveries({ deliveries, labelledBy, again, webhookId }: DeliveriesProps) {
  const t = useTranslations("Admin.webhooks");
  const deed = useTranslations("Admin.deed");
  if (deliveries.length === 0) return <p>{t("noCalls")}</p>;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[t("call"), t("state"), t("attempts"), t("deed")]}
      rows={deliveries.map((delivery) => ({
        key: delivery.id,
        cells: [
          <div key="call">
            <code>{delivery.event}</code>
            <p className="hint">
              <Moment at={delivery.createdAt} />
            </p>
            <span className="entity-id hint">{delivery.id}</span>
          </div>,
          <div key="state">
            {t(`callStates.${delivery.status}`)}
            {delivery.status === "waiting" && (
              <p className="hint">{t.rich("nextAt", { at: () => <Moment at={delivery.dueAt} /> })}</p>
            )}
          </div>,
          <Attempts key="attempts" attempts={delivery.attempts} />,
          again && delivery.status !== "waiting" ? (
            <form key="again" action={again} className="no-print">
              <input type="hidden" name="webhook" value={webhookId} />
              <input type="hidden" name="delivery" value={delivery.id} />
              <SubmitButton className="button button-plain button-small" pendingLabel={deed("working")}>
                {t("again")}
                <span className="visually-hidden">{` ${delivery.id}`}</span>
              </SubmitButton>
            </form>
          ) : null,
        ],
      }))}
    />
  );
}

function Attempts({ attempts }: Pick<DeliveryRow, "attempts">) {
  const t = useTranslations("Admin.webhooks");
  if (attempts.length === 0) return <p>{t("noAttempt")}</p>;
  return (
    <ol className="attempts">
      {attempts.map(({ at, answer, took }) => (
        <li key={at}>
          {typeof answer === "number" ? t("answered", { status: String(answer) }) : t(`faults.${answer}`)}
          <span className="hint">
            <Moment at={new Date(at)} />
            {t("took", { ms: took })}
          </span>
        </li>
      ))}
    </ol>
  );
}
