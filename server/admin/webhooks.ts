/** Webhooks of institutions, as their registrars make, watch and end them. What calls them is server/webhooks. */
import { randomUUID } from "node:crypto";
import { append } from "../audit/append.ts";
import type { Database, Transaction } from "../db.ts";
import { PortalError } from "../errors.ts";
import type { Prisma } from "../generated/prisma/client.ts";
import type { Scope } from "../roles.ts";
import { sealedColumns } from "../secrets/sealed-columns.ts";
import type { Sealing } from "../secrets/sealing.ts";
import { faultOfAddress, type Reach } from "../webhooks/address.ts";
import { type AddressFault, type Attempt, testEvent, type WebhookEvent } from "../webhooks/events.ts";
import { newSecret } from "../webhooks/signature.ts";
import { tell } from "../webhooks/tell.ts";

type Named = { id: string; entityId: string; nameJa: string; nameEn: string };

export type WebhookView = {
  id: string;
  institution: Named;
  url: string;
  events: readonly string[];
  createdAt: Date;
  endedAt: Date | null;
  /** How many calls are to be made, and how many were given up, of those that are kept. */
  waiting: number;
  failed: number;
};

export type DeliveryView = {
  id: string;
  event: string;
  key: string;
  status: "waiting" | "sent" | "failed";
  createdAt: Date;
  /** Of the next attempt, while it waits. */
  dueAt: Date;
  attempts: readonly Attempt[];
};

const perPage = 30;

function within({ institutions }: Scope): Prisma.WebhookWhereInput {
  return institutions === null ? {} : { institutionId: { in: [...institutions] } };
}

/** Of the institutions of the scope: those that are called first, the newest first; and which institutions there are to make one for. */
export async function webhooksIn(
  db: Database,
  scope: Scope,
): Promise<{ webhooks: WebhookView[]; institutions: Named[] }> {
  const { institutions } = scope;
  const [webhooks, choices] = await Promise.all([
    read(db, within(scope)),
    db.institution.findMany({
      where: institutions === null ? {} : { id: { in: [...institutions] } },
      select: { id: true, entityId: true, nameJa: true, nameEn: true },
      orderBy: { nameEn: "asc" },
    }),
  ]);
  return { webhooks, institutions: choices };
}

/** One with its calls, the newest first. `before`: the id of the last one of the page before. @throws `not_found` beyond the scope too */
export async function webhookOf(
  db: Database,
  { id, before, scope }: { id: string; before?: string | undefined; scope: Scope },
): Promise<WebhookView & { deliveries: DeliveryView[]; next: string | null }> {
  const [webhook] = await read(db, { id, ...within(scope) });
  if (!webhook) throw new PortalError("not_found");
  const rows = await db.webhookDelivery.findMany({
    where: { webhookId: id },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: perPage + 1,
    ...(before && { cursor: { id: before }, skip: 1 }),
  });
  const shown = rows.slice(0, perPage);
  return {
    ...webhook,
    deliveries: shown.map(({ answers, event, key, status, createdAt, dueAt, id }) => ({
      ...{ id, event, key, status, createdAt, dueAt },
      attempts: answers as Attempt[],
    })),
    next: rows.length > perPage ? (shown.at(-1)?.id ?? null) : null,
  };
}

async function read(db: Database, where: Prisma.WebhookWhereInput): Promise<WebhookView[]> {
  const rows = await db.webhook.findMany({
    where,
    orderBy: [{ endedAt: { sort: "desc", nulls: "first" } }, { createdAt: "desc" }],
  });
  const ids = rows.map(({ id }) => id);
  const [institutions, counts] = await Promise.all([
    db.institution.findMany({
      where: { id: { in: rows.map(({ institutionId }) => institutionId) } },
      select: { id: true, entityId: true, nameJa: true, nameEn: true },
    }),
    db.webhookDelivery.groupBy({
      by: ["webhookId", "status"],
      where: { webhookId: { in: ids }, status: { in: ["waiting", "failed"] } },
      _count: true,
    }),
  ]);
  const count = (id: string, status: "waiting" | "failed") =>
    counts.find((row) => row.webhookId === id && row.status === status)?._count ?? 0;
  return rows.flatMap(({ id, institutionId, url, events, createdAt, endedAt }) => {
    const institution = institutions.find((one) => one.id === institutionId);
    const numbers = { waiting: count(id, "waiting"), failed: count(id, "failed") };
    return institution ? [{ id, institution, url, events, createdAt, endedAt, ...numbers }] : [];
  });
}

export type Wish = {
  institutionId: string;
  url: string;
  events: readonly WebhookEvent[];
  reason: string;
  by: string;
  scope: Scope;
};
type World = { db: Database; now: () => Date; sealing: Sealing; reach: Reach };

/** `secret` is told this once. `exists`: this address of the institution is called already. @throws `not_found` beyond the scope */
export async function makeWebhook(
  { db, now, sealing, reach }: World,
  { institutionId, url, events, reason, by, scope }: Wish,
): Promise<{ made: string; secret: string } | { fault: AddressFault | "exists" }> {
  const fault = faultOfAddress(url, reach);
  if (fault) return { fault };
  const address = new URL(url).href;
  if (scope.institutions && !scope.institutions.includes(institutionId)) throw new PortalError("not_found");
  return db.$transaction(async (tx) => {
    // One after the other for an institution: a form that is sent twice makes one webhook.
    const known = await tx.$queryRaw<
      object[]
    >`SELECT 1 FROM "Institution" WHERE id = ${institutionId} FOR UPDATE`;
    if (known.length === 0) throw new PortalError("not_found");
    const living = { institutionId, url: address, endedAt: null };
    if ((await tx.webhook.count({ where: living })) > 0) return { fault: "exists" as const };
    const id = randomUUID();
    const { octets, text } = newSecret();
    const sealedSecret = sealing.seal(octets, sealedColumns.webhookSecret.context(id));
    const at = now();
    await tx.webhook.create({
      data: {
        ...{ id, institutionId, url: address, sealedSecret, events: [...events] },
        ...{ createdBy: by, createdAt: at },
      },
    });
    const about = { at, subject: "webhook", subjectId: id, institutionId, reason } as const;
    await append(tx, { ...about, deed: "webhook.made", after: { url: address, events: [...events] } });
    return { made: id, secret: text };
  });
}

/** Ends one and the calls that wait; one that has ended stays so. @throws `not_found` beyond the scope too */
export async function endWebhook(
  { db, now }: Pick<World, "db" | "now">,
  { id, reason, scope }: { id: string; reason: string; scope: Scope },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const webhook = await lockWebhook(tx, id, scope);
    if (webhook.endedAt) return;
    const at = now();
    await tx.webhook.update({ where: { id }, data: { endedAt: at } });
    const answers = JSON.stringify([{ at: at.toISOString(), answer: "ended", took: 0 } satisfies Attempt]);
    await tx.$executeRaw`
      UPDATE "WebhookDelivery" SET status = 'failed', answers = answers || ${answers}::jsonb
      WHERE "webhookId" = ${id} AND status = 'waiting'`;
    const { institutionId, url } = webhook;
    const about = { at, subject: "webhook", subjectId: id, institutionId, reason } as const;
    await append(tx, { ...about, deed: "webhook.ended", before: { url, events: webhook.events } });
  });
}

/** A call that says no more than that it was made: one a minute. False while there was one; null where the webhook has ended. */
export async function tryWebhook(
  { db, now }: Pick<World, "db" | "now">,
  { id, scope }: { id: string; scope: Scope },
): Promise<boolean | null> {
  return db.$transaction(async (tx) => {
    const { endedAt, institutionId, url } = await lockWebhook(tx, id, scope);
    if (endedAt) return null;
    const at = now();
    const about = at.toISOString().slice(0, 16);
    if ((await tell(tx, { event: testEvent, about, at, data: {} }, id)) === 0) return false;
    const entry = { at, subject: "webhook", subjectId: id, institutionId } as const;
    await append(tx, { ...entry, deed: "webhook.tried", after: { url } });
    return true;
  });
}

/** もう一度送る: with the same `webhook-id`, and eight attempts again. False for one that waits anyway, or whose webhook has ended. */
export async function sendAgain(
  { db, now }: Pick<World, "db" | "now">,
  { id, deliveryId, scope }: { id: string; deliveryId: string; scope: Scope },
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const { endedAt, institutionId } = await lockWebhook(tx, id, scope);
    const delivery = await tx.webhookDelivery.findFirst({ where: { id: deliveryId, webhookId: id } });
    if (!delivery) throw new PortalError("not_found");
    if (endedAt || delivery.status === "waiting") return false;
    const at = now();
    await tx.webhookDelivery.update({
      where: { id: deliveryId },
      data: { status: "waiting", attempts: 0, dueAt: at },
    });
    await tx.outboxEvent.create({ data: { name: "webhooks/due", data: {} } });
    const about = { at, subject: "webhook", subjectId: id, institutionId } as const;
    await append(tx, {
      ...about,
      deed: "webhook.sent_again",
      after: { delivery: deliveryId, key: delivery.key },
    });
    return true;
  });
}

async function lockWebhook(tx: Transaction, id: string, scope: Scope) {
  await tx.$queryRaw`SELECT 1 FROM "Webhook" WHERE id = ${id} FOR UPDATE`;
  const webhook = await tx.webhook.findFirst({ where: { id, ...within(scope) } });
  if (!webhook) throw new PortalError("not_found");
  return webhook;
}
