/** Tickets that are unknown, used, lapsed, withdrawn or locked: what each deed answers, and what is left of them. */
import { beforeAll, describe, expect, test } from "vitest";
import { keyRing } from "@/server/ca/local/keys.ts";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { generateRsaKey } from "@/server/pki/keys.ts";
import { days, type Office, openOffice } from "./office.ts";

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});

/** What the four deeds of the issuing site answer to somebody with this ticket, PIN and browser. */
async function answers(asked: { ticket: string; pin: string; browser: string }) {
  const { ca } = office;
  return {
    open: await ca.openTicket(asked),
    enterPin: await ca.enterPin(asked),
    collect: await ca.collect({ ...asked, encryption: "modern" }),
    confirm: await ca.confirm(asked),
  };
}

function allRefused(because: string) {
  const refused = { result: "refused", because };
  return { open: { state: "refused", because }, enterPin: refused, collect: refused, confirm: refused };
}

const wrong = "2222222222222222";

test.each([
  ["made up", "x".repeat(64)],
  ["empty", ""],
  ["of another alphabet", '証明書\'; DROP TABLE "Ticket";--\0'],
])("a ticket that is %s is unknown", async (_, ticket) => {
  expect(await answers({ ticket, pin: wrong, browser: "x" })).toEqual(allRefused("unknown"));
});

test("a ticket that opens nothing has no key made for it, and uses up none that was made ahead", async () => {
  let made = 0;
  const keys = keyRing(1, () => {
    made += 1;
    return generateRsaKey(2048);
  });
  const ca = new LocalCa({ ...office.parts, keys });
  const unknown = { ticket: "x".repeat(64), browser: "x", encryption: "modern" } as const;
  const refused = { result: "refused", because: "unknown" };
  expect(await ca.collect(unknown)).toEqual(refused);
  expect(made).toBe(0);
  keys.prepare();
  expect(await Promise.all([ca.collect(unknown), ca.collect(unknown)])).toEqual([refused, refused]);
  const order = await office.admitted();
  expect(await ca.collect({ ...order, encryption: "modern" })).toMatchObject({ result: "package" });
  expect(made).toBe(1);
});

test("the PIN of another order does not open a ticket, and its browser downloads nothing", async () => {
  const mine = await office.ordered();
  const theirs = await office.admitted();
  expect(await office.ca.enterPin({ ticket: mine.ticket, pin: theirs.pin })).toEqual({
    result: "wrong",
    triesLeft: 9,
  });
  expect(await answers({ ticket: mine.ticket, pin: wrong, browser: theirs.browser })).toEqual({
    open: expect.objectContaining({ state: "pin", triesLeft: 9 }),
    enterPin: { result: "wrong", triesLeft: 8 },
    collect: { result: "refused", because: "pin_wanted" },
    confirm: { result: "refused", because: "pin_wanted" },
  });
});

test("a used ticket is refused to everybody but the browser that used it", async () => {
  const order = await office.collected();
  expect(await answers({ ...order, browser: "another" })).toEqual(allRefused("used"));
  expect(await office.ca.openTicket(order)).toMatchObject({ state: "collected" });
});

describe("a lapsed ticket", () => {
  test("is refused from the end of its month on, before and after it was closed, and its PIN is gone", async () => {
    const order = await office.admitted();
    const { expiresAt } = (await office.ca.readTicket(order.id)) ?? { expiresAt: new Date(0) };
    const month = new Date(office.now());
    month.setUTCMonth(month.getUTCMonth() + 1);
    expect(expiresAt).toEqual(month);

    office.passUntil(new Date(expiresAt.getTime() - 1));
    expect(await office.ca.openTicket({ ticket: order.ticket })).toMatchObject({ state: "pin" });
    office.pass(1);
    expect(await answers(order)).toEqual(allRefused("lapsed"));
    expect(await office.ca.readPin(order.id)).toBeNull();
    expect(await office.ca.readTicket(order.id)).toBeNull();
    expect(await office.ca.collectUrl(order.id, "ja")).toBeNull();
    // A download that began in time may still be under way: only the close, which waits for it, can tell.
    expect(await office.ca.reconcile([order.id])).toMatchObject([{ type: "pin_issued" }]);

    await office.ca.close(order.id);
    expect(await office.ca.reconcile([order.id])).toMatchObject([{ type: "pin_issued" }, { type: "lapsed" }]);
    await office.ca.close(order.id);
    expect(await answers(order)).toEqual(allRefused("lapsed"));
    expect(await office.told(order.id)).toEqual(["pin_issued", "lapsed"]);
    expect((await office.db.ticket.findUniqueOrThrow({ where: { orderId: order.id } })).nonce).toBeNull();
  });
});

test("a withdrawn ticket is refused, and its PIN and URL are out of the world", async () => {
  const order = await office.admitted();
  await office.ca.close(order.id);
  expect(await answers(order)).toEqual(allRefused("withdrawn"));
  expect(await office.ca.readPin(order.id)).toBeNull();
  expect(await office.ca.collectUrl(order.id, "ja")).toBeNull();
  expect((await office.db.ticket.findUniqueOrThrow({ where: { orderId: order.id } })).nonce).toBeNull();
});

test("closing a ticket that was collected changes nothing", async () => {
  const order = await office.collected();
  await office.ca.close(order.id);
  expect(await office.ca.openTicket(order)).toMatchObject({ state: "collected" });
  expect(await office.ca.readPin(order.id)).toBe(order.pin);
  expect(await office.told(order.id)).toEqual(["pin_issued", "collected"]);
});

describe("a locked ticket", () => {
  async function locked() {
    const order = await office.admitted();
    for (let n = 0; n < 10; n += 1) await office.ca.enterPin({ ...order, pin: wrong });
    return order;
  }

  test("is refused also with the right PIN, and to the browser that gave it before", async () => {
    const order = await locked();
    expect(await answers(order)).toEqual({ ...allRefused("locked"), enterPin: { result: "locked" } });
    expect(await office.ca.readTicket(order.id)).toMatchObject({ locked: true, triesLeft: 0 });
  });

  test("has its ten tries back when its owner unlocks it, and can lock again", async () => {
    const order = await locked();
    await office.ca.unlock(order.id);
    expect(await office.ca.readTicket(order.id)).toMatchObject({ locked: false, triesLeft: 10 });
    for (let n = 9; n > 0; n -= 1) {
      expect(await office.ca.enterPin({ ...order, pin: wrong })).toEqual({ result: "wrong", triesLeft: n });
    }
    expect(await office.ca.enterPin(order)).toMatchObject({ result: "right" });
    expect(await office.ca.enterPin({ ...order, pin: wrong })).toEqual({ result: "locked" });
    expect(await office.told(order.id)).toEqual(["pin_issued", "ticket_locked", "ticket_locked"]);
  });

  test("keeps its PIN readable for its owner", async () => {
    const order = await locked();
    expect(await office.ca.readPin(order.id)).toBe(order.pin);
  });
});

test("unlocking a ticket that is not locked gives no tries back", async () => {
  const order = await office.ordered();
  await office.ca.enterPin({ ...order, pin: wrong });
  await office.ca.unlock(order.id);
  expect(await office.ca.readTicket(order.id)).toMatchObject({ triesLeft: 9 });
});

test("the CA says nothing of orders it does not know", async () => {
  const { ca } = office;
  expect(await ca.readPin("nobody's")).toBeNull();
  expect(await ca.readTicket("nobody's")).toBeNull();
  expect(await ca.collectUrl("nobody's", "ja")).toBeNull();
  expect(await ca.reconcile(["nobody's"])).toEqual([]);
  await ca.close("nobody's");
  await ca.unlock("nobody's");
  expect(await office.told("nobody's")).toEqual([]);
});

test("what was collected is known again when its fact was lost", async () => {
  const order = await office.collected();
  const made = await office.db.certificate.findUniqueOrThrow({ where: { orderId: order.id } });
  const { serial, notBefore, notAfter } = made;
  expect((await office.ca.reconcile([order.id])).at(-1)).toEqual({
    type: "collected",
    orderId: order.id,
    serial,
    notBefore,
    notAfter,
  });
});

describe("the PIN of a certificate that was downloaded", () => {
  test("stays readable to the end of the ticket's month, for the .p12 opens with nothing else", async () => {
    const order = await office.collected();
    await office.ca.confirm(order);
    office.pass(days(29));
    expect(await office.ca.readPin(order.id)).toBe(order.pin);
    office.pass(days(2));
    expect(await office.ca.readPin(order.id)).toBeNull();
  });

  test("stays readable for a week after a late download, and is then deleted", async () => {
    const order = await office.ordered();
    const { expiresAt } = (await office.ca.readTicket(order.id)) ?? { expiresAt: new Date(0) };
    office.passUntil(new Date(expiresAt.getTime() - 60_000));
    const entered = await office.ca.enterPin(order);
    const browser = entered.result === "right" ? entered.browser : "";
    await office.ca.collect({ ...order, browser, encryption: "modern" });
    const kept = async () =>
      (await office.db.ticket.findUniqueOrThrow({ where: { orderId: order.id } })).nonce;

    office.pass(days(7) - 1);
    await office.ca.tidy();
    expect(await office.ca.readPin(order.id)).toBe(order.pin);
    office.pass(1);
    expect(await office.ca.readPin(order.id)).toBeNull();
    expect(await kept()).not.toBeNull();
    expect((await office.ca.tidy()).pins).toBeGreaterThan(0);
    expect(await kept()).toBeNull();
  });
});
