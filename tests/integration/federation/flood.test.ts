import "@/tests/support/quiet.ts";
import { describe, expect, test } from "vitest";
import { keepRequest, takeRequest } from "@/server/federation/login/requests.ts";
import { a, answerOf, arrive, choose, codeOf, demoPortal, locationOf } from "@/tests/support/demo-login.ts";

const portal = demoPortal();

describe("whoever floods the portal with logins", () => {
  test("fills no more than the room there is: the oldest go, and nobody is refused", async () => {
    const room = { most: 5, every: 4 };
    const minutes = (count: number) => ({
      ...portal.world,
      now: () => new Date(Date.now() + count * 60_000),
    });
    const request = { requestId: "_x", providerId: a, locale: "ja" };
    for (let count = 1; count <= 12; count++) {
      await keepRequest(minutes(count), `state-${count}`, request, room);
      const expiresAt = new Date(Date.now() + count * 60_000);
      const record = { namespace: "oauth:session", key: `key-${count}`, value: "{}", expiresAt };
      await portal.db.jacksonRecord.create({ data: record });
    }
    expect(await portal.db.loginRequest.count()).toBe(5);
    expect(await portal.db.jacksonRecord.count()).toBeLessThanOrEqual(6);
    await expect(takeRequest(portal.db, "state-7")).rejects.toThrow("request_unknown");
    expect((await takeRequest(portal.db, "state-12")).requestId).toBe("_x");
  });

  test("is told each time why it is refused, while the login log takes only so many rows, and those of others too", async () => {
    const stranger = portal.browser();
    const refuse = async () => codeOf(await arrive(stranger, { SAMLResponse: "AAAA", RelayState: "x" }));
    const before = await portal.db.loginRecord.count();
    const began = Date.now();
    for (let round = 0; round < 13; round++) {
      const codes = await Promise.all(Array.from({ length: 60 }, refuse));
      expect(new Set(codes)).toEqual(new Set(["request_unknown"]));
    }
    const seconds = Math.ceil((Date.now() - began) / 1000);
    const rows = (await portal.db.loginRecord.count()) - before;
    expect(rows).toBeGreaterThanOrEqual(600);
    expect(rows).toBeLessThanOrEqual(600 + seconds);

    const who = portal.browser();
    const fields = await answerOf(who, await choose(who), "hanako");
    const refused = await arrive(who, { ...fields, SAMLResponse: "AAAA" });
    const reference = new URL(locationOf(refused)).searchParams.get("ref") ?? "";
    expect(await portal.db.loginRecord.count({ where: { reference } })).toBe(1);
  });
});
