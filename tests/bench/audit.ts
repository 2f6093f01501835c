/**
 * The audit, by how long its chain is: entries a second as deeds write them, and how long it takes to verify all of them, beside PostgreSQL
 * reading the same rows for nothing. At 10,000 and 100,000; `AUDIT_UP_TO=1000000 npm run bench -- audit` goes on to a million.
 */
import pg from "pg";
import { append } from "../../server/audit/append.ts";
import { verifyChain } from "../../server/audit/verify.ts";
import { type Database, openDatabase } from "../../server/db.ts";
import { line, timed } from "./figures.ts";
import { withDatabase } from "./own-postgres.ts";

const sizes = [10_000, 100_000, 1_000_000];
/** Entries of a deed. One deed has one or two; those that are only there to be many have more. */
const [perDeed, perFill] = [1, 250];
const deeds = 1_000;

export async function benchAudit(): Promise<void> {
  const most = Number(process.env.AUDIT_UP_TO ?? 100_000);
  await withDatabase(async (url) => {
    const db = openDatabase(url);
    try {
      let written = 0;
      for (const size of sizes.filter((one) => one <= most)) {
        await write(db, (size - written - deeds) / perFill, perFill);
        const { all } = await write(db, deeds, perDeed);
        written = size;
        console.log(`\naudit of ${size} entries`);
        console.log(line("deeds of one entry, 8 at once", { "per second": perSecond(deeds, all) }));
        await verified(db, size);
        await read(url, size);
      }
    } finally {
      await db.$disconnect();
    }
  });
}

function write(db: Database, count: number, entries: number) {
  return timed(count, 8, async (n) => {
    const notes = Array.from({ length: entries }, (_, one) => ({
      ...{ deed: "enrollment.requested" as const, subject: "enrollment" as const, subjectId: `${n}-${one}` },
      ...{ at: new Date(), institutionId: "a", memberId: "m", after: { kind: "client", months: 52 } },
    }));
    await db.$transaction((tx) => append(tx, ...notes));
  });
}

async function verified(db: Database, size: number): Promise<void> {
  const before = process.memoryUsage().rss;
  let rss = before;
  const from = performance.now();
  const { broken, links } = await verifyChain(db, {
    progress: () => {
      rss = Math.max(rss, process.memoryUsage().rss);
    },
  });
  const ms = performance.now() - from;
  if (broken || links < size)
    throw new Error(`The chain does not hold: ${JSON.stringify(broken)}, ${links} links`);
  const megabytes = Math.round((rss - before) / 1024 / 1024);
  console.log(
    line("verified", { seconds: seconds(ms), "per second": perSecond(size, ms), "MB more": megabytes }),
  );
}

/** What no verification can do without. */
async function read(url: string, size: number): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  const from = performance.now();
  for (let last = "0"; ; ) {
    const { rows } = await client.query<{ seq: string }>(
      `SELECT l.*, e.* FROM "AuditLink" l JOIN "AuditEntry" e ON e.id = l."entryId" WHERE l.seq > $1 ORDER BY l.seq LIMIT 5000`,
      [last],
    );
    const end = rows.at(-1);
    if (!end) break;
    last = end.seq;
  }
  const ms = performance.now() - from;
  await client.end();
  console.log(
    line("peer: the rows read and nothing made of them", {
      seconds: seconds(ms),
      "per second": perSecond(size, ms),
    }),
  );
}

const seconds = (ms: number) => (ms / 1000).toFixed(1);
const perSecond = (count: number, ms: number) => Math.round(count / (ms / 1000));
