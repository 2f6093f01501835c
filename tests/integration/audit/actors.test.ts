/** Whoever does something is named for it, from where they did it: also where many are answered together. */
import { expect, test } from "vitest";
import { actingAs } from "@/server/audit/actor.ts";
import { newHolder } from "@/tests/support/holders.ts";
import { openOffice } from "../ca/office.ts";

test("certificates that come to be in one transaction are each fetched from where their holder is", async () => {
  const office = await openOffice();
  await office.ca.prepare();
  const places = ["192.0.2.1", "192.0.2.2", "2001:db8::3", "192.0.2.4"];
  const orders = await Promise.all(places.map(() => office.admitted({ kind: "client" })));
  await Promise.all(
    orders.map(async ({ ticket, browser }, n) => {
      const { request } = await newHolder();
      const asked = { ticket, browser, request, origin: "browser" } as const;
      return actingAs({ role: "holder", from: places[n] ?? null }, () => office.ca.certify(asked));
    }),
  );
  const told = await office.db.outboxEvent.findMany({ where: { name: "collected" } });
  const facts = told.map(({ data }) => data as { orderId: string; by: { from: string } });
  const fetched = facts.map(({ orderId, by }) => [orderId, by.from]);
  expect(fetched.sort()).toEqual(orders.map(({ id }, n) => [id, places[n]]).sort());
});
