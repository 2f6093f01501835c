/** Calls that are due are made: at least once, in any process, and no slow receiver holds up another's. */
import type { Database } from "../db.ts";
import type { Prisma } from "../generated/prisma/client.ts";
import { sealedColumns } from "../secrets/sealed-columns.ts";
import type { Sealing } from "../secrets/sealing.ts";
import type { Reach } from "./address.ts";
import { call } from "./call.ts";
import type { Attempt } from "./events.ts";
import { signedHeaders } from "./signature.ts";

export type DeliveryWorld = {
  db: Database;
  now: () => Date;
  sealing: Sealing;
  reach: Reach;
  /** Certificates that are trusted besides the usual ones, for tests. */
  ca?: string;
};

const minute = 60_000;
/** After an attempt that failed, until the next: eight in all, over about a day. */
export const pauses = [1, 5, 30, 120, 240, 480, 560].map((minutes) => minutes * minute);
/** Longer than a call takes: then whoever took it has died, and another makes it. */
const lease = 2 * minute;
const ofOneAtOnce = 4;
const atOnce = 40;
/** How long a run goes on; the next one follows within a minute. */
const runs = 40_000;
const keptDays = 90;

type Due = {
  id: string;
  webhookId: string;
  payload: Prisma.JsonValue;
  attempts: number;
  url: string;
  sealedSecret: Uint8Array;
};

/** Makes the calls that are due, and says how many it made. */
export async function deliverDue(world: DeliveryWorld): Promise<number> {
  const until = Date.now() + runs;
  let made = 0;
  while (Date.now() < until) {
    const due = await take(world);
    if (due.length === 0) break;
    await Promise.all(due.map((one) => attempt(world, one)));
    made += due.length;
  }
  return made;
}

/** The log of calls is kept for 90 days. */
export async function forgetDeliveries({ db, now }: Pick<DeliveryWorld, "db" | "now">): Promise<number> {
  const before = new Date(now().getTime() - keptDays * 1440 * minute);
  const { count } = await db.webhookDelivery.deleteMany({
    where: { status: { not: "waiting" }, createdAt: { lt: before } },
  });
  return count;
}

/** Those that are due, taken for as long as a call lasts; a few of each webhook. */
function take({ db, now }: DeliveryWorld): Promise<Due[]> {
  const at = now();
  return db.$queryRaw<Due[]>`
    UPDATE "WebhookDelivery" d SET attempts = d.attempts + 1, "dueAt" = ${new Date(at.getTime() + lease)}
    FROM (
      SELECT few.id, w.url, w."sealedSecret" FROM "Webhook" w, LATERAL (
        SELECT id FROM "WebhookDelivery" WHERE "webhookId" = w.id AND status = 'waiting' AND "dueAt" <= ${at}
        ORDER BY "dueAt" LIMIT ${ofOneAtOnce} FOR UPDATE SKIP LOCKED) few
      WHERE w."endedAt" IS NULL LIMIT ${atOnce}) taken
    WHERE d.id = taken.id
    RETURNING d.id, d."webhookId", d.payload, d.attempts, taken.url, taken."sealedSecret"`;
}

async function attempt(world: DeliveryWorld, { id, webhookId, ...due }: Due): Promise<void> {
  const { db, now, sealing, reach, ca } = world;
  const at = now();
  const body = JSON.stringify(due.payload);
  const secret = sealing.open(due.sealedSecret, sealedColumns.webhookSecret.context(webhookId));
  const headers = signedHeaders(secret, id, at, body);
  const began = performance.now();
  const answer = await call({ url: due.url, headers, body, reach, ...(ca && { ca }) });
  const met: Attempt = { at: at.toISOString(), answer, took: Math.round(performance.now() - began) };
  const next = after(answer, due.attempts, now());
  // What was ended or sent again meanwhile stays as it is, but for the record of this attempt.
  await db.$executeRaw`
    UPDATE "WebhookDelivery" SET answers = answers || ${JSON.stringify([met])}::jsonb,
      status = CASE WHEN attempts = ${due.attempts} AND status = 'waiting' THEN ${next.status}::"LetterStatus" ELSE status END,
      "sentAt" = CASE WHEN ${next.status} = 'sent' THEN ${now()} ELSE "sentAt" END,
      "dueAt" = CASE WHEN attempts = ${due.attempts} THEN ${next.dueAt} ELSE "dueAt" END
    WHERE id = ${id}`;
}

/** What becomes of a delivery after its n-th attempt. 410 says that nobody wants it any more. */
export function after(answer: Attempt["answer"], attempts: number, now: Date) {
  if (typeof answer === "number" && answer >= 200 && answer < 300)
    return { status: "sent", dueAt: now } as const;
  const pause = pauses[attempts - 1];
  if (answer === 410 || pause === undefined) return { status: "failed", dueAt: now } as const;
  return { status: "waiting", dueAt: new Date(now.getTime() + pause) } as const;
}
