/** Deeds that an institution guards: nothing is done, and nothing shown, before the member has proven what it asks for. */
import "@/tests/support/quiet.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Context } from "@/server/api/context.ts";
import { codeOf, deedWithoutProof } from "@/server/api/errors.ts";
import { createCaller } from "@/server/api/root.ts";
import { aal2Context, type GuardedDeed, ial2Assurance, strongContexts } from "@/server/assurance.ts";
import { submitOrder } from "@/server/enrollment/carry-out.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import { openWorld, type World } from "@/tests/support/world.ts";

let world: World;
let hanako: Member;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  await world.reset();
  await world.db.institution.updateMany({ data: { aal2For: [], ial2For: [] } });
  hanako = await world.member("hanako");
});

type Login = { context?: string; minutesAgo?: number; assurance?: string[] };
const logins = {
  weak: {},
  strong: { context: aal2Context },
  old: { context: aal2Context, minutesAgo: 10 },
  proven: { assurance: [ial2Assurance] },
  "strong and proven": { context: aal2Context, assurance: [ial2Assurance] },
} satisfies Record<string, Login>;

/** What the door knows of hanako after such a login. */
async function contextOf({ context, minutesAgo = 0, assurance = [] }: Login): Promise<Context> {
  const authnAt = new Date(world.now().getTime() - minutesAgo * 60_000);
  const member = await world.db.member.findUniqueOrThrow({
    where: { id: hanako.id },
    include: { institution: true },
  });
  const session = {
    id: "session",
    memberId: hanako.id,
    createdAt: authnAt,
    expiresAt: new Date(authnAt.getTime() + 8 * 3_600_000),
    endedAt: null,
    authnContext: context ?? "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    authnAt,
    assurance,
  };
  return {
    ports: world.ports,
    member: { ...member, session, roles: [] },
    from: null,
    reference: "REFERENC",
    strongContexts: strongContexts({ acceptRefedsMfa: false }),
  };
}

const logIn = async (login: Login) => createCaller(await contextOf(login));
type Caller = Awaited<ReturnType<typeof logIn>>;

const guard = (policy: { aal2For?: GuardedDeed[]; ial2For?: GuardedDeed[] }) =>
  world.db.institution.updateMany({ data: policy });

/** hanako's application 1, as far as its PIN; or to its certificate. */
async function applied({ collected = false } = {}): Promise<string> {
  await requestCertificate(world.ports, {
    memberId: hanako.id,
    locale: "ja",
    kind: "client",
    months: 52,
    key: "client:0",
  });
  const { id } = await world.newestOrder(hanako, 1);
  await submitOrder(world.ports, id);
  if (collected) await world.collect(id);
  return id;
}

/** An application whose URL waits for its member. */
async function held() {
  await guard({ aal2For: ["send_url"] });
  await applied();
  await guard({ aal2For: [] });
}

type Prepare = () => Promise<unknown>;
const certified: Prepare = () => applied({ collected: true });

const deeds: [GuardedDeed, Prepare, (caller: Caller) => Promise<unknown>][] = [
  [
    "request",
    async () => {},
    (caller) => caller.enrollment.request({ kind: "client", months: 52, key: "client:0" }),
  ],
  ["renew", certified, (caller) => caller.enrollment.renew({ number: 1, sequence: 1 })],
  ["revoke", certified, (caller) => caller.enrollment.revoke({ number: 1, reason: "superseded" })],
  ["send_url", held, (caller) => caller.enrollment.releaseUrl({ number: 1 })],
];

/** What a detail page asks of the CA. */
const forOwner = (ca: World["ca"]) => ({
  hasPin: (order: string) => ca.hasPin(order),
  readTicket: (order: string) => ca.readTicket(order),
});

/** Everything that a deed could have left. */
async function traces() {
  const { db } = world;
  const [orders, revocations, events, history] = await Promise.all([
    db.order.count(),
    db.revocation.count(),
    db.outboxEvent.count(),
    db.historyEntry.count(),
  ]);
  return { orders, revocations, events, history };
}

describe.each(deeds)("%s", (deed, prepare, doIt) => {
  const refusals: [keyof typeof logins, Parameters<typeof guard>[0], string][] = [
    ["weak", { aal2For: [deed] }, "strong_login_needed"],
    ["old", { aal2For: [deed] }, "strong_login_needed"],
    ["proven", { aal2For: [deed] }, "strong_login_needed"],
    ["weak", { ial2For: [deed] }, "identity_proof_needed"],
    ["strong", { ial2For: [deed] }, "identity_proof_needed"],
    ["strong", { aal2For: [deed], ial2For: [deed] }, "identity_proof_needed"],
  ];
  test.each(refusals)(
    "after a login that is %s, under %j, is refused before anything is done",
    async (login, policy, code) => {
      await prepare();
      await guard(policy);
      const before = await traces();
      const error = await doIt(await logIn(logins[login])).catch((thrown: unknown) => thrown);
      expect(codeOf(error)).toBe(code);
      expect(deedWithoutProof(error)).toBe(deed);
      expect(await traces()).toEqual(before);
    },
  );

  test("after a strong login of a person whose identity was proven is done", async () => {
    await prepare();
    await guard({ aal2For: [deed], ial2For: [deed] });
    const answer = await doIt(await logIn(logins["strong and proven"]));
    expect(answer).toEqual({ number: 1, already: false });
  });

  test("after a weak login is done where only other deeds are guarded", async () => {
    await prepare();
    const others = (["request", "renew", "revoke", "show_pin"] as const).filter((other) => other !== deed);
    await guard({ aal2For: others, ial2For: others });
    expect(await doIt(await logIn(logins.weak))).toEqual({ number: 1, already: false });
  });
});

describe("the PIN", () => {
  const views: [keyof typeof logins, Parameters<typeof guard>[0], object][] = [
    ["weak", { aal2For: ["show_pin"] }, { state: "guarded", missing: "aal2" }],
    ["old", { aal2For: ["show_pin"] }, { state: "guarded", missing: "aal2" }],
    ["strong", { ial2For: ["show_pin"] }, { state: "guarded", missing: "ial2" }],
  ];
  test.each(views)(
    "is in no answer after a login that is %s, under %j, and is not even made",
    async (login, policy, view) => {
      const order = await applied();
      const pin = (await world.ca.readPin(order)) ?? "";
      await guard(policy);
      let made = 0;
      const ca = {
        ...forOwner(world.ca),
        readPin: async () => String(++made),
      } as unknown as Context["ports"]["ca"];
      const caller = await logIn(logins[login]);
      const watched = createCaller({ ...(await contextOf(logins[login])), ports: { ...world.ports, ca } });
      expect((await watched.enrollment.get({ number: 1 })).pin).toEqual(view);
      expect(made).toBe(0);
      const answers = [
        await caller.enrollment.get({ number: 1 }),
        await caller.enrollment.list({ all: true }),
        await caller.enrollment.pulse({ number: 1 }),
      ];
      expect(pin).toHaveLength(16);
      expect(JSON.stringify(answers)).not.toContain(pin);
    },
  );

  test("is shown for the ten minutes after a strong login", async () => {
    const order = await applied();
    await guard({ aal2For: ["show_pin"] });
    const { pin } = await (await logIn(logins.strong)).enrollment.get({ number: 1 });
    expect(pin).toEqual({ state: "ready", value: await world.ca.readPin(order) });
  });

  test("that is gone is said to be gone, and nobody is asked to confirm for nothing", async () => {
    await applied();
    await guard({ aal2For: ["show_pin"] });
    world.pass({ days: 40 });
    const { pin } = await (await logIn(logins.weak)).enrollment.get({ number: 1 });
    expect(pin).toEqual({ state: "gone" });
  });
});
