/** A delivery to each webhook that listens. Of certificates the database writes them itself (prisma/migrations, `portal_tell_webhooks`). */
import { randomUUID } from "node:crypto";
import type { Transaction } from "../db.ts";
import type { Prisma } from "../generated/prisma/client.ts";
import { testEvent, type WebhookEvent } from "./events.ts";

export type Told = {
  event: WebhookEvent | typeof testEvent;
  /** What it is about: a webhook is told of it once. */
  about: string;
  at: Date;
  data: Prisma.InputJsonObject;
};

/**
 * Writes the deliveries, in the transaction of what they tell of, with the event that wakes who makes the calls; says how many there
 * are. `webhookId`: to this one alone, whatever it listens to.
 */
export async function tell(
  tx: Pick<Transaction, "webhook" | "webhookDelivery" | "outboxEvent">,
  { event, about, at, data }: Told,
  webhookId?: string,
): Promise<number> {
  const listens = event === testEvent ? {} : { events: { has: event } };
  const webhooks = await tx.webhook.findMany({
    where: { endedAt: null, ...(webhookId ? { id: webhookId } : listens) },
    select: { id: true },
  });
  const { count } = await tx.webhookDelivery.createMany({
    data: webhooks.map(({ id }) => ({
      id: `msg_${randomUUID().replaceAll("-", "")}`,
      webhookId: id,
      key: `${event}:${about}`,
      event,
      payload: { type: event, timestamp: at.toISOString(), data },
      dueAt: at,
      createdAt: at,
    })),
    skipDuplicates: true,
  });
  if (count > 0) await tx.outboxEvent.create({ data: { name: "webhooks/due", data: {} } });
  return count;
}
