/** Certificates a second through the whole issuing path (PIN, key pair, certificate, .p12, database), beside openssl making the same. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startPostgres } from "../../bin/postgres.ts";
import { applyMigrations } from "../../bin/schema-engine.ts";
import { LocalCa } from "../../server/ca/local/local-ca.ts";
import { openDatabase } from "../../server/db.ts";
import { sealing } from "../../server/secrets/sealing.ts";
import { line, percentile, timed } from "./figures.ts";

const run = promisify(execFile);
const atOnce = cpus().length * 2;

export async function benchIssuing(count = 300): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "portal-bench-"));
  const postgres = await startPostgres({ folder, password: "bench" });
  try {
    const url = postgres.url("postgres");
    await applyMigrations(url);
    await ours(url, count);
    await openssl(folder, Math.ceil(count / 3));
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function ours(url: string, count: number): Promise<void> {
  const db = openDatabase(url);
  const ca = new LocalCa({
    db,
    now: () => new Date(),
    sealing: sealing(randomBytes(32)),
    tell: async () => {},
    baseUrl: "http://localhost:3000",
  });
  await ca.prepare();
  const held: { ticket: string; pin: string }[] = [];
  for (let n = 0; n < count + atOnce; n++) {
    const id = `bench-${n}`;
    const dn = `CN=Hanako Kokuritsu,OU=No ${n + 1},O=Demo University A,L=Academe,C=JP`;
    await ca.submit({ id, kind: "client", months: 52, dn, mail: null, keyOrigins: ["server"] });
    const ticket = (await ca.collectUrl(id, "ja"))?.split("/").at(-1) ?? "";
    held.push({ ticket, pin: (await ca.readPin(id)) ?? "" });
  }
  const collect = async ({ ticket, pin }: { ticket: string; pin: string }) => {
    const answer = await ca.enterPin({ ticket, pin });
    if (answer.result !== "right") throw new Error(`PIN: ${answer.result}`);
    const file = await ca.collect({ ticket, browser: answer.browser, encryption: "modern" });
    if (file.result !== "package") throw new Error(`download: ${file.because}`);
  };
  await Promise.all(held.splice(0, atOnce).map(collect));
  const { each, all } = await timed(count, atOnce, (n) => collect(held[n] as (typeof held)[number]));
  print("portal: PIN, key, certificate, .p12, stored", count, each, all);
  await db.$disconnect();
}

/** The same work by the command line: key, request, certificate, .p12, each a process as a CA by script has it. */
async function openssl(folder: string, count: number): Promise<void> {
  const at = (name: string) => join(folder, name);
  const names = ["-subj", "/C=JP/O=Demo University A/CN=Bench CA"];
  await run("openssl", [
    "req",
    "-x509",
    "-newkey",
    "rsa:3072",
    "-nodes",
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.pem"),
    "-days",
    "30",
    ...names,
  ]);
  const { each, all } = await timed(count, atOnce, async (n) => {
    const [key, csr, pem, p12] = ["key", "csr", "pem", "p12"].map((suffix) => at(`${n}.${suffix}`)) as [
      string,
      string,
      string,
      string,
    ];
    await run("openssl", ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key]);
    await run("openssl", [
      "req",
      "-new",
      "-key",
      key,
      "-out",
      csr,
      "-subj",
      `/C=JP/O=Demo University A/OU=No ${n}/CN=Hanako Kokuritsu`,
    ]);
    await run("openssl", [
      "x509",
      "-req",
      "-in",
      csr,
      "-CA",
      at("ca.pem"),
      "-CAkey",
      at("ca.key"),
      "-days",
      "30",
      "-out",
      pem,
    ]);
    await run("openssl", [
      "pkcs12",
      "-export",
      "-inkey",
      key,
      "-in",
      pem,
      "-certfile",
      at("ca.pem"),
      "-passout",
      "pass:8k353R4ttZ4sj7C6",
      "-out",
      p12,
    ]);
  });
  print("openssl: genpkey, req, x509, pkcs12 -export", count, each, all);
}

function print(what: string, count: number, each: readonly number[], all: number): void {
  console.log(
    line(what, {
      "certificates/s": (count / (all / 1000)).toFixed(1),
      "p50 ms": percentile(each, 0.5).toFixed(0),
      "p95 ms": percentile(each, 0.95).toFixed(0),
    }),
  );
}
