/** The choice of the institution with 10,000 of them: the search by itself, beside PostgreSQL's own, and the login page as HTML. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { keysOf } from "../../bin/data-folder.ts";
import { freePort } from "../../bin/free-port.ts";
import { type Database, openDatabase } from "../../server/db.ts";
import { foldForSearch } from "../../server/federation/discovery/fold.ts";
import { searchProviders } from "../../server/federation/discovery/search.ts";
import { inventedInstitution } from "../support/institutions.ts";
import { StartedPortal } from "../support/portal.ts";
import { line, percentile, timed } from "./figures.ts";

const institutions = 10_000;
const searches = 200;
const pages = 200;

/** What people type. */
const typical: readonly [string, string][] = [
  ["nothing yet", ""],
  ["one letter", "a"],
  ["one kanji", "東"],
  ["kana", "とうほくこう"],
  ["katakana, marked vowels", "トーホク"],
  ["two words", "tohoku univ"],
  ["mail domain", "@cs.aoba-u14.example.ac.jp"],
  ["no match", "どこにもない大学"],
];

export async function benchDiscovery(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "portal-bench-"));
  const portal = new StartedPortal({ PORT: String(await freePort()), DATA_DIR: folder, LOG_LEVEL: "warn" });
  try {
    await portal.ready();
    const db = databaseIn(folder);
    await fill(db);
    await benchSearch(db);
    await db.$disconnect();
    await benchPage(portal.baseUrl);
  } finally {
    await portal.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchSearch(db: Database) {
  /** `since`: answers are kept for a minute, so that of another minute is looked for anew. */
  const search = (q: string, since = 0) =>
    searchProviders(db, { q, locale: "ja", now: new Date(Date.now() + since * 60_000) });
  let minutes = 0;
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  stalls.enable();
  const begin = performance.now();
  await search("");
  const took = performance.now() - begin;
  stalls.disable();
  const read = { ms: fixed(took), "longest stall ms": fixed(stalls.max / 1e6) };
  console.log(line(`${institutions} institutions read and indexed, once a refresh`, read));
  for (const [what, q] of typical) {
    const { total } = await search(q);
    const figures: Record<string, string> = { found: String(total) };
    for (const atOnce of [1, 20]) {
      const { each } = await timed(searches, atOnce, async () => void (await search(q, ++minutes)));
      figures[`${atOnce} at once`] = medianAndWorst(each);
    }
    console.log(line(`search: ${what}`, figures));
  }
  const again = await timed(
    searches * 10,
    20,
    async (n) => void (await search(typical[n % typical.length]?.[1] ?? "")),
  );
  console.log(
    line("search: what somebody else has just typed, 20 at once", {
      "p50 ms": fixed(percentile(again.each, 0.5)),
      "p95 ms": fixed(percentile(again.each, 0.95)),
    }),
  );
  await benchPostgres(db);
}

/** The plainest that the database could be asked instead, without any order but the name's. */
async function benchPostgres(db: Database) {
  for (const [what, q] of typical.slice(1, 4)) {
    const ask = () => db.$queryRaw`SELECT "id", "nameJa", "nameEn", "logoJa" FROM "IdentityProvider"
      WHERE NOT "hidden" AND "search" LIKE ${`%${foldForSearch(q)}%`} ORDER BY "nameJa" LIMIT 50`;
    const figures: Record<string, string> = {};
    for (const atOnce of [1, 20]) {
      const { each } = await timed(searches, atOnce, async () => void (await ask()));
      figures[`${atOnce} at once`] = medianAndWorst(each);
    }
    console.log(line(`beside it PostgreSQL, LIKE: ${what}`, figures));
  }
}

async function benchPage(baseUrl: string) {
  for (const [what, query] of [
    ["the login page", ""],
    ["the login page with a search", `?q=${encodeURIComponent("工業")}`],
  ] as const) {
    let octets = 0;
    const read = async () => {
      const answer = await fetch(`${baseUrl}/ja/login${query}`);
      if (!answer.ok) throw new Error(`the login page answered ${answer.status}`);
      octets = (await answer.arrayBuffer()).byteLength;
    };
    await timed(20, 20, read);
    for (const atOnce of [1, 20]) {
      const { each, all } = await timed(pages, atOnce, read);
      console.log(
        line(`${what}, ${atOnce} at once`, {
          "p50 ms": fixed(percentile(each, 0.5)),
          "p95 ms": fixed(percentile(each, 0.95)),
          "pages/s": (pages / (all / 1000)).toFixed(0),
          "HTML KB": (octets / 1024).toFixed(0),
        }),
      );
    }
  }
}

/** In place of the demo federation's, as if they had come into force just now. */
export async function fill(db: Database): Promise<void> {
  for (let at = 0; at < institutions; at += 500)
    await db.identityProvider.createMany({
      data: Array.from({ length: 500 }, (_, n) => inventedInstitution(at + n)),
    });
  await db.$executeRaw`UPDATE "FederationState" SET "digest" = "digest" || ':more', "loadedAt" = now()`;
  await db.$executeRaw`ANALYZE`;
}

function databaseIn(folder: string): Database {
  const port = readFileSync(join(folder, "postgres", "postmaster.pid"), "utf8").split("\n")[3];
  return openDatabase(`postgresql://postgres:${keysOf(folder).POSTGRES_PASSWORD}@127.0.0.1:${port}/postgres`);
}

function medianAndWorst(each: readonly number[]): string {
  return `p50 ${fixed(percentile(each, 0.5))} p95 ${fixed(percentile(each, 0.95))} ms`;
}

function fixed(milliseconds: number): string {
  return milliseconds.toFixed(1);
}
