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
import { type KeyPair, makeKeyPair, pemOf } from "../../server/federation/keys.ts";
import { loadMetadata } from "../../server/federation/load-metadata.ts";
import { refreshFederation } from "../../server/federation/refresh.ts";
import type { Federation } from "../../server/federation/world.ts";
import { tool } from "../support/tools.ts";
import { writeFederation } from "./federation-of.ts";
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
      const validUntil = new Date(Date.now() + 7 * 24 * 60 * 60 * 1000);
      const octets = writeFederation(path, count, signer, validUntil);
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
      writeFederation(path, count, signer, new Date(validUntil.getTime() + 60_000));
      await measured(`portal: ${about}: the next copy`, () => refreshFederation(world));
    }
  } finally {
    await db.$disconnect();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const megabytes = (octets: number) => `${Math.round(octets / 1024 / 1024)} MB`;

/** Time, the longest that nothing else could be done in this thread, and the memory of the whole process, all its threads included. */
async function measured(what: string, deed: () => Promise<unknown>): Promise<void> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const begin = performance.now();
  const cpu = process.threadCpuUsage();
  await deed();
  const { user, system } = process.threadCpuUsage(cpu);
  const time = performance.now() - begin;
  delay.disable();
  clearInterval(watch);
  const figures = {
    time: `${(time / 1000).toFixed(2)} s`,
    "of it this thread": `${Math.round((user + system) / 1000)} ms`,
    "longest stall": `${Math.round(delay.max / 1e6)} ms`,
    "peak memory": megabytes(peak),
    "more than before": megabytes(peak - before),
  };
  console.log(line(what, figures));
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
