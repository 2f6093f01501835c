/** What waits is sent to the service: one kind an upload, one upload at a time, and nothing twice. */
import { randomUUID } from "node:crypto";
import { log } from "../../log.ts";
import { enterRefusals, type RowRefusal } from "./refusals.ts";
import { readUploadReply, type UploadReply } from "./reply.ts";
import { settleUnknown } from "./settle.ts";
import { SiteFault } from "./site/faults.ts";
import { encodeTsv, type RequestKind } from "./tsv.ts";
import { inTurn, noteFault, noteSuccess, type Turn } from "./turn.ts";
import { inOneGo, lineIn, type Row, type World } from "./world.ts";

/** What revokes goes first: a stolen key does not wait. */
const order: readonly RequestKind[] = ["revoke", "issue", "renew"];
const most = 100;
/** The service's code for a file with too many lines. */
const tooMany = "214";

export type Sending = { uploads: number; left: "nothing" | "busy" | "fault" };

/** Sends all that is due. What ended in a fault comes again by itself; before what may have been taken is sent again, the list is asked. */
export async function sendWaiting(world: World): Promise<Sending> {
  if (world.settings.transport === "manual") return { uploads: 0, left: "nothing" };
  const done = await inTurn(world, async (turn): Promise<Sending> => {
    let uploads = 0;
    try {
      await settleUnknown(world);
      for (let limit = most; await turn.keep(); ) {
        const rows = await takeDue(world, limit);
        if (rows.length === 0) return { uploads, left: "nothing" };
        uploads += 1;
        limit = await send(world, turn, rows);
      }
      return { uploads, left: "busy" };
    } catch (error) {
      if (!(error instanceof SiteFault)) throw error;
      log.warn(
        { event: "upki", fault: error.code, excerpt: error.excerpt },
        "NII's site could not be worked with",
      );
      await noteFault(world, `${error.code}: ${error.excerpt}`.slice(0, 500));
      return { uploads, left: "fault" };
    }
  });
  return done === "busy" ? { uploads: 0, left: "busy" } : done;
}

/** Marks what goes out next as under way, before anything goes: whoever finds it so knows that nobody knows. */
async function takeDue(world: World, limit: number): Promise<Row[]> {
  for (const kind of order) {
    const rows = await inOneGo(world, async (tx) => {
      const now = world.now();
      const due = await tx.$queryRaw<Row[]>`
        SELECT * FROM "UpkiRequest" WHERE status = 'waiting' AND kind = ${kind}::"UpkiRequestKind" AND "dueAt" <= ${now}
        ORDER BY "createdAt", id LIMIT ${limit} FOR UPDATE`;
      if (due.length === 0) return [];
      const data = {
        status: "sending" as const,
        upload: randomUUID(),
        sentAt: now,
        dueAt: new Date(now.getTime() + world.settings.settling),
      };
      await tx.upkiRequest.updateMany({
        where: { id: { in: due.map(({ id }) => id) } },
        data: { ...data, tries: { increment: 1 } },
      });
      return due.map((row) => ({ ...row, ...data }));
    });
    if (rows.length > 0) return rows;
  }
  return [];
}

/** @returns how many lines the next file may have @throws SiteFault */
async function send(world: World, turn: Turn, rows: Row[]): Promise<number> {
  const [{ kind, upload } = { kind: "issue" as const, upload: null }] = rows;
  const ids = rows.map(({ id }) => id);
  let reply: UploadReply;
  try {
    const file = encodeTsv(rows.map(lineIn));
    reply = readUploadReply(await world.site.upload({ kind, file, fileName: `${kind}.tsv` }));
  } catch (error) {
    if (error instanceof SiteFault && !error.sent) await bringBack(world, ids, "later");
    throw error;
  }
  if (!(await turn.keep())) return most;
  if (reply.outcome === "not_understood") {
    // It may have been taken: the list will tell.
    throw new SiteFault("page_changed", { sent: true, excerpt: reply.excerpt });
  }
  await noteSuccess(world);
  log.info(
    { event: "upki", kind, lines: rows.length, upload, outcome: reply.outcome },
    "Sent to NII's service",
  );
  if (reply.outcome === "taken") {
    await markTaken(world, ids);
    return most;
  }
  return takeRefusal(world, rows, reply.rows);
}

/** A file with one wrong line is refused whole: the others go again at once. */
async function takeRefusal(
  world: World,
  rows: readonly Row[],
  refusals: Extract<UploadReply, { outcome: "refused" }>["rows"],
): Promise<number> {
  const codes = refusals.flatMap(({ errors }) => errors.map(({ code }) => code));
  if (codes.includes(tooMany) && rows.length > 1) {
    await bringBack(
      world,
      rows.map(({ id }) => id),
      "now",
    );
    return Math.ceil(rows.length / 2);
  }
  const refused = refusals.flatMap(({ seq, errors: [error] }): RowRefusal[] => {
    const row = rows[seq - 1];
    return row && error ? [{ row, ...error }] : [];
  });
  const those = new Set(refused.map(({ row }) => row.id));
  const others = rows.filter(({ id }) => !those.has(id)).map(({ id }) => id);
  await bringBack(world, others, refused.length > 0 ? "now" : "later");
  if (refused.length === 0) {
    // The file as a whole, and no fault of anybody's line: a person has to look.
    const [error] = refusals.flatMap(({ errors }) => errors);
    const excerpt = `upload: ${error?.code ?? ""} ${error?.message ?? "refused without a reason"}`;
    throw new SiteFault("page_changed", { sent: false, excerpt });
  }
  await enterRefusals(world, refused);
  return most;
}

async function markTaken(world: World, ids: readonly string[]): Promise<void> {
  await world.db.upkiRequest.updateMany({
    where: { id: { in: [...ids] }, status: "sending" },
    data: { status: "taken", takenAt: world.now() },
  });
}

/** Nothing of them is at the service. */
async function bringBack(world: World, ids: readonly string[], when: "now" | "later"): Promise<void> {
  const pause = when === "now" ? 0 : 30_000;
  await world.db.upkiRequest.updateMany({
    where: { id: { in: [...ids] }, status: "sending" },
    data: { status: "waiting", sentAt: null, dueAt: new Date(world.now().getTime() + pause) },
  });
}
