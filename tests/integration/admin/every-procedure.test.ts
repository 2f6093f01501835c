/**
 * Whatever operators and registrars can ask, asked by everybody: nobody is told to log in, for a member there is nothing, a registrar of
 * another institution learns and changes nothing of this one's. What is about NII's service is walked in upki.test.ts.
 */
import "@/tests/support/quiet.ts";
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { codeOf } from "@/server/api/errors.ts";
import type { Database } from "@/server/db.ts";
import { openPortal } from "../workflows/portal.ts";
import { allOf, type Person, personWith, type Things, thingsOf } from "./walk-world.ts";

const portal = openPortal();
let root: typeof import("@/server/api/root.ts");
let db: Database;
let a: Things;
let b: Things;
let operator: Person;

beforeAll(async () => {
  root = await import("@/server/api/root.ts");
  ({ db } = portal.ports());
  // What is in the outbox stays there: nothing happens but what is asked.
  await portal.stopEngine();
  const { federation } = await import("@/server/federation/world.ts");
  const { refreshFederation } = await import("@/server/federation/metadata/refresh.ts");
  await refreshFederation(federation());
  a = await thingsOf(db, "mark-alpha");
  b = await thingsOf(db, "mark-beta");
  const { other } = await thingsOf(db, "mark-operators");
  operator = await personWith(db, other, "operator");
});

/** What is asked about an institution, by whoever asks. */
type Ask = (of: Things, by: Person) => unknown;
type Row = { ask: Ask; for: "registrars" | "operators" };

const registrars = (ask: Ask): Row => ({ ask, for: "registrars" });
const operators = (ask: Ask): Row => ({ ask, for: "operators" });
const reason = "理由";
const octets = (text: string) => new TextEncoder().encode(text);
const whole = { entityId: (of: Things) => ({ entityId: of.institution.entityId }) };

/** A plan of an operator's that changes nothing. */
async function planned(): Promise<string> {
  const data = { by: operator.id, at: new Date(), named: 0, unchanged: 0, rows: [] };
  return (await db.settingsPlan.create({ data })).id;
}

/** A procedure that is not here fails the test: say who may ask it, and what to ask about the things of `walk-world.ts`. */
const every: Record<string, Row> = {
  "federation.view": operators(() => undefined),
  "federation.lookNow": operators(() => undefined),
  "logins.search": operators(() => ({})),
  "logins.get": operators(() => ({ id: "1" })),
  "overview.get": registrars((of) => ({ institution: of.institution.id })),
  "applications.search": registrars((of) => ({ institution: of.institution.id })),
  "applications.export": registrars((of) => ({ institution: of.institution.id })),
  "applications.get": registrars((of) => ({ id: of.active.id })),
  "applications.revoke": registrars((of) => ({ id: of.active.id, reason: "superseded", words: reason })),
  "applications.cancel": registrars((of) => ({ id: of.ready.id, reason })),
  "applications.unlock": registrars((of) => ({ id: of.ready.id, reason })),
  "applications.sendAgain": registrars((of) => ({ letter: of.letter.id, seen: 0 })),
  "approvals.list": registrars(() => undefined),
  "approvals.named": registrars((of) => ({ ids: [of.waiting.id] })),
  "approvals.decide": registrars((of) => ({ id: of.waiting.id, decision: { approved: false, reason } })),
  "approvals.decideMany": registrars((of) => ({ ids: [of.waiting.id], decision: { approved: true } })),
  "offboardings.institutions": registrars(() => undefined),
  "offboardings.list": registrars(() => ({})),
  "offboardings.get": registrars((of) => ({ id: of.offboarding.id })),
  "offboardings.file": registrars((of) => ({ id: of.offboarding.id })),
  "offboardings.give": registrars((of) => ({
    institutionId: of.institution.id,
    list: octets(of.holder.eppn ?? ""),
  })),
  "offboardings.plan": registrars(async (of, by) => ({ id: (await of.given(by)).id })),
  "offboardings.ask": registrars(async (of, by) => ({ id: (await of.given(by)).id, reason })),
  "offboardings.undo": registrars((of) => ({ id: of.offboarding.id })),
  "settings.search": registrars((of) => ({ q: of.mark, locale: "ja" })),
  "settings.get": registrars(whole.entityId),
  "settings.change": registrars((of) => ({
    ...whole.entityId(of),
    seen: 1,
    texts: { contact: "x@example.ac.jp" },
    reason,
  })),
  "settings.versions": registrars(whole.entityId),
  "settings.exportPart": operators(() => ({ format: "csv", place: null })),
  "settings.plan": operators(() => ({ format: "csv", octets: octets("entityId\n") })),
  "settings.planned": operators(async () => ({ id: await planned() })),
  "settings.carryOut": operators(async () => ({ id: await planned(), reason })),
  "invitations.institutions": registrars(() => undefined),
  "invitations.list": registrars(() => ({})),
  "invitations.get": registrars((of) => ({ batch: of.invitation.batch })),
  "invitations.file": registrars((of) => ({ batch: of.invitation.batch })),
  "invitations.template": registrars(() => undefined),
  "invitations.give": registrars((of) => ({
    institutionId: of.institution.id,
    list: octets("new@example.ac.jp,client,12"),
  })),
  "invitations.plan": registrars(async (of, by) => ({ id: (await of.given(by, "invitations")).id })),
  "invitations.make": registrars(async (of, by) => ({ id: (await of.given(by, "invitations")).id })),
  "invitations.cancel": registrars((of) => ({ batch: of.invitation.batch })),
  "people.find": registrars((of) => ({ text: of.other.eppn })),
  "people.holders": registrars(() => ({ state: "in_force" })),
  "people.get": registrars((of) => ({ id: of.other.id })),
  "people.give": registrars((of) => ({
    ...{ memberId: of.holder.id, role: "registrar", expiresAt: null, reason },
  })),
  "people.take": registrars((of) => ({ roleId: of.held.id, confirmed: false, reason })),
  "tokens.institutions": registrars(() => undefined),
  "tokens.list": registrars(() => undefined),
  "tokens.make": registrars((of) => ({
    ...{ id: randomUUID(), institutionId: of.institution.id, name: "x", expiresAt: null, reason },
  })),
  "tokens.end": registrars((of) => ({ id: of.token.id, reason })),
  "webhooks.list": registrars(() => undefined),
  "webhooks.get": registrars((of) => ({ id: of.webhook.id })),
  "webhooks.make": registrars((of) => ({
    ...{ institutionId: of.institution.id, url: "https://hooks.example.ac.jp/", reason },
    events: ["certificate.issued"],
  })),
  "webhooks.try": registrars((of) => ({ id: of.webhook.id })),
  "webhooks.again": registrars((of) => ({
    id: of.webhook.id,
    deliveryId: of.webhook.deliveries[0]?.id,
  })),
  "webhooks.end": registrars((of) => ({ id: of.webhook.id, reason })),
  "letters.search": registrars(() => ({})),
  "letters.preview": registrars(() => ({ mail: "acceptance", locale: "ja" })),
  "jobs.search": registrars(() => ({})),
  "jobs.retry": registrars((of) => ({ id: of.failed.id })),
  "jobs.cancel": registrars((of) => ({ id: of.open.id, reason })),
  "authorities.view": operators(() => undefined),
  "audit.search": registrars(() => ({})),
  "audit.head": registrars(() => undefined),
  "audit.export": registrars(() => ({ from: new Date(0), to: new Date() })),
};

/** Of these the right answer is that there is no such thing: nothing of the kind was made. */
const withoutSubject = ["logins.get"];

test("every procedure of administration is walked", () => {
  const names = Object.keys(root.appRouter._def.procedures)
    .filter((name) => name.startsWith("admin.") && !name.startsWith("admin.upki."))
    .map((name) => name.slice("admin.".length));
  const missing = names.filter((name) => !(name in every));
  const gone = Object.keys(every).filter((name) => !names.includes(name));
  expect(missing, "procedures to add to `every`, with who may ask them and what").toEqual([]);
  expect(gone, "entries of `every` for procedures that are no more").toEqual([]);
});

/** What somebody is answered: the value, or `code: …`; of what comes in parts all of them. */
async function answerOf(name: string, by: Person | null, asked: unknown): Promise<unknown> {
  const session = { id: "s", authnContext: null, authnAt: new Date(), assurance: [] };
  const context = {
    ...{
      ports: { ...portal.ports(), wakeOutbox: async () => {} },
      strongContexts: [],
      from: null,
      reference: "WALK",
    },
    member: by && { ...by, session },
  };
  let procedure: unknown = root.createCaller(context as never).admin;
  for (const part of name.split(".")) procedure = (procedure as Record<string, unknown>)[part];
  const call = procedure as (input: unknown) => Promise<unknown>;
  try {
    const answer = await call(asked);
    if (!isInParts(answer)) return answer;
    const parts: unknown[] = [];
    for await (const part of answer) parts.push(part);
    return parts;
  } catch (error) {
    return `code: ${codeOf(error)}`;
  }
}

function isInParts(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer;
}

/** All that can be read in an answer; octets as text. */
function readIn(answer: unknown): string {
  return JSON.stringify(answer ?? null, (_, value) => {
    if (typeof value === "bigint") return String(value);
    return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : value;
  });
}

/** An institution as it was made; what only reads leaves it so. */
async function untouched(name: string, mark: string): Promise<Things> {
  // By their paths, as tRPC keeps them; its type has them as a tree.
  const procedures = root.appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>;
  return procedures[`admin.${name}`]?._def.type === "query" ? a : thingsOf(db, `mark-${name}-${mark}`);
}

const refusals = ["not_found", "not_signed_in", "invalid_input", "internal"].map((code) => `code: ${code}`);

describe.each(Object.entries(every))("%s", (name, { ask, for: whose }) => {
  test("is for whom it is meant, and for nobody else", async () => {
    const asked = await ask(a, a.registrar);
    const before = await allOf(db, a);
    expect(await answerOf(name, null, asked), "nobody").toBe("code: not_signed_in");
    const member = { ...a.holder, institution: a.institution, roles: [] };
    expect(await answerOf(name, member, asked), "a member").toBe("code: not_found");
    for (const who of [a.registrar, operator]) {
      const roles = who.roles.map((role) => ({ ...role, expiresAt: new Date(0) }));
      expect(await answerOf(name, { ...who, roles }, asked), "whose role has ended").toBe("code: not_found");
    }
    const foreign = await answerOf(name, b.registrar, asked);
    if (whose === "operators") expect(foreign, "a registrar of another institution").toBe("code: not_found");
    else expect(foreign, "the table's own fault").not.toBe("code: invalid_input");
    const read = readIn(foreign);
    for (const theirs of [a.mark, a.institution.id]) expect(read).not.toContain(theirs);
    expect(await allOf(db, a), "what is A's, after everybody else has asked").toBe(before);

    // What the first of those who may did is not to be in the second one's way.
    const own = await untouched(name, "own");
    const registrar = await answerOf(name, own.registrar, await ask(own, own.registrar));
    if (whose === "operators") expect(registrar, "a registrar").toBe("code: not_found");
    else expect(refusals, "its registrar").not.toContain(registrar);
    const any = await untouched(name, "any");
    const all = await answerOf(name, operator, await ask(any, operator));
    if (!withoutSubject.includes(name)) expect(refusals, "an operator").not.toContain(all);
  });
});
