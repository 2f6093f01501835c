/**
 * What facts are about, taken for this transaction, and what they change: gathered while the rules are applied, then written in one
 * statement a table, however many applications there are.
 */
import type { EventName, Events } from "../../inngest/events.ts";
import type { Policy } from "../assurance.ts";
import { type AuditRow, type Facts, rowOf } from "../audit/append.ts";
import type { Statements } from "../db.ts";
import type { Enrollment, Order, Prisma } from "../generated/prisma/client.ts";
import type { Fact, RevocationReason } from "../ports.ts";
import { auditOf, outcomeOf, type Trace } from "./change.ts";
import type { Happening } from "./lifecycle.ts";
import type { LetterKind } from "./views.ts";

/** `at`: when it was heard of. Its own time is of whole seconds and of another clock: letters are told in the order in which they were heard of. */
export type ToldLetter = { kind: LetterKind; about: string; at: Date; sentAt: Date };

/** An application, its order that a fact is about, and what the rules ask of both; as they are, and then as they will be. */
export type Ledger = {
  enrollments: Map<string, Enrollment>;
  orders: Map<string, Order>;
  /** By application: what the member's institution asks for. Read only where a PIN was issued. */
  policies: Map<string, Policy>;
  /** Locks of tickets that were heard of before; `lockOf` is their name. */
  lockings: Set<string>;
  changed: Set<string>;
  history: Prisma.HistoryEntryCreateManyInput[];
  audit: AuditRow[];
  events: Prisma.OutboxEventCreateManyInput[];
  /** Applications whose revocation was asked for here. Read only where one was done or refused. */
  asked: Set<string>;
  /** Revocations that are done, by application; and those that came to nothing. */
  revocations: Map<string, { at: Date; reason: RevocationReason }>;
  givenUp: Set<string>;
  /** Mails that the CA has sent by itself. */
  letters: ({ enrollmentId: string } & ToldLetter)[];
};

/** Takes the applications in the order of their ids, so that two transactions never wait for each other; what nobody knows is missing. */
export async function openLedger(tx: Statements, facts: readonly Fact[]): Promise<Ledger> {
  const orderIds = facts.flatMap((fact) => ("orderId" in fact ? fact.orderId : []));
  const ids = facts.flatMap((fact) => ("enrollmentId" in fact ? fact.enrollmentId : []));
  const [enrollments, orders] = await Promise.all([
    tx.$queryRaw<Enrollment[]>`
      SELECT * FROM "Enrollment" WHERE id = ANY(
        ARRAY(SELECT "enrollmentId" FROM "Order" WHERE id = ANY(${orderIds})) || ${ids}::text[])
      ORDER BY id FOR UPDATE`,
    // Read after it: an order changes under the lock of its application.
    tx.$queryRaw<Order[]>`SELECT * FROM "Order" WHERE id = ANY(${orderIds})`,
  ]);
  const known = enrollments.map(({ id }) => id);
  const has = (type: Fact["type"]) => facts.some((fact) => fact.type === type);
  return {
    enrollments: new Map(enrollments.map((enrollment) => [enrollment.id, enrollment])),
    orders: new Map(orders.map((order) => [order.id, order])),
    policies: has("pin_issued") ? await policiesOf(tx, known) : new Map(),
    lockings: has("ticket_locked") ? await lockingsOf(tx, known) : new Set(),
    changed: new Set(),
    history: [],
    audit: [],
    events: [],
    asked: ids.length > 0 ? await askedOf(tx, ids) : new Set(),
    revocations: new Map(),
    givenUp: new Set(),
    letters: [],
  };
}

async function askedOf(tx: Statements, ids: string[]): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ enrollmentId: string }[]>`
    SELECT "enrollmentId" FROM "Revocation" WHERE "enrollmentId" = ANY(${ids})`;
  return new Set(rows.map(({ enrollmentId }) => enrollmentId));
}

async function policiesOf(tx: Statements, ids: string[]): Promise<Map<string, Policy>> {
  const rows = await tx.$queryRaw<(Policy & { id: string })[]>`
    SELECT e.id, i."aal2For", i."ial2For" FROM "Enrollment" AS e
    JOIN "Member" AS m ON m.id = e."memberId" JOIN "Institution" AS i ON i.id = m."institutionId"
    WHERE e.id = ANY(${ids})`;
  return new Map(rows.map(({ id, ...policy }) => [id, policy]));
}

async function lockingsOf(tx: Statements, ids: string[]): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ enrollmentId: string; at: Date }[]>`
    SELECT "enrollmentId", at FROM "HistoryEntry" WHERE "enrollmentId" = ANY(${ids}) AND deed = 'ticket_locked'`;
  return new Set(rows.map(({ enrollmentId, at }) => lockOf(enrollmentId, at)));
}

export function lockOf(enrollmentId: string, at: Date): string {
  return `${enrollmentId} ${at.toISOString()}`;
}

export function changeOrder(ledger: Ledger, { id }: Order, changes: Partial<Order>): void {
  const order = ledger.orders.get(id);
  if (!order) return;
  ledger.orders.set(id, { ...order, ...changes });
  ledger.changed.add(id);
}

/** Whatever a reader could see of the change makes its application's version grow. */
export function changeEnrollment(ledger: Ledger, id: string, changes: Partial<Enrollment> = {}): void {
  const enrollment = ledger.enrollments.get(id);
  if (!enrollment) return;
  ledger.enrollments.set(id, { ...enrollment, ...changes, version: enrollment.version + 1 });
  ledger.changed.add(id);
}

/** Moves an application on; false, and nothing noted, where the table knows no such way. */
export function note(
  ledger: Ledger,
  id: string,
  happening: Happening,
  { data, ...trace }: Omit<Trace, "data"> & { data?: Partial<Enrollment> },
): boolean {
  const enrollment = ledger.enrollments.get(id);
  const outcome = enrollment && outcomeOf(enrollment, happening);
  if (!outcome) return false;
  changeEnrollment(ledger, id, { ...data, ...outcome });
  noteDeed(ledger, id, trace, { before: { status: enrollment.status }, after: { status: outcome.status } });
  return true;
}

export function noteDeed(
  ledger: Ledger,
  enrollmentId: string,
  { at, deed, detail = {}, by }: Trace,
  { before = null, after = null }: { before?: Facts | null; after?: Facts | null } = {},
): void {
  ledger.history.push({ enrollmentId, at, deed, detail });
  const enrollment = ledger.enrollments.get(enrollmentId);
  if (enrollment)
    ledger.audit.push(
      rowOf({ ...auditOf(enrollment, deed), at, before, after: { ...after, ...detail }, ...(by && { by }) }),
    );
}

export function noteEvent<N extends EventName>(ledger: Ledger, name: N, data: Events[N]): void {
  ledger.events.push({ name, data });
}

/** A mail that somebody else has sent to the member of this application. */
export function noteLetter(ledger: Ledger, enrollmentId: string, letter: ToldLetter): void {
  ledger.letters.push({ enrollmentId, ...letter });
}

export async function writeLedger(tx: Statements, ledger: Ledger): Promise<void> {
  for (const [enrollmentId, { at, reason }] of ledger.revocations) {
    await tx.$executeRaw`
      INSERT INTO "Revocation" (id, "enrollmentId", reason, "askedAt", "doneAt")
      VALUES (gen_random_uuid()::text, ${enrollmentId}, ${reason}, ${at}, ${at})
      ON CONFLICT ("enrollmentId") DO UPDATE SET "doneAt" = EXCLUDED."doneAt"`;
  }
  if (ledger.givenUp.size > 0)
    await tx.$executeRaw`DELETE FROM "Revocation" WHERE "enrollmentId" = ANY(${[...ledger.givenUp]})`;
  if (ledger.letters.length > 0) await writeLetters(tx, ledger);
  if (ledger.changed.size + ledger.history.length + ledger.events.length > 0) await writeChanges(tx, ledger);
}

/** What ever changes of a row: no more of it is sent. */
const written = {
  order: ({ id, status, serial, collectUntil, collectedAt, urlHeldAt }: Order) => ({
    id,
    status,
    serial,
    collectUntil,
    collectedAt,
    urlHeldAt,
  }),
  enrollment: (row: Enrollment) => {
    const { id, status, version, exclusiveKey, serial, notBefore, notAfter, revokedAt, failure } = row;
    return { id, status, version, exclusiveKey, serial, notBefore, notAfter, revokedAt, failure };
  },
};

/**
 * All that an issue writes here, in one statement: each costs as much to send and to plan as the rows of many issues. The ids stand beside
 * the values: how many rows a JSON holds PostgreSQL does not know, and it would read the whole table for them.
 */
async function writeChanges(tx: Statements, ledger: Ledger): Promise<void> {
  const { changed, history, audit, events } = ledger;
  const orders = [...ledger.orders.values()].filter(({ id }) => changed.has(id));
  const enrollments = [...ledger.enrollments.values()].filter(({ id }) => changed.has(id));
  const rows = {
    orders: orders.map(written.order),
    enrollments: enrollments.map(written.enrollment),
    history,
    audit,
    events,
  };
  const ids = [...changed];
  await tx.$executeRaw`
    WITH told AS MATERIALIZED (SELECT ${JSON.stringify(rows)}::jsonb AS rows),
    orders AS (
      UPDATE "Order" AS o SET status = n.status, serial = n.serial, "collectUntil" = n."collectUntil",
        "collectedAt" = n."collectedAt", "urlHeldAt" = n."urlHeldAt"
      FROM told, jsonb_to_recordset(rows->'orders') AS n(id text, status "OrderStatus", serial text,
        "collectUntil" timestamptz, "collectedAt" timestamptz, "urlHeldAt" timestamptz)
      WHERE o.id = n.id AND o.id = ANY(${ids})),
    enrollments AS (
      UPDATE "Enrollment" AS e SET status = n.status, version = n.version, "exclusiveKey" = n."exclusiveKey",
        serial = n.serial, "notBefore" = n."notBefore", "notAfter" = n."notAfter", "revokedAt" = n."revokedAt",
        failure = n.failure
      FROM told, jsonb_to_recordset(rows->'enrollments') AS n(id text, status "Status", version int,
        "exclusiveKey" text, serial text, "notBefore" timestamptz, "notAfter" timestamptz, "revokedAt" timestamptz,
        failure text)
      WHERE e.id = n.id AND e.id = ANY(${ids})),
    history AS (
      INSERT INTO "HistoryEntry" ("enrollmentId", at, deed, detail)
      SELECT "enrollmentId", at, deed, detail FROM told, jsonb_to_recordset(rows->'history')
        AS n("enrollmentId" text, at timestamptz, deed text, detail jsonb)),
    audit AS (
      INSERT INTO "AuditEntry" (id, at, deed, role, "actorId", "institutionId", "memberId", subject, "subjectId",
        before, after, reason, "from", reference, canonical)
      SELECT id, at, deed, role, "actorId", "institutionId", "memberId", subject, "subjectId",
        before, after, reason, "from", reference, canonical
      FROM told, jsonb_to_recordset(rows->'audit') AS n(id text, at timestamptz, deed text, role text, "actorId" text,
        "institutionId" text, "memberId" text, subject text, "subjectId" text, before jsonb, after jsonb, reason text,
        "from" text, reference text, canonical text))
    INSERT INTO "OutboxEvent" (id, name, data)
    SELECT gen_random_uuid()::text, name, data FROM told, jsonb_to_recordset(rows->'events')
      AS n(name text, data jsonb)`;
}

async function writeLetters(tx: Statements, { letters, enrollments }: Ledger): Promise<void> {
  const rows = letters.flatMap(({ enrollmentId, kind, about, at, sentAt }) => {
    const enrollment = enrollments.get(enrollmentId);
    if (!enrollment) return [];
    const { mail, locale } = enrollment;
    return { key: `${kind}:${about}`, kind, enrollmentId, recipient: mail, locale, at, sentAt };
  });
  await tx.$executeRaw`
    INSERT INTO "Letter" (id, key, kind, "enrollmentId", recipient, locale, status, "createdAt", "sentAt")
    SELECT gen_random_uuid()::text, key, kind, "enrollmentId", recipient, locale, 'sent', at, "sentAt"
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS n(key text, kind text, "enrollmentId" text,
      recipient text, locale text, at timestamptz, "sentAt" timestamptz)
    ON CONFLICT (key) DO NOTHING`;
}
