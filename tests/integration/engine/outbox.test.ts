import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "@/server/db.ts";
import { forwardOutbox, type OutgoingEvent } from "@/server/outbox.ts";
import { testDatabase } from "@/tests/support/database.ts";
import { gate } from "./workshop.ts";

let db: Database;

beforeAll(async () => {
  db = await testDatabase();
});

beforeEach(async () => {
  await db.outboxEvent.deleteMany();
});

async function commit(count: number, name = "enrollment/order.placed") {
  for (let n = 0; n < count; n++) {
    await db.outboxEvent.create({ data: { name, data: { n }, createdAt: new Date(1_700_000_000_000 + n) } });
  }
}

describe("the outbox", () => {
  it("is sent oldest first, each event with its own id and time, and then is empty", async () => {
    await commit(3);
    const sent: OutgoingEvent[] = [];
    expect(await forwardOutbox(db, async (events) => sent.push(...events))).toBe(3);
    const rows = await db.outboxEvent.findMany({ orderBy: { createdAt: "asc" } });
    expect(sent).toEqual(
      rows.map((row, n) => ({ id: row.id, name: row.name, data: { n }, ts: 1_700_000_000_000 + n })),
    );
    expect(rows.every((row) => row.sentAt)).toBe(true);
    expect(await forwardOutbox(db, async () => expect.unreachable())).toBe(0);
  });

  it("sends each event once, however many processes forward at the same time", async () => {
    await commit(250);
    const sent: string[] = [];
    const send = async (events: OutgoingEvent[]) => {
      await new Promise((resolve) => setImmediate(resolve));
      sent.push(...events.map((event) => event.id));
    };
    await Promise.all([forwardOutbox(db, send), forwardOutbox(db, send), forwardOutbox(db, send)]);
    expect(new Set(sent).size).toBe(250);
    expect(sent).toHaveLength(250);
  });

  it("keeps what could not be sent, says so, and sends it the next time with the same id", async () => {
    await commit(2);
    const refuse = async () => {
      throw new Error("nobody there");
    };
    await expect(forwardOutbox(db, refuse)).rejects.toThrow("nobody there");
    expect(await db.outboxEvent.count({ where: { sentAt: null } })).toBe(2);
    expect(await forwardOutbox(db, async () => {})).toBe(2);
  });

  it("is not held up by one event that is refused", async () => {
    await commit(1, "refused");
    await commit(2);
    const pick = async (events: OutgoingEvent[]) => {
      if (events.some((event) => event.name === "refused")) throw new Error("refused");
    };
    await expect(forwardOutbox(db, pick)).rejects.toThrow("refused");
    const left = await db.outboxEvent.findMany({ where: { sentAt: null } });
    expect(left.map((row) => row.name)).toEqual(["refused"]);
  });

  it("forgets what was sent more than a month ago", async () => {
    await commit(2);
    await forwardOutbox(db, async () => {});
    await db.outboxEvent.updateMany({
      where: { data: { equals: { n: 0 } } },
      data: { sentAt: new Date(Date.now() - 31 * 86_400_000) },
    });
    await commit(1, "new");
    await forwardOutbox(db, async () => {});
    const left = await db.outboxEvent.findMany({ orderBy: { name: "asc" } });
    expect(left.map((row) => row.data)).toEqual([{ n: 1 }, { n: 0 }]);
  });

  it("lets another process send what is committed while one is still sending", async () => {
    await commit(1);
    const sending = gate();
    const reached = gate();
    const slow = forwardOutbox(db, async () => {
      reached.open();
      await sending.passed;
    });
    await reached.passed;
    await commit(1);
    const sent: OutgoingEvent[] = [];
    expect(await forwardOutbox(db, async (events) => sent.push(...events))).toBe(1);
    sending.open();
    expect(await slow).toBe(1);
  });
});
