/** The REST API through its route handlers, on a real database: what it answers, and every way in which it refuses. */
import "@/tests/support/quiet.ts";
import { Validator } from "@seriousme/openapi-schema-validator";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { z } from "zod";
import { carryOutOffboarding } from "@/server/admin/offboarding/carry-out.ts";
import { openApi } from "@/server/admin/rest/openapi.ts";
import * as schemas from "@/server/admin/rest/schemas.ts";
import { endToken, makeToken, mostPerMinute } from "@/server/admin/tokens.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import type { Ports } from "@/server/ports.ts";
import { openWorld, type World } from "@/tests/support/world.ts";

const baseUrl = "https://portal.example.ac.jp";
const shared = vi.hoisted(() => ({ ports: null as unknown }));
vi.mock("@/server/wiring.ts", () => ({ ports: () => shared.ports as Ports }));
vi.mock("@/server/env.ts", async (original) => ({
  ...(await original<object>()),
  env: () => ({ BASE_URL: "https://portal.example.ac.jp" }),
}));

let world: World;
let institutionId: string;
let token: string;
let other: string;
const eppn = "hanako@a.example.ac.jp";
const all = { institutions: null };

async function tokenOf(institution: string, expiresAt: Date | null = null): Promise<string> {
  const id = crypto.randomUUID();
  const said = { name: "学務システム", reason: "連携", scope: all, by: "registrar", now: world.now() };
  const made = await makeToken(world.db, { id, institutionId: institution, expiresAt, ...said });
  if (made.result !== "made") throw new Error(made.result);
  return made.token;
}

beforeAll(async () => {
  world = await openWorld();
  shared.ports = world.ports;
  const b = { entityId: "https://idp.b.example.ac.jp/idp", nameJa: "デモ高専B", nameEn: "Demo KOSEN B" };
  const { id } = await world.db.institution.create({ data: { ...b, dnBase: "O=B,L=Academe,C=JP" } });
  other = await tokenOf(id);
});

beforeEach(async () => {
  await world.reset();
  await world.db.offboarding.deleteMany();
  const hanako = await world.member("hanako");
  institutionId = hanako.institutionId;
  await world.db.memberIdentifier.create({
    data: { institutionId, memberId: hanako.id, subject: `eppn:${eppn}` },
  });
  const application = {
    memberId: hanako.id,
    kind: "client",
    months: 13,
    key: "client:0",
    locale: "ja",
  } as const;
  await requestCertificate(world.ports, application);
  await world.db.institution.update({ where: { id: institutionId }, data: { aal2ForAdmin: [] } });
  token = await tokenOf(institutionId);
});

type Sent = { as?: string | null; key?: string | null; type?: string; body?: unknown; raw?: BodyInit };

async function post({
  as = token,
  key = "k1",
  type = "application/json",
  body,
  raw,
}: Sent): Promise<Response> {
  const { POST } = await import("@/app/api/v1/offboardings/route.ts");
  const headers = new Headers({ "content-type": type, "x-forwarded-for": "192.0.2.7" });
  if (as !== null) headers.set("authorization", `Bearer ${as}`);
  if (key !== null) headers.set("idempotency-key", key);
  const init = { method: "POST", headers, body: raw ?? JSON.stringify(body) };
  return POST(new Request(`${baseUrl}/api/v1/offboardings`, init));
}

async function at(method: "GET" | "DELETE", id: string, as = token): Promise<Response> {
  const route = await import("@/app/api/v1/offboardings/[id]/route.ts");
  const request = new Request(baseUrl, { method, headers: { authorization: `Bearer ${as}` } });
  return route[method](request, { params: Promise.resolve({ id }) });
}

const wish = (more: object = {}) => ({ people: [eppn, "nobody@a.example.ac.jp"], reason: "卒業", ...more });

/** The answer, which is as the description says. */
async function told<S extends z.ZodType>(response: Response, status: number, shape: S): Promise<z.infer<S>> {
  const body: unknown = await response.json();
  expect(response.status, JSON.stringify(body)).toBe(status);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return shape.parse(body);
}

async function problem(response: Response, status: number, code: string) {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const said = await told(response, status, schemas.problemAnswer);
  expect(said).toMatchObject({ status, code });
  return said;
}

test("its description is served, and is one of OpenAPI 3.1", async () => {
  const { GET } = await import("@/app/api/v1/openapi.json/route.ts");
  const described = await GET().json();
  expect(described).toEqual(JSON.parse(JSON.stringify(openApi(baseUrl))));
  const { valid, errors } = await new Validator().validate(described);
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
});

test("a dry run says who would lose what, and does nothing", async () => {
  const body = wish({ people: [eppn, "nobody@a.example.ac.jp", eppn.toUpperCase()], dryRun: true });
  const answer = await told(await post({ body, key: null }), 200, schemas.dryRunAnswer);
  expect(answer).toMatchObject({
    undoHours: 24,
    counts: { people: 1, notFound: 1, duplicates: 1, certificates: 0, applications: 1 },
    people: [{ eppn, name: "Hanako Kokuritsu", applications: 1 }],
    notFound: ["nobody@a.example.ac.jp"],
  });
  expect(await world.db.offboarding.count()).toBe(0);
});

test("from the request to the report; the audit names the token and where it was used from", async () => {
  const asked = await post({ body: wish() });
  const { id, dueAt, links, status } = await told(asked, 202, schemas.offboardingAnswer);
  expect(asked.headers.get("location")).toBe(links.self);
  expect(links).toEqual({ self: `${baseUrl}/api/v1/offboardings/${id}`, undo: links.self });
  expect(status).toBe("waiting");
  expect(Date.parse(dueAt) - +world.now()).toBe(24 * 3_600_000);
  const entry = await world.db.auditEntry.findFirstOrThrow({ where: { subjectId: id } });
  expect(entry).toMatchObject({ role: "client", from: "192.0.2.7", reason: "卒業", institutionId });
  expect(await world.db.apiToken.count({ where: { id: entry.actorId ?? "", institutionId } })).toBe(1);

  world.pass({ days: 1 });
  await carryOutOffboarding(world.ports, id);
  const report = await told(await at("GET", id), 200, schemas.reportAnswer);
  expect(report).toMatchObject({ status: "done", counts: { ended: 1 }, links: { undo: null } });
  expect(report.people).toEqual([
    { eppn, found: true, ended: [1], failed: [] },
    { eppn: "nobody@a.example.ac.jp", found: false, ended: [], failed: [] },
  ]);
  await problem(await at("DELETE", id), 409, "too_late");
});

test("in its time it is taken back, and asked twice once", async () => {
  const { id } = await told(await post({ body: wish() }), 202, schemas.offboardingAnswer);
  for (const _ of [1, 2]) {
    const undone = await told(await at("DELETE", id), 200, schemas.offboardingAnswer);
    expect(undone).toMatchObject({ status: "undone", links: { undo: null } });
  }
});

test("the same key, twice at once or quoted, is one request; with another body it is refused", async () => {
  const answers = await Promise.all([post({ body: wish() }), post({ body: wish() })]);
  const bodies = await Promise.all(answers.map((one) => told(one, 202, schemas.offboardingAnswer)));
  expect(bodies[0]?.id).toBe(bodies[1]?.id);
  const again = await told(await post({ body: wish(), key: '"k1"' }), 202, schemas.offboardingAnswer);
  expect(again.id).toBe(bodies[0]?.id);
  await problem(await post({ body: wish({ reason: "退職" }) }), 409, "key_reused");
  await problem(await post({ body: wish({ people: [eppn] }) }), 409, "key_reused");
  expect(await world.db.offboarding.count()).toBe(1);
});

describe("refused", () => {
  test("without a token that is in force", async () => {
    const expired = await tokenOf(institutionId, new Date(+world.now() + 1000));
    expect((await post({ as: expired, body: wish({ dryRun: true }) })).status).toBe(200);
    world.pass({ days: 1 });
    for (const as of [null, expired, "ccp_unknown", "not a token"]) {
      const refused = await post({ as, body: wish() });
      expect(refused.headers.get("www-authenticate")).toMatch(/^Bearer realm="api"/);
      await problem(refused, 401, "unauthorized");
    }
    expect(await world.db.offboarding.count()).toBe(0);
  });

  test("a token that was ended, from the next request on", async () => {
    const id = crypto.randomUUID();
    const said = { name: "n", reason: "r", scope: all, by: "registrar", now: world.now(), expiresAt: null };
    const made = await makeToken(world.db, { id, institutionId, ...said });
    const as = made.result === "made" ? made.token : "";
    expect((await post({ as, body: wish({ dryRun: true }) })).status).toBe(200);
    await endToken(world.db, { id, scope: all, reason: "x", now: world.now() });
    await problem(await post({ as, body: wish({ dryRun: true }) }), 401, "unauthorized");
    expect(await makeToken(world.db, { id, institutionId, ...said })).toEqual({ result: "already" });
  });

  test("where the institution asks for a strong login, except for a dry run", async () => {
    await world.db.institution.update({
      where: { id: institutionId },
      data: { aal2ForAdmin: ["off_board"] },
    });
    await problem(await post({ body: wish() }), 403, "forbidden");
    await told(await post({ body: wish({ dryRun: true }) }), 200, schemas.dryRunAnswer);
  });

  test("another institution's, like one that never was", async () => {
    const { id } = await told(await post({ body: wish() }), 202, schemas.offboardingAnswer);
    for (const method of ["GET", "DELETE"] as const) {
      await problem(await at(method, id, other), 404, "not_found");
      await problem(await at(method, "none", token), 404, "not_found");
      await problem(await at(method, "\0", token), 404, "not_found");
    }
    const foreign = await post({ as: other, body: wish({ dryRun: true }) });
    expect((await told(foreign, 200, schemas.dryRunAnswer)).counts.people).toBe(0);
  });

  test.each<[string, Sent, number, string]>([
    ["a body that is no JSON", { raw: "{" }, 400, "malformed"],
    ["a body that is no UTF-8", { raw: new Uint8Array([0x22, 0xff, 0x22]) }, 400, "malformed"],
    ["no key", { body: wish(), key: null }, 400, "key_missing"],
    ["a key with a blank", { body: wish(), key: "a b" }, 400, "key_missing"],
    ["another type", { body: wish(), type: "text/csv" }, 415, "not_json"],
    ["more than any list has", { raw: " ".repeat(5 * 1024 * 1024) }, 413, "too_large"],
  ])("%s", async (_, sent, status, code) => {
    await problem(await post(sent), status, code);
    expect(await world.db.offboarding.count()).toBe(0);
  });

  test.each<[string, unknown, string[]]>([
    ["no object", [], ["#"]],
    ["nobody", wish({ people: [] }), ["#/people"]],
    ["nobody who is known", wish({ people: ["nobody@a.example.ac.jp"] }), ["#/people"]],
    ["no reason, and a number", { people: [eppn, 7] }, ["#/people/1", "#/reason"]],
    ["a NUL", wish({ people: ["\0"] }), ["#/people/0"]],
    ["half a character", wish({ reason: "\ud800" }), ["#/reason"]],
    ["a word that means nothing here", wish({ force: true }), ["#"]],
  ])("%s, with where it stands", async (_, body, pointers) => {
    const { errors = [] } = await problem(await post({ body }), 422, "invalid");
    expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
    expect(await world.db.offboarding.count()).toBe(0);
  });

  test("more than so many a minute, and let in again in the next", async () => {
    const { id } = await told(await post({ body: wish() }), 202, schemas.offboardingAnswer);
    for (let n = 1; n < mostPerMinute; n++) await at("GET", id);
    const refused = await at("GET", id);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    await problem(refused, 429, "too_often");
    world.pass({ days: 1 });
    expect((await at("GET", id)).status).toBe(200);
  });
});

test("a token is kept as its hash alone, and never said in the audit", async () => {
  const rows = await world.db.apiToken.findMany();
  const entries = await world.db.auditEntry.findMany({ where: { deed: "token.made" } });
  expect(JSON.stringify([rows, entries])).not.toContain(token.slice(4));
  expect(entries.length).toBeGreaterThan(0);
});
