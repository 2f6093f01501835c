/** What a federation's metadata cost: read and believed, beside xmlsec1 which only verifies, and all the way into the database. */
import "../support/quiet.ts";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { startPostgres } from "../../bin/postgres.ts";
import { applyMigrations } from "../../bin/schema-engine.ts";
import { openDatabase } from "../../server/db.ts";
import { loadMetadata } from "../../server/federation/metadata/load.ts";
import { refreshFederation } from "../../server/federation/metadata/refresh.ts";
import { type KeyPair, makeKeyPair, pemOf } from "../../server/federation/service/keys.ts";
import type { Federation } from "../../server/federation/world.ts";
import { tool } from "../support/tools.ts";
import { makeFederation } from "./federation-of.ts";
import { line } from "./figures.ts";

const sizes = [
  ["2 MB", 350],
  ["60 MB", 10_000],
] as const;

export async function benchMetadata(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "portal-bench-"));
  const postgres = await startPostgres({ folder, password: "bench" });
  const url = postgres.url("postgres");
  await applyMigrations(url);
  const db = openDatabase(url);
  try {
    const signer = (await makeKeyPair("federation", new Date())) as KeyPair;
    const certificate = join(folder, "signer.pem");
    writeFileSync(certificate, pemOf(signer.certificate, "CERTIFICATE"));
    // What is loaded at first use is no part of the figures.
    await db.$transaction(async (tx) => tx.$queryRaw`SELECT 1 FROM "IdentityProvider"`);
    await db.federationState.findMany();
    for (const [size, count] of sizes) {
      const path = join(folder, `${count}.xml`);
      const octets = makeFederation({ path, count, signer, validUntil: inDays(7) });
      const about = `${size} (${(octets / 1e6).toFixed(1)} MB, ${count} institutions)`;
      const order = { url: pathToFileURL(path).href, certificates: [signer.certificate], now: new Date() };
      await measured(`portal: ${about}: verified and read`, () =>
        loadMetadata(order, async (loaded) => {
          if (loaded.status !== "believed" || loaded.believed.providers !== count)
            throw new Error("the bench's metadata are not as they were written");
        }),
      );
      if (tool("xmlsec1")) await xmlsec(`xmlsec1: ${about}: verified only`, path, certificate);
      const world = {
        db,
        now: () => new Date(),
        baseUrl: "http://localhost:3000",
        source: { demo: false, url: order.url, certificates: certificate },
      } as Federation;
      await measured(`portal: ${about}: into PostgreSQL`, () => refreshFederation(world));
      makeFederation({ path, count, signer, validUntil: inDays(8) });
      await measured(`portal: ${about}: the next copy`, () => refreshFederation(world));
    }
  } finally {
    await db.$disconnect();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString();
const megabytes = (octets: number) => `${Math.round(octets / 1024 / 1024)} MB`;

/**
 * Time; what this thread did of it, and the longest that it did nothing else: by the clock, in which other work of the machine counts
 * too, and by its own computing; and the memory of the whole process, all its threads included.
 */
async function measured(what: string, deed: () => Promise<unknown>): Promise<void> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  let longest = 0;
  let last = threadTime();
  const turns = setInterval(() => {
    const now = threadTime();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const begin = performance.now();
  const from = threadTime();
  await deed();
  const own = threadTime() - from;
  const time = performance.now() - begin;
  delay.disable();
  clearInterval(watch);
  clearInterval(turns);
  const figures = {
    time: `${(time / 1000).toFixed(2)} s`,
    "this thread": `${Math.round(own)} ms`,
    "longest stall": `${Math.round(delay.max / 1e6)} ms, ${Math.round(longest)} ms computing`,
    "peak memory": megabytes(peak),
    "more than before": megabytes(peak - before),
  };
  console.log(line(what, figures));
}

/** Milliseconds that this thread has computed. */
function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

async function xmlsec(what: string, path: string, certificate: string): Promise<void> {
  const begin = performance.now();
  const id = ["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:metadata:EntitiesDescriptor"];
  const child = spawn("xmlsec1", ["--verify", ...id, "--pubkey-cert-pem", certificate, path], {
    stdio: "ignore",
  });
  let peak = "unknown";
  const watch = setInterval(() => {
    peak = peakOf(child.pid) ?? peak;
  }, 10);
  const code = await new Promise((done) => child.once("exit", done));
  clearInterval(watch);
  const time = `${((performance.now() - begin) / 1000).toFixed(2)} s`;
  console.log(line(what, { time, "peak memory": peak, ...(code !== 0 && { refused: `exit ${code}` }) }));
}

/** Linux tells it. */
function peakOf(pid: number | undefined): string | null {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kilobytes ? megabytes(Number(kilobytes) * 1024) : null;
  } catch {
    return null;
  }
}
