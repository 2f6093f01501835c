/** Facts of many applications at once: each is taken in once, and those who tell them never wait for each other for ever. */
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { hear } from "@/server/enrollment/orders.ts";
import type { PlainFact } from "@/server/ports.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { testDatabase } from "@/tests/support/database.ts";
import { readyOrders } from "@/tests/support/ready-orders.ts";

test("told by many at once, each in another order, every certificate is recorded once", async () => {
  const db = await testDatabase();
  const orders = await readyOrders(db, sealing(randomBytes(32)), 40);
  const at = new Date("2026-11-22T01:00:00Z");
  const facts = orders.map(
    ({ orderId }, n): PlainFact => ({
      type: "collected",
      orderId,
      serial: `4${n.toString(16).padStart(31, "0")}`,
      notBefore: at,
      notAfter: new Date("2031-03-22T01:00:00Z"),
    }),
  );
  const unknown: PlainFact = { type: "lapsed", orderId: "nobody's" };
  const told = [facts, facts.toReversed(), facts.slice(20).concat(unknown, facts.slice(0, 20)), facts];
  await Promise.all(told.map((some) => db.$transaction((tx) => hear(tx, some, at))));

  const kept = await db.order.findMany({ include: { enrollment: { include: { history: true } } } });
  expect(kept).toHaveLength(40);
  for (const { id, serial, status, collectedAt, enrollment } of kept) {
    const fact = facts.find((fact) => "orderId" in fact && fact.orderId === id);
    expect({
      type: status,
      serial,
      notBefore: enrollment.notBefore,
      notAfter: enrollment.notAfter,
      orderId: id,
    }).toEqual(fact);
    expect(collectedAt).toEqual(at);
    expect(enrollment).toMatchObject({ status: "active", serial, version: 2 });
    expect(enrollment.history).toMatchObject([{ deed: "collected", at, detail: { serial } }]);
  }
  expect(await db.outboxEvent.count()).toBe(40);
});

test("a mail that the CA sent itself stands after what was mailed before the portal heard of it, whatever its clock says", async () => {
  const db = await testDatabase();
  const [order] = await readyOrders(db, sealing(randomBytes(32)), 1);
  if (!order) throw new Error("no order");
  const { orderId } = order;
  const { enrollmentId } = await db.order.update({ where: { id: orderId }, data: { status: "placed" } });
  const heard = new Date("2026-11-22T01:00:00.900Z");
  const before = { enrollmentId, kind: "acquisition", recipient: "hanako@a.example.ac.jp", locale: "ja" };
  await db.letter.create({
    data: { ...before, key: "acquisition:1", createdAt: new Date("2026-11-22T01:00:00.700Z") },
  });
  const urlMailed = new Date("2026-11-22T01:00:00Z");
  const fact: PlainFact = {
    type: "pin_issued",
    orderId,
    collectUntil: new Date("2026-12-22T01:00:00Z"),
    urlMailed,
  };
  await db.$transaction((tx) => hear(tx, [fact], heard));
  const letters = await db.letter.findMany({ where: { enrollmentId }, orderBy: { createdAt: "asc" } });
  expect(letters).toMatchObject([{ kind: "acquisition" }, { kind: "acceptance", sentAt: urlMailed }]);
});
