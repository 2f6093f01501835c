/** A local CA on a database of its own, with a clock that the test turns and a book of what it told. */
import { randomBytes } from "node:crypto";
import { LocalCa, type LocalCaParts } from "@/server/ca/local/local-ca.ts";
import type { TicketOrder } from "@/server/ca/local/submit.ts";
import type { Database, Statements } from "@/server/db.ts";
import type { Fact } from "@/server/ports.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { testDatabase } from "@/tests/support/database.ts";

export type Office = Awaited<ReturnType<typeof openOffice>>;

/** `more`: of the CA's parts, those that the test is about. */
export async function openOffice(sealingKey: Uint8Array = randomBytes(32), more: Partial<LocalCaParts> = {}) {
  const db = await testDatabase();
  let clock = new Date("2026-11-22T03:04:05.678Z");

  /** Facts are told into the database, so that they go with a transaction that goes. */
  const tell = async (tx: Statements, facts: readonly Fact[]) => {
    await tx.$executeRaw`
      INSERT INTO "OutboxEvent" (id, name, data)
      SELECT gen_random_uuid()::text, fact->>'type', fact FROM jsonb_array_elements(${JSON.stringify(facts)}::jsonb) AS fact`;
  };
  const parts: LocalCaParts = {
    db,
    now: () => new Date(clock),
    sealing: sealing(sealingKey),
    tell,
    baseUrl: "http://ca.example.ac.jp",
    ...more,
  };
  const ca = new LocalCa(parts);

  let orders = 0;
  return {
    db,
    ca,
    parts,
    now: () => new Date(clock),
    /** Turns the clock forward. */
    pass(milliseconds: number) {
      clock = new Date(clock.getTime() + milliseconds);
    },
    passUntil(date: Date) {
      clock = new Date(date);
    },
    /** The facts of an order so far, by name. */
    told: async (orderId: string): Promise<string[]> => {
      const rows = await db.outboxEvent.findMany({
        where: { data: { path: ["orderId"], equals: orderId } },
        orderBy: { createdAt: "asc" },
      });
      return rows.map((row) => row.name);
    },
    /** An order that the CA has taken, with what mail and detail page would show of it. */
    async ordered(wish: Partial<TicketOrder> = {}) {
      orders += 1;
      const id = wish.id ?? `order-${orders}`;
      const order: TicketOrder = {
        id,
        kind: "client",
        months: 13,
        dn: `CN=国立 花子,OU=No ${orders},O=Demo University A,L=Academe,C=JP`,
        mail: null,
        keyOrigins: ["browser", "server"],
        ...wish,
      };
      await ca.submit(order);
      const pin = (await ca.readPin(id)) ?? "";
      const ticket = (await ca.collectUrl(id, "ja"))?.split("/").at(-1) ?? "";
      return { id, order, pin, ticket, number: orders };
    },
    /** An order whose holder has entered the PIN. */
    async admitted(wish: Partial<TicketOrder> = {}) {
      const order = await this.ordered(wish);
      const answer = await ca.enterPin(order);
      if (answer.result !== "right") throw new Error(`The PIN was answered ${answer.result}.`);
      return { ...order, browser: answer.browser };
    },
    /** An order whose .p12 has been downloaded. */
    async collected(wish: Partial<TicketOrder> = {}, encryption: "modern" | "compatible" = "modern") {
      const order = await this.admitted(wish);
      const answer = await ca.collect({ ...order, encryption });
      if (answer.result !== "package") throw new Error(`The download was refused: ${answer.because}.`);
      return { ...order, file: answer.file, answer };
    },
  };
}

export const minutes = (n: number) => n * 60_000;
export const days = (n: number) => n * 24 * 60 * 60_000;

export async function issuerCertificate(db: Database, id: string): Promise<Uint8Array> {
  const { certificate } = await db.issuer.findUniqueOrThrow({ where: { id } });
  if (!certificate) throw new Error(`The issuer ${id} has no certificate.`);
  return certificate;
}
