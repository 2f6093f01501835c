/** What operators see and do, and that nobody else does. */
import "@/tests/support/quiet.ts";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { lookNow } from "@/server/admin/federation.ts";
import { codeOf } from "@/server/api/errors.ts";
import { createCaller } from "@/server/api/root.ts";
import type { Database } from "@/server/db.ts";
import { refreshFederation } from "@/server/federation/metadata/refresh.ts";
import { pemOf } from "@/server/federation/service/keys.ts";
import { serviceKey } from "@/server/federation/service/keys-in-force.ts";
import type { Federation } from "@/server/federation/world.ts";
import type { Role } from "@/server/generated/prisma/client.ts";
import { a, b, demoPortal } from "@/tests/support/demo-login.ts";

const portal = demoPortal();
const entityIds = {
  a: "https://idp.a.example.ac.jp/idp/shibboleth",
  b: "https://idp.b.example.ac.jp/idp/shibboleth",
};
let db: Database;
let world: Federation;
const now = () => new Date("2026-11-22T01:00:00Z");

beforeAll(async () => {
  ({ db, world } = portal);
  await refreshFederation(world);
});

type Held = Pick<Role, "role" | "institutionId" | "expiresAt">;
const operatorRole: Held = { role: "operator", institutionId: null, expiresAt: null };

/** The door as it is for somebody with these roles; `null` is nobody. */
function door(roles: Held[] | null) {
  const member = roles && { id: "somebody", roles, institution: { aal2For: [], ial2For: [] } };
  return createCaller({ member, ports: { db, now }, strongContexts: [] } as never).admin;
}
type Door = ReturnType<typeof door>;
const operator = () => door([operatorRole]);

test("where the portal has a CA of its own there is nothing of NII's service, not even for an operator", async () => {
  await expect(
    operator()
      .upki.overview()
      .catch((error: unknown) => codeOf(error)),
  ).resolves.toBe("not_found");
});

test.each<[string, (admin: Door) => Promise<unknown>]>([
  ["a name with a NUL", (admin) => admin.settings.search({ q: "\0", locale: "ja" })],
  ["an entityID with a NUL", (admin) => admin.settings.get({ entityId: "\0" })],
  ["an institution with a NUL", (admin) => admin.logins.search({ institution: "\0" })],
  ["a day before all calendars", (admin) => admin.logins.search({ from: new Date("0000-01-01") })],
])("%s, which no database takes, is refused", async (_, ask) => {
  await expect(ask(operator()).catch((error: unknown) => codeOf(error))).resolves.toBe("invalid_input");
});

describe("who is an operator", () => {
  test("in the demo the account admin of University A is one from its first login on, and nobody else", async () => {
    const rolesOf = async (user: string, idp = a) =>
      (await portal.memberOf(await portal.logIn(user, idp)))?.roles.map(({ role }) => role);
    expect(await rolesOf("admin")).toEqual(["operator"]);
    expect(await rolesOf("admin")).toEqual(["operator"]);
    expect(await rolesOf("hanako")).toEqual([]);
    expect(await rolesOf("tanaka", b)).toEqual([]);
  });

  test("a role that has ended is none at the next request", async () => {
    const who = await portal.logIn("admin");
    await db.role.updateMany({ data: { expiresAt: new Date(Date.now() - 1000) } });
    expect((await portal.memberOf(who))?.roles).toEqual([]);
    await db.role.deleteMany();
  });
});

describe("the federation", () => {
  test("is shown with what is in force, its signer, each look and our keys; never a key itself", async () => {
    await portal.logIn("hanako");
    const view = await operator().federation.view();
    expect(view).toMatchObject({
      source: { kind: "demo", url: null },
      institutions: { listed: 2, hidden: 0 },
      failure: null,
      signers: [{ isInUse: expect.any(Boolean), name: expect.stringContaining("CN=") }],
    });
    expect(view.looks.at(-1)).toMatchObject({ outcome: "loaded", providers: 2 });
    expect(view.looks.at(-1)?.appeared.map(({ nameEn }) => nameEn)).toEqual(
      expect.arrayContaining(["Demo University A", "Demo KOSEN B"]),
    );
    expect(view.keys.map(({ purpose, state }) => `${purpose} ${state}`).toSorted()).toEqual([
      "sp-encryption in_use",
      "sp-signing in_use",
    ]);
    for (const { fingerprint } of [...view.keys, ...(view.signers ?? [])])
      expect(fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(JSON.stringify(view)).not.toMatch(/PRIVATE|sealed/i);
  });

  test("is looked at when an operator asks, once a minute at most", async () => {
    await db.federationState.updateMany({ data: { triedAt: new Date(Date.now() - 61_000) } });
    const before = await db.federationRefresh.count();
    expect(["loaded", "unchanged"]).toContain((await operator().federation.lookNow()).result);
    expect(await operator().federation.lookNow()).toEqual({ result: "lately" });
    expect(await db.federationRefresh.count()).toBe(before + 1);
  });

  describe("when the source", () => {
    const pem = async () => pemOf((await serviceKey(world, "demo-federation")).certificate, "CERTIFICATE");
    const askedOf = async (answer: RequestListener, patience?: number) => {
      await db.federationState.updateMany({ data: { triedAt: new Date(Date.now() - 61_000) } });
      const server = createServer(answer);
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      const { port } = server.address() as AddressInfo;
      const source = { demo: false, url: `http://127.0.0.1:${port}/`, certificates: await pem() } as const;
      try {
        return await lookNow({ ...world, source }, patience ? { patience } : {});
      } finally {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
    };

    test("refuses, the operator learns why", async () => {
      const looked = await askedOf((_, response) => response.writeHead(503).end());
      expect(looked).toEqual({ result: "refused", code: "unreachable" });
      const [newest] = (await operator().federation.view()).looks;
      expect(newest).toMatchObject({ outcome: "unreachable", found: expect.stringContaining("503") });
    });

    test("takes long, the page does not", async () => {
      const looks = await db.federationRefresh.count();
      expect(await askedOf(() => {}, 50)).toEqual({ result: "under_way" });
      // The look goes on behind the page, and leaves its record.
      await vi.waitFor(async () => expect(await db.federationRefresh.count()).toBe(looks + 1), {
        timeout: 15_000,
      });
    });
  });

  test("that could not be read is told with its code and what was found", async () => {
    await db.federationState.updateMany({ data: { failure: "unreachable: https://x.example answered 503" } });
    const { failure } = await operator().federation.view();
    expect(failure).toEqual({ code: "unreachable", found: "https://x.example answered 503" });
    await db.federationState.updateMany({ data: { failure: null } });
  });
});

describe("the login log", () => {
  const at = (day: number) => new Date(Date.UTC(2026, 9, day, 3));
  beforeEach(async () => {
    await db.loginRecord.deleteMany();
    await db.loginRecord.createMany({
      data: [
        { at: at(1), step: "answer", entityId: entityIds.a, identifiedBy: "uniqueId", received: ["mail"] },
        { at: at(2), step: "answer", entityId: entityIds.a, reference: "ABCD2345", code: "expired" },
        {
          at: at(3),
          step: "answer",
          entityId: entityIds.b,
          reference: "EFGH6789",
          code: "signature_invalid",
          findings: { expected: "a signature", actual: "none of 1 certificates verifies it" },
        },
        { at: at(4), step: "start", reference: "JKLM2345", code: "cross_site" },
      ],
    });
  });

  const days = (logins: readonly { at: Date }[]) => logins.map((one) => one.at.getUTCDate());
  test.each([
    ["everything, the newest first", {}, [4, 3, 2, 1]],
    ["by the number a reader tells, in their writing", { reference: "abcd-2345 " }, [2]],
    ["by a number, whatever else is in the form", { reference: "ABCD2345", outcome: "succeeded" }, [2]],
    ["a number that is none", { reference: "ZZZZ9999" }, []],
    ["by the institution's Japanese name", { institution: "大学A" }, [2, 1]],
    ["by its English name, however it is written", { institution: "demo kosen" }, [3]],
    ["by its entityID", { institution: entityIds.b }, [3]],
    ["by a pattern that is none", { institution: "%" }, []],
    ["those that succeeded", { outcome: "succeeded" }, [1]],
    ["those that did not", { outcome: "refused" }, [4, 3, 2]],
    ["by a reason", { outcome: "expired" }, [2]],
    ["from a day to a day", { from: at(2), to: at(4) }, [3, 2]],
  ])("is searched: %s", async (_, wish, found) => {
    expect(days((await operator().logins.search(wish)).logins)).toEqual(found);
  });

  test("is read page by page, none twice and none left out, though new ones come", async () => {
    await db.loginRecord.deleteMany();
    const rows = Array.from({ length: 120 }, (_, n) => ({ at: at(1 + (n % 20)), step: "answer" }));
    await db.loginRecord.createMany({ data: rows });
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const page = await operator().logins.search(before ? { before } : {});
      seen.push(...page.logins.map(({ id }) => id));
      before = page.next ?? undefined;
      await db.loginRecord.create({ data: { at: at(28), step: "answer" } });
    } while (before);
    expect(seen).toHaveLength(120);
    expect(new Set(seen).size).toBe(120);
  });

  test("tells of one login all that was found", async () => {
    const [found] = (await operator().logins.search({ reference: "EFGH6789" })).logins;
    expect(await operator().logins.get({ id: found?.id ?? "" })).toMatchObject({
      code: "signature_invalid",
      institution: { nameEn: "Demo KOSEN B" },
      findings: [
        { name: "expected", text: "a signature" },
        { name: "actual", text: "none of 1 certificates verifies it" },
      ],
      member: null,
    });
  });

  test("names who logged in, and holds no value of theirs", async () => {
    await portal.logIn("hanako");
    const [newest] = (await operator().logins.search({})).logins;
    const login = await operator().logins.get({ id: newest?.id ?? "" });
    expect(login).toMatchObject({ code: null, member: { displayNameJa: "国立 花子" } });
    expect(login.received).toContain("mail");
    expect(JSON.stringify(login)).not.toContain("hanako@");
  });

  test.each(["0", "99999999", "x", "1; DROP TABLE"])("knows no login %j", async (id) => {
    const code = await operator()
      .logins.get({ id })
      .catch((error: unknown) => codeOf(error));
    expect(["not_found", "invalid_input"]).toContain(code);
  });
});
