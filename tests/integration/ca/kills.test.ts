/** Processes that die while they answer downloads: nothing is handed out that the database does not know, and everybody has a way on. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { type Database, openDatabase } from "@/server/db.ts";
import { hear } from "@/server/enrollment/orders.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import { type ReadyOrder, readyOrders } from "@/tests/support/ready-orders.ts";
import type { Errand } from "./kill-victim.ts";

/** The whole of it: `KILLS=200`. */
const kills = Number(process.env.KILLS ?? 12);

const key = randomBytes(32);
const seal = sealing(key);
let url: string;
let db: Database;
let ca: LocalCa;

beforeAll(async () => {
  url = await testDatabaseUrl();
  db = openDatabase(url);
  const now = () => new Date();
  const tell: ConstructorParameters<typeof LocalCa>[0]["tell"] = (tx, facts) => hear(tx, facts, now());
  ca = new LocalCa({ db, now, sealing: seal, tell, baseUrl: "http://ca.example.ac.jp" });
  await ca.prepare();
});
afterAll(() => db.$disconnect());

type Victim = {
  child: ChildProcessByStdio<Writable, Readable, null>;
  /** Line by line, each once. */
  lines: AsyncIterator<string>;
};

async function spawnVictim(): Promise<Victim> {
  const args = [join(import.meta.dirname, "kill-victim.ts"), url, key.toString("base64")];
  const env = { ...process.env, LOG_LEVEL: "silent" };
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"], env });
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect(await lines.next()).toEqual({ value: "ready", done: false });
  return { child, lines };
}

/** Sends it on its errands and kills it `after` so many milliseconds; what it had answered by then, by order. */
async function dying({ child, lines }: Victim, errands: Errand[], after: number) {
  const gone = once(child, "exit");
  child.stdin.write(`${JSON.stringify(errands)}\n`);
  expect(await lines.next()).toEqual({ value: "begun", done: false });
  await new Promise((resolve) => setTimeout(resolve, after));
  child.kill("SIGKILL");
  await gone;
  const answered = new Map<string, string>();
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    const [orderId = "", answer = ""] = line.value.split(" ");
    answered.set(orderId, answer);
  }
  return answered;
}

/** What its holder gets who asks again. */
async function again({ ticket, browser, request }: Errand): Promise<string> {
  const answer =
    request === null
      ? await ca.collect({ ticket, browser, encryption: "compatible" })
      : await ca.certify({ ticket, browser, request: Buffer.from(request, "base64"), origin: "browser" });
  if (answer.result === "package") return Buffer.from(answer.file).toString("base64");
  if (answer.result === "certificate") return Buffer.from(answer.certificate).toString("base64");
  throw new Error(`It was answered ${JSON.stringify(answer)}.`);
}

/** One certificate, known to the CA and to the heart, told once. */
async function expectWhole({ orderId }: Errand, handedOut: string | null): Promise<void> {
  const order = await db.order.findUniqueOrThrow({
    where: { id: orderId },
    include: { enrollment: { include: { history: true } } },
  });
  const certificates = await db.certificate.findMany({ where: { orderId } });
  const [certificate] = certificates;
  expect(certificates).toHaveLength(1);
  if (handedOut) expect(Buffer.from(certificate?.der ?? []).toString("base64")).toBe(handedOut);
  expect(order).toMatchObject({ status: "collected", serial: certificate?.serial });
  expect(order.enrollment).toMatchObject({ status: "active", serial: certificate?.serial });
  expect(order.enrollment.history.map(({ deed }) => deed)).toEqual(["collected"]);
  const events = await db.outboxEvent.count({ where: { data: { path: ["order"], equals: orderId } } });
  expect(events).toBe(1);
}

/** Two requests and a key of the server's, at once. */
const errandsOf = (orders: readonly ReadyOrder[]): Errand[] =>
  orders.map(({ orderId, ticket, browser, request }, n) => ({
    orderId,
    ticket,
    browser,
    request: n === 0 ? null : Buffer.from(request).toString("base64"),
  }));

test(
  `${kills} kills at any moment of a download leave one certificate that everybody knows, and its holder gets it`,
  async () => {
    const orders = await readyOrders(db, seal, 3 * kills);
    const seen = { unmade: 0, made: 0, answered: 0 };
    // Within so many milliseconds it dies. They follow what was seen, so that on any machine kills fall before, into and after what matters.
    let span = 300;
    let next = spawnVictim();
    for (let n = 0; n < kills; n += 1) {
      const errands = errandsOf(orders.splice(0, 3));
      const answered = await dying(await next, errands, Math.random() * span);
      // It starts while we look at what the last one left.
      if (n + 1 < kills) next = spawnVictim();
      const known = await db.certificate.findMany({
        where: { orderId: { in: errands.map(({ orderId }) => orderId) } },
      });
      span *= known.length > 1 ? 0.8 : 1.25;
      for (const errand of errands) {
        const isKnown = known.some(({ orderId }) => orderId === errand.orderId);
        const answer = answered.get(errand.orderId);
        if (answer) expect(isKnown).toBe(true);
        seen[answer ? "answered" : isKnown ? "made" : "unmade"] += 1;
        const got = await again(errand);
        if (answer) expect(got).toBe(answer);
        await expectWhole(errand, errand.request === null ? null : got);
      }
    }
    // Else the kills came at no moment that matters.
    expect(seen.unmade, JSON.stringify(seen)).toBeGreaterThan(0);
    expect(seen.made + seen.answered, JSON.stringify(seen)).toBeGreaterThan(0);
  },
  25_000 + kills * 10_000,
);
