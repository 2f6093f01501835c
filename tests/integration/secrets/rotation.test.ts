/** The sealing key is changed under a portal that is used all the while. */
import { once } from "node:events";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { lookAtSeals, resealAll } from "@/server/reseal.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { days } from "@/tests/integration/ca/office.ts";
import { base64, beginReseal, next, old, openPortal, type Portal, reseal } from "./change.ts";

// Each look at the console is a process of its own.
vi.setConfig({ testTimeout: 180_000 });

const left = async ({ db }: Portal, ...[key = next, ...former]: Uint8Array[]) =>
  (await lookAtSeals(db, sealing(key, ...former))).reduce(
    (sum, { former, unopened }) => sum + former + unopened.length,
    0,
  );

/** What members find with a portal of these keys. */
async function expectAllWell(portal: Portal, ...keys: Uint8Array[]) {
  const ca = portal.caWith(...keys);
  for (const order of [portal.waiting, portal.admitted, portal.taken]) {
    expect(await ca.hasPin(order.id)).toBe(true);
    expect(await ca.readPin(order.id)).toBe(order.pin);
  }
  for (const order of [portal.waiting, portal.admitted])
    expect(await ca.collectUrl(order.id, "ja")).toMatch(new RegExp(`/ja/issue/${order.ticket}$`));
  const again = await ca.collect({ ...portal.taken, encryption: "modern" });
  expect(again).toMatchObject({ result: "package", file: portal.taken.file });
  expect(await portal.opensServiceKey(...keys)).toBe(true);
}

describe("while it is changed", () => {
  test("portals with both keys, whichever of them seals, show and take everything; with one alone only what is its", async () => {
    const portal = await openPortal();
    await expectAllWell(portal, old);
    await expectAllWell(portal, next, old);
    await expect(portal.caWith(next).readPin(portal.waiting.id)).rejects.toThrow("SEALING_KEY");

    await resealAll(portal.db, sealing(next, old));
    await expectAllWell(portal, next, old);
    await expectAllWell(portal, old, next);
    await expectAllWell(portal, next);
    expect(await left(portal)).toBe(0);
  });

  test("orders go through from every state to the certificate, with the new key alone", async () => {
    const portal = await openPortal();
    await resealAll(portal.db, sealing(next, old));
    const ca = portal.caWith(next);
    const { waiting, admitted } = portal;
    expect(await ca.enterPin({ ticket: waiting.ticket, pin: "wrong" })).toMatchObject({ result: "wrong" });
    const right = await ca.enterPin(waiting);
    if (right.result !== "right") throw new Error(right.result);
    for (const order of [{ ...waiting, browser: right.browser }, admitted]) {
      const answer = await ca.collect({ ...order, encryption: "modern" });
      expect(answer.result).toBe("package");
      expect(await ca.readPin(order.id)).toBe(order.pin);
    }
  });

  test("a second change finds what the first one kept", async () => {
    const portal = await openPortal();
    const third = new Uint8Array(32).fill(3);
    await resealAll(portal.db, sealing(next, old));
    await resealAll(portal.db, sealing(third, next));
    await expectAllWell(portal, third);
    expect(await left(portal, third)).toBe(0);
  });

  test("said twice it changes nothing more", async () => {
    const portal = await openPortal();
    await resealAll(portal.db, sealing(next, old));
    const before = await portal.sealedNow();
    expect(await resealAll(portal.db, sealing(next, old))).toBe(0);
    expect(await portal.sealedNow()).toBe(before);
  });
});

test("what is kept of PIN and ticket cannot be read from a copy of the database", async () => {
  const portal = await openPortal();
  await resealAll(portal.db, sealing(next, old));
  const rows = await portal.db.$queryRaw<{ row: string }[]>`SELECT t::text AS row FROM "Ticket" t`;
  const copy = rows.map(({ row }) => row).join("\n");
  const { kept } = await portal.db.ticket.findUniqueOrThrow({ where: { orderId: portal.waiting.id } });
  expect(copy).toContain(Buffer.from(kept ?? []).toString("hex"));
  for (const { pin, ticket } of [portal.waiting, portal.admitted, portal.taken])
    for (const secret of [pin, ticket])
      for (const form of [secret, Buffer.from(secret).toString("hex")]) expect(copy).not.toContain(form);
});

describe("what is kept goes with the nonce", () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await openPortal();
  });
  const row = (orderId: string) => portal.db.ticket.findUniqueOrThrow({ where: { orderId } });
  const keptOrder = async () => {
    const { id } = await portal.ordered();
    await resealAll(portal.db, sealing(next, old));
    expect((await row(id)).kept).not.toBeNull();
    return id;
  };

  test("when the order is closed", async () => {
    const id = await keptOrder();
    await portal.caWith(next).close(id);
    expect(await row(id)).toMatchObject({ nonce: null, kept: null });
  });

  test("when it is revoked", async () => {
    const id = await keptOrder();
    await portal.caWith(next).revoke({ enrollmentId: "e", orderIds: [id], reason: "superseded" });
    expect(await row(id)).toMatchObject({ nonce: null, kept: null });
  });

  test("when its time is over", async () => {
    const id = await keptOrder();
    portal.pass(days(60));
    await portal.caWith(next).tidy();
    expect(await row(id)).toMatchObject({ nonce: null, kept: null });
  });
});

test("killed at any moment, again and again, it ends with everything under the new key, and nobody was kept out meanwhile", async () => {
  const portal = await openPortal(600);
  const settings = { DATABASE_URL: portal.url, SEALING_KEY: base64(next), SEALING_KEY_PREVIOUS: base64(old) };
  const total = await left(portal, next, old);
  expect(total).toBeGreaterThan(1_200);

  let halfWay = 0;
  for (let kill = 0; kill < 8; kill++) {
    const before = await left(portal, next, old);
    const command = beginReseal(settings);
    const gone = once(command, "exit");
    const until = before - Math.ceil((Math.random() * total) / 8);
    while (command.exitCode === null && (await left(portal, next, old)) > Math.max(until, 0))
      await expectAllWell(portal, next, old);
    command.kill("SIGKILL");
    await gone;
    const rest = await left(portal, next, old);
    if (rest > 0 && rest < before) halfWay += 1;
    await expectAllWell(portal, next, old);
    await expectAllWell(portal, old, next);
  }

  expect(halfWay).toBeGreaterThan(1);

  const last = await reseal(settings);
  expect(last.said).toContain("take it out of the settings");
  expect(last.ok).toBe(true);
  await expectAllWell(portal, next);
  expect(await left(portal)).toBe(0);
});

describe("at the console", () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await openPortal();
  });
  const settings = () => ({
    DATABASE_URL: portal.url,
    SEALING_KEY: base64(next),
    SEALING_KEY_PREVIOUS: base64(old),
  });

  test.each([
    [
      "a former key that is another",
      { SEALING_KEY_PREVIOUS: base64(new Uint8Array(32)) },
      /Ticket \(PIN\): /,
    ],
    ["no former key", { SEALING_KEY_PREVIOUS: "" }, /opens neither with SEALING_KEY nor/],
    ["a key that is none", { SEALING_KEY: "hush" }, /^(?!.*hush)\s*SEALING_KEY is not right/],
    ["no key", { SEALING_KEY: "" }, /SEALING_KEY is missing/],
  ])("with %s it refuses in a sentence and changes nothing", async (_, wrong, sentence) => {
    const before = await portal.sealedNow();
    const { ok, said } = await reseal({ ...settings(), ...wrong });
    expect(ok).toBe(false);
    expect(said).toMatch(sentence);
    expect(said).not.toContain("    at ");
    expect(await portal.sealedNow()).toBe(before);
  });

  test("lists, changes, and says when the former key may go", async () => {
    const listed = await reseal(settings(), "list");
    expect(listed.said).toMatch(/^ {2}Issuer\.sealedKey +0 +3 +0$/m);
    const done = await reseal(settings());
    expect(done.said).toContain("take it out of the settings");
    const after = await reseal({ ...settings(), SEALING_KEY_PREVIOUS: "" });
    expect(after).toEqual({
      ok: true,
      said: expect.stringContaining("Everything is sealed with SEALING_KEY."),
    });
    expect(after.said).toMatch(/^ {2}Issuer\.sealedKey +3 +0 +0$/m);
    expect(`${listed.said}${done.said}`).not.toContain(base64(next));
  });

  test("makes no new key where it is in the settings, and says how to", async () => {
    const { ok, said } = await reseal(settings(), "new");
    expect(ok).toBe(false);
    expect(said).toContain("SEALING_KEY_PREVIOUS to the one that it is now");
  });

  test("says how it is used", async () => {
    expect((await reseal({}, "--help")).said).toMatch(/^npm run reseal /);
    expect((await reseal({}, "backwards")).ok).toBe(false);
  });
});
