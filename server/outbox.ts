/** The outbox: events committed together with the change they tell of, forwarded to whoever runs the workflows. */
import { inngest } from "../inngest/client.ts";
import { type Database, database } from "./db.ts";

export type OutgoingEvent = { id: string; name: string; data: Record<string, unknown>; ts: number };
export type Send = (events: OutgoingEvent[]) => Promise<unknown>;

const batch = 100;
const keptDays = 30;
/** Longer than the client takes to give up. */
const sendingTakes = 30_000;

/**
 * Sends what lies in the outbox, oldest first, and says how many events went. Other processes meanwhile send others
 * (SKIP LOCKED); what was sent by a process that died before it said so is sent again with the same id, and is then
 * the same event. Throws when something could not be sent; it stays, and holds up nothing that can be.
 */
export async function forwardOutbox(db: Database, send: Send): Promise<number> {
  let sent = 0;
  for (;;) {
    const { found, went, error } = await forwardBatch(db, send);
    sent += went;
    if (error) throw error;
    if (found < batch) break;
  }
  if (sent > 0) await forgetOld(db);
  return sent;
}

/** What was sent long ago is of no more use. */
async function forgetOld(db: Database): Promise<void> {
  const before = new Date(Date.now() - keptDays * 86_400_000);
  await db.outboxEvent.deleteMany({ where: { sentAt: { lt: before } } });
}

function forwardBatch(db: Database, send: Send) {
  return db.$transaction(
    async (tx) => {
      const rows = await tx.$queryRaw<{ id: string; name: string; data: object; createdAt: Date }[]>`
        SELECT id, name, data, "createdAt" FROM "OutboxEvent" WHERE "sentAt" IS NULL
        ORDER BY "createdAt", id LIMIT ${batch} FOR UPDATE SKIP LOCKED`;
      const events = rows.map(({ id, name, data, createdAt }) => ({
        id,
        name,
        data: { ...data },
        ts: createdAt.getTime(),
      }));
      const { went, error } = await sendAll(events, send);
      if (went.length > 0) {
        await tx.outboxEvent.updateMany({ where: { id: { in: went } }, data: { sentAt: new Date() } });
      }
      return { found: rows.length, went: went.length, error };
    },
    { timeout: sendingTakes, maxWait: sendingTakes },
  );
}

/** Together if that works; else one by one, so that an event that is refused does not hold up the rest. */
async function sendAll(events: OutgoingEvent[], send: Send): Promise<{ went: string[]; error?: unknown }> {
  if (events.length === 0) return { went: [] };
  try {
    await send(events);
    return { went: events.map((event) => event.id) };
  } catch (error) {
    if (events.length === 1) return { went: [], error };
  }
  const went: string[] = [];
  let error: unknown;
  for (const event of events) {
    try {
      await send([event]);
      went.push(event.id);
    } catch (refused) {
      error = refused;
    }
  }
  return { went, error };
}

/** Forwards this process's own outbox. */
export async function sendOutbox(): Promise<void> {
  await forwardOutbox(database(), (events) => inngest.send(events));
}
