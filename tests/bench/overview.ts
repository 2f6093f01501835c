/**
 * What registrars and operators wait for, by how much there is: the overview's figures and each way to find an application. The same in one
 * run at 1,000, 10,000 and 100,000; `SEED_UP_TO=1000000 npm run bench -- overview` goes on to a million.
 */
import pg from "pg";
import { seed } from "../../bin/seeding.ts";
import { allApplications, findApplications } from "../../server/admin/find.ts";
import { overviewOf } from "../../server/admin/overview.ts";
import { sweepTally } from "../../server/admin/tally.ts";
import { type Database, openDatabase } from "../../server/db.ts";
import { line, percentile, timed } from "./figures.ts";
import { withDatabase } from "./own-postgres.ts";

const sizes = [1_000, 10_000, 100_000, 1_000_000];
const times = 40;
/** Milliseconds, at the 95th percentile: the goal at a million. */
const goal = 300;

export async function benchOverview(): Promise<void> {
  const most = Number(process.env.SEED_UP_TO ?? 100_000);
  await withDatabase(async (url) => {
    const db = openDatabase(url);
    const client = new pg.Client(url);
    await client.connect();
    try {
      for (const size of sizes.filter((one) => one <= most)) {
        const from = performance.now();
        await seed(client, size, () => {});
        const seconds = ((performance.now() - from) / 1000).toFixed(1);
        await client.query("ANALYZE");
        // As the portal does it by itself, every few minutes.
        await sweepTally(db);
        console.log(`\nadministration at ${size} applications (seeded up to it in ${seconds} s)`);
        await measure(db);
      }
    } finally {
      await client.end();
      await db.$disconnect();
    }
  });
}

async function measure(db: Database): Promise<void> {
  const now = new Date();
  const known = await db.enrollment.findFirstOrThrow({
    where: { serial: { not: null } },
    orderBy: { requestedAt: "asc" },
    include: { member: true },
  });
  const institutions = [known.institutionId];
  const find = (text: string, within: string[] | null = null) =>
    findApplications(db, { filter: { text }, institutions: within, from: null, now });
  const middle = await placeInTheMiddle(db);
  const asked: Record<string, () => Promise<unknown>> = {
    "overview, all institutions": () => overviewOf(db, { institutions: null, now }),
    "overview, one institution": () => overviewOf(db, { institutions, now }),
    "find by number, one institution": () => find(String(known.number), institutions),
    "find by name": () => find(known.member.displayNameJa ?? known.member.displayName),
    "find by mail": () => find(known.mail),
    "find by serial": () => find(known.serial ?? ""),
    "a filter alone: valid, expiring within 90 days": () =>
      findApplications(db, {
        filter: { status: "active", expiresFrom: now, expiresTo: new Date(now.getTime() + 90 * 86_400_000) },
        institutions: null,
        from: null,
        now,
      }),
    "a page from the middle": () =>
      findApplications(db, { filter: {}, institutions: null, from: { older: middle }, now }),
  };
  for (const [what, ask] of Object.entries(asked)) {
    await ask();
    const { each } = await timed(times, 1, async () => void (await ask()));
    const [half, most] = [percentile(each, 0.5), percentile(each, 0.95)].map((ms) => ms.toFixed(1));
    console.log(line(what, { "p50 ms": half ?? "", "p95 ms": most ?? "", "goal p95 at 1M": goal }));
  }
  await exported(db, now);
}

async function placeInTheMiddle(db: Database): Promise<string> {
  const skip = Math.floor((await db.enrollment.count()) / 2);
  const { id, requestedAt } = await db.enrollment.findFirstOrThrow({
    orderBy: [{ requestedAt: "desc" }, { id: "desc" }],
    skip,
  });
  return `${requestedAt.getTime()}-${id}`;
}

/** All of it, as the CSV takes it. */
async function exported(db: Database, now: Date): Promise<void> {
  const from = performance.now();
  const before = process.memoryUsage().heapUsed;
  let [rows, heap] = [0, 0];
  for await (const batch of allApplications(db, { filter: {}, institutions: null, now })) {
    rows += batch.length;
    heap = Math.max(heap, process.memoryUsage().heapUsed - before);
  }
  const seconds = (performance.now() - from) / 1000;
  console.log(
    line("export", {
      rows,
      seconds: seconds.toFixed(1),
      "heap at most MB": (heap / 1024 / 1024).toFixed(0),
    }),
  );
}
