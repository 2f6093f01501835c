/**
 * The whole issue: from a request with its ticket to a certificate that the database has, the application, its history and the event for the
 * workflows with it, beside `cfssl serve` with its certificate database on the same PostgreSQL. And the download of a .p12 whose key the
 * server makes, beside the making of keys.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import pg from "pg";
import { type Postgres, startPostgres } from "../../bin/postgres.ts";
import { applyMigrations } from "../../bin/schema-engine.ts";
import { type KeyRing, keyRing } from "../../server/ca/local/keys.ts";
import { LocalCa } from "../../server/ca/local/local-ca.ts";
import { type Database, openDatabase } from "../../server/db.ts";
import { hear } from "../../server/enrollment/orders.ts";
import { issueCertificate } from "../../server/pki/certificate.ts";
import { generateEcKey, generateRsaKey, type KeyPair } from "../../server/pki/keys.ts";
import { toPem } from "../../server/pki/pem.ts";
import { rootProfile } from "../../server/pki/profile.ts";
import { newSerial } from "../../server/pki/serial.ts";
import { keySigner } from "../../server/pki/signer.ts";
import { addCalendarMonths } from "../../server/pki/validity.ts";
import { sealing } from "../../server/secrets/sealing.ts";
import { type ReadyOrder, readyOrders } from "../support/ready-orders.ts";
import { tool } from "../support/tools.ts";
import { answers, type Cfssl, startCfssl } from "./cfssl.ts";
import { line, percentile, timed } from "./figures.ts";

const atOnce = 32;
const rounds = 5;
/** A round of each is about as long as the other's. */
const ours = 1_500;
const theirs = 500;
const downloads = 120;
/** What is compiled at first use is no part of the figures. */
const unmeasured = 20;
const goal = 3;

const seal = sealing(randomBytes(32));

const issuers = { "RSA-2048": () => generateRsaKey(2048), "P-256": () => generateEcKey("P-256") };

export async function benchIssuing(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "portal-bench-"));
  const postgres = await startPostgres({ folder, password: "bench" });
  try {
    for (const [name, make] of Object.entries(issuers))
      await wholeIssue(postgres, folder, name, await make());
    await download(postgres);
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function wholeIssue(postgres: Postgres, folder: string, name: string, key: KeyPair): Promise<void> {
  const word = name.toLowerCase().replace("-", "");
  const url = await newDatabase(postgres, `portal_${word}`);
  await applyMigrations(url);
  const db = openDatabase(url);
  const certificate = await selfSigned(key);
  const ca = await openCa(db, { certificate, key });
  const authority = {
    certificate: toPem(certificate, "CERTIFICATE"),
    key: String(key.privateKey.export({ type: "pkcs8", format: "pem" })),
  };
  const peer = tool("cfssl")
    ? await startCfssl({ folder, url: await newDatabase(postgres, `cfssl_${word}`), ca: authority, atOnce })
    : null;
  try {
    const orders = await readyOrders(db, seal, (rounds + 1) * ours);
    const rates = await takeTurns(ca, peer, orders);
    await prove(db, (rounds + 1) * ours);
    print(name, rates);
  } finally {
    await peer?.stop();
    await db.$disconnect();
  }
}

type Round = { rate: number; each: number[]; peer: number };

/** Each round ours and then theirs, so that what else the machine does falls upon both. The first of ours is to warm up. */
async function takeTurns(ca: LocalCa, peer: Cfssl | null, orders: ReadyOrder[]): Promise<Round[]> {
  const certify = async ({ ticket, browser, request }: ReadyOrder) => {
    const answer = await ca.certify({ ticket, browser, request, origin: "browser" });
    if (answer.result !== "certificate") throw new Error(JSON.stringify(answer));
  };
  const [first] = orders;
  if (peer && first) await answers(peer, first.pem);
  const done: Round[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const batch = orders.splice(0, ours);
    const order = (n: number) => batch[n] as ReadyOrder;
    const mine = await timed(ours, atOnce, (n) => certify(order(n)));
    const other = peer && (await timed(theirs, atOnce, (n) => peer.sign(order(n).pem)));
    done.push({
      rate: ours / (mine.all / 1000),
      each: mine.each,
      peer: other ? theirs / (other.all / 1000) : Number.NaN,
    });
  }
  return done.slice(1);
}

function print(name: string, done: readonly Round[]): void {
  const median = (of: (round: Round) => number) => percentile(done.map(of), 0.5);
  const each = done.flatMap((round) => round.each);
  console.log(
    line(`whole issue, request to commit, ${name} issuer`, {
      "at once": atOnce,
      "certificates/s": median(({ rate }) => rate).toFixed(0),
      "p50 ms": percentile(each, 0.5).toFixed(1),
      "p95 ms": percentile(each, 0.95).toFixed(1),
    }),
  );
  if (done.some(({ peer }) => Number.isNaN(peer))) return;
  console.log(
    line(`  cfssl serve with its database, ${name} issuer`, {
      "at once": atOnce,
      "certificates/s": median(({ peer }) => peer).toFixed(0),
      "ours/theirs": `${median(({ rate, peer }) => rate / peer).toFixed(2)} (goal ≥ ${goal})`,
    }),
  );
}

/** What was counted has come to be, all of it. */
async function prove(db: Database, count: number): Promise<void> {
  const found = await Promise.all([
    db.certificate.count(),
    db.order.count({ where: { status: "collected" } }),
    db.enrollment.count({ where: { status: "active" } }),
    db.historyEntry.count({ where: { deed: "collected" } }),
    db.outboxEvent.count({ where: { name: "enrollment/order.changed" } }),
  ]);
  if (found.some((n) => n !== count)) throw new Error(`Of ${count} issues there are ${found.join(", ")}.`);
}

/** One visitor after another: with nothing made ahead, and with a key that was made while the PIN page was read. */
async function download(postgres: Postgres): Promise<void> {
  const url = await newDatabase(postgres, "portal_download");
  await applyMigrations(url);
  const db = openDatabase(url);
  const making: Promise<KeyPair>[] = [];
  const make = async () => {
    const pair = generateRsaKey(2048);
    making.push(pair);
    return pair;
  };
  const collect = async (ca: LocalCa, orders: readonly ReadyOrder[], n: number) => {
    const { ticket, browser } = orders[n] as ReadyOrder;
    const answer = await ca.collect({ ticket, browser, encryption: "modern" });
    if (answer.result !== "package") throw new Error(answer.because);
  };
  const orders = await readyOrders(db, seal, 2 * (unmeasured + downloads));
  const bare = await openCa(db, null, keyRing(0, make));
  const ring = keyRing(1, make);
  const warm = await openCa(db, null, ring);

  const keys: number[] = [];
  const cold: number[] = [];
  const warmed: number[] = [];
  for (let n = 0; n < unmeasured + downloads; n += 1) {
    const key = (await timed(1, 1, async () => void (await generateRsaKey(2048)))).all;
    const withoutKey = (await timed(1, 1, () => collect(bare, orders, 2 * n))).all;
    // As the right PIN does.
    ring.prepare();
    await making.at(-1);
    // And the ring has looked at it.
    await setImmediate();
    const withKey = (await timed(1, 1, () => collect(warm, orders, 2 * n + 1))).all;
    if (n < unmeasured) continue;
    keys.push(key);
    cold.push(withoutKey);
    warmed.push(withKey);
  }
  const mean = keys.reduce((sum, each) => sum + each, 0) / keys.length;
  const p50 = percentile(cold, 0.5);
  console.log(
    line("download, RSA-2048 key made while answering", {
      "p50 ms": p50.toFixed(1),
      "mean key ms": mean.toFixed(1),
      "p50/mean": `${(p50 / mean).toFixed(2)} (goal ≤ 1.2)`,
    }),
  );
  console.log(
    line("download, key made ahead in memory", {
      "p50 ms": percentile(warmed, 0.5).toFixed(1),
      "p95 ms": `${percentile(warmed, 0.95).toFixed(1)} (goal ≤ 20)`,
    }),
  );
  await db.$disconnect();
}

type Root = { certificate: Uint8Array<ArrayBuffer>; key: KeyPair };

/** `issuer`: takes the place of the CA for client certificates. The facts are the heart's to hear. */
async function openCa(db: Database, issuer: Root | null, keys?: KeyRing): Promise<LocalCa> {
  const now = () => new Date();
  const parts = {
    db,
    now,
    sealing: seal,
    tell: (tx: Parameters<typeof hear>[0], facts: Parameters<typeof hear>[1]) => hear(tx, facts, now()),
    baseUrl: "http://localhost:3000",
    ...(keys && { keys }),
  };
  await new LocalCa(parts).prepare();
  if (!issuer) return new LocalCa(parts);
  const { certificate, key } = issuer;
  await db.issuer.update({
    where: { id: "client" },
    data: { certificate, sealedKey: null, keyRef: "bench", parentId: null },
  });
  return new LocalCa({ ...parts, openSigner: async () => keySigner(key.privateKey) });
}

async function selfSigned({ publicKey, privateKey }: KeyPair): Promise<Uint8Array<ArrayBuffer>> {
  const notBefore = new Date(Date.now() - 60 * 60 * 1000);
  const template = {
    profile: rootProfile,
    issuer: "self",
    subject: [{ type: "CN", value: "Bench CA" }],
    publicKey,
    serial: newSerial(),
    notBefore,
    notAfter: addCalendarMonths(notBefore, 15 * 12),
  } as const;
  return Uint8Array.from(
    await issueCertificate({ ...template, subject: [...template.subject] }, keySigner(privateKey)),
  );
}

async function newDatabase(postgres: Postgres, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: postgres.url("postgres") });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return postgres.url(name);
}
