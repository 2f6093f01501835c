/** Jobs, mails and CAs as operators and registrars see them: what a job waits for, how it is run once more or cancelled, and whose it is. */
import "@/tests/support/quiet.ts";
import { NonRetriableError } from "inngest";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { cancelJob, retryJob, searchJobs } from "@/server/admin/jobs.ts";
import { searchLetters } from "@/server/admin/letters.ts";
import { codeOf } from "@/server/api/errors.ts";
import { type Database, openDatabase } from "@/server/db.ts";
import { letterKinds } from "@/server/enrollment/views.ts";
import { mailNames, previewOf } from "@/server/mail/preview.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import { openEngine, type TestEngine } from "@/tests/support/engine.ts";

let url: string;
let db: Database;
let engine: TestEngine;
const now = new Date("2026-11-29T01:00:00Z");
const all = { institutions: null };

/** What the job's steps did, and whether the second one works. */
const did = { first: 0, second: 0, works: false };

beforeAll(async () => {
  url = await testDatabaseUrl();
  db = openDatabase(url, 4);
});
afterAll(() => db.$disconnect());
beforeEach(async () => {
  await db.$executeRaw`TRUNCATE "Institution", "EngineEvent", "EngineRun" CASCADE`;
  Object.assign(did, { first: 0, second: 0, works: false });
  engine = await openEngine(url, (inngest) => [
    inngest.createFunction(
      { id: "steps", triggers: [{ event: "go/steps" }], retries: 0 },
      async ({ step }) => {
        await step.run("first", () => ++did.first);
        await step.run("caught", () => Promise.reject(new NonRetriableError("got over"))).catch(() => {});
        await step.run("between", () => "done");
        await step.run("second", () => {
          did.second += 1;
          if (!did.works) throw new NonRetriableError("the CA is closed");
        });
      },
    ),
    inngest.createFunction({ id: "waits", triggers: [{ event: "go/waits" }] }, async ({ step }) => {
      await step.waitForEvent("wait", { event: "come/now", timeout: "1d" });
    }),
  ]);
});
afterEach(() => engine.stop());

/** An application of an institution of its own. */
async function application(name: string) {
  const institution = await db.institution.create({
    data: { entityId: `https://${name}`, nameJa: name, nameEn: name, dnBase: `O=${name},C=JP` },
  });
  const member = await db.member.create({
    data: { institutionId: institution.id, subject: `eppn:${name}`, displayName: name, mails: [] },
  });
  const enrollment = await db.enrollment.create({
    data: {
      ...{ memberId: member.id, number: 1, kind: "client", months: 12, requestKey: name, locale: "ja" },
      ...{ dn: `CN=${name},O=${name},C=JP`, mail: `${name}@example.ac.jp`, requestedAt: now },
      orders: { create: { sequence: 1, purpose: "issue", months: 12, placedAt: now } },
    },
    include: { orders: true },
  });
  const scope = { institutions: [institution.id] };
  return { institution, member, enrollment, scope, order: enrollment.orders[0]?.id ?? "" };
}
type Application = Awaited<ReturnType<typeof application>>;

const statusOf = (id: string, status: string) =>
  vi.waitFor(
    async () => expect((await db.engineRun.findUniqueOrThrow({ where: { id } })).status).toBe(status),
    { timeout: 10_000 },
  );
async function failing({ order }: Application): Promise<string> {
  await engine.send("go/steps", { order });
  const failed = () => db.engineRun.findFirstOrThrow({ where: { status: "failed" } });
  return (await vi.waitFor(failed, { timeout: 10_000 })).id;
}
const answerOf = (asked: Promise<unknown>) => asked.catch((error: unknown) => `code: ${codeOf(error)}`);

describe("a job that failed", () => {
  test("says why, and for which application; run once more it goes on where it had come to", async () => {
    const a = await application("a");
    const id = await failing(a);
    expect((await searchJobs(db, { scope: a.scope, now })).jobs).toMatchObject([
      {
        ...{ id, status: "failed", function: "test-steps", event: "go/steps", waiting: null },
        failure: expect.stringContaining("the CA is closed"),
        application: { id: a.enrollment.id, number: 1 },
      },
    ]);
    did.works = true;
    const twice = { id, scope: a.scope, now };
    const outcomes = await Promise.all([retryJob(db, twice), retryJob(db, twice)]);
    expect(outcomes.toSorted()).toEqual([false, true]);
    await statusOf(id, "done");
    expect(did).toMatchObject({ first: 1, second: 2 });
    expect(await db.auditEntry.findMany({ where: { subjectId: id } })).toMatchObject([
      {
        ...{ deed: "job.retried", institutionId: a.institution.id, memberId: a.member.id },
        before: { status: "failed", failure: expect.stringContaining("the CA is closed") },
        after: { status: "open" },
      },
    ]);
  });

  test("fails anew where nothing has changed, and can be run again", async () => {
    const a = await application("a");
    const id = await failing(a);
    expect(await retryJob(db, { id, scope: all, now })).toBe(true);
    await vi.waitFor(() => expect(did.second).toBe(2), { timeout: 10_000 });
    await statusOf(id, "failed");
    expect(await retryJob(db, { id, scope: all, now })).toBe(true);
  });

  test("of another institution is none", async () => {
    const [a, b] = [await application("a"), await application("b")];
    const id = await failing(a);
    expect(await searchJobs(db, { scope: b.scope, now })).toMatchObject({ jobs: [] });
    expect(await answerOf(retryJob(db, { id, scope: b.scope, now }))).toBe("code: not_found");
    expect(await answerOf(cancelJob(db, { id, scope: b.scope, now, reason: "x" }))).toBe("code: not_found");
  });
});

test("a job that waits says for what and until when; cancelled it is woken by nothing", async () => {
  const a = await application("a");
  await engine.send("go/waits", { enrollment: a.enrollment.id });
  const { id } = await vi.waitFor(
    () => db.engineRun.findFirstOrThrow({ where: { lease: null, steps: { some: { status: "waiting" } } } }),
    { timeout: 10_000 },
  );
  const [job] = (await searchJobs(db, { status: "open", enrollment: a.enrollment.id, scope: a.scope, now }))
    .jobs;
  expect(job).toMatchObject({
    waiting: { for: "event", event: "come/now", until: expect.any(Date) },
    application: { id: a.enrollment.id },
  });
  expect(await cancelJob(db, { id, scope: a.scope, now, reason: "二重の申請" })).toBe(true);
  expect(await cancelJob(db, { id, scope: a.scope, now, reason: "二重の申請" })).toBe(false);
  await engine.send("come/now");
  await vi.waitFor(
    async () =>
      expect(await db.engineEvent.count({ where: { name: "come/now", routedAt: { not: null } } })).toBe(1),
    { timeout: 15_000 },
  );
  expect(await db.engineRun.findUniqueOrThrow({ where: { id } })).toMatchObject({ status: "cancelled" });
  expect(await db.auditEntry.findMany({ where: { subjectId: id } })).toMatchObject([
    { deed: "job.cancelled", reason: "二重の申請" },
  ]);
});

test("mails are found by kind, state and day, page by page, and only those of one's own institution", async () => {
  const [a, b] = [await application("a"), await application("b")];
  const letter = (of: Application, n: number) => ({
    ...{ key: `${of.enrollment.id}:${n}`, enrollmentId: of.enrollment.id, recipient: "x@example.ac.jp" },
    ...({ locale: "ja", kind: n % 2 ? "held" : "acceptance", status: n === 0 ? "failed" : "sent" } as const),
    ...{ createdAt: new Date(now.getTime() + (n % 30) * 60_000), providerId: `<${n}>` },
  });
  await db.letter.createMany({ data: Array.from({ length: 120 }, (_, n) => letter(a, n)) });
  await db.letter.createMany({ data: [letter(b, 1)] });
  const seen: string[] = [];
  for (let before: string | undefined, page = 0; page < 9; page++) {
    const { letters, next } = await searchLetters(db, { scope: a.scope, before });
    seen.push(...letters.map(({ id }) => id));
    if (!next) break;
    before = next;
  }
  expect([seen.length, new Set(seen).size]).toEqual([120, 120]);
  expect((await searchLetters(db, { scope: b.scope })).letters).toMatchObject([
    { kind: "held", providerId: "<1>", application: { id: b.enrollment.id, name: "b" } },
  ]);
  const failed = await searchLetters(db, { scope: all, status: "failed", kind: "acceptance" });
  expect(failed.letters).toHaveLength(1);
  expect(await searchLetters(db, { scope: all, to: now })).toEqual({ letters: [], next: null });
});

test("every mail of the portal has a preview in both languages, and it is about nobody", async () => {
  expect(mailNames).toEqual(expect.arrayContaining([...letterKinds]));
  for (const mail of mailNames) {
    const [ja, en] = [await previewOf(mail, "ja"), await previewOf(mail, "en")];
    expect(ja.text).not.toBe(en.text);
    expect(ja.html).toContain("<html");
    expect(en.text).not.toMatch(/\p{sc=Hiragana}/u);
  }
});
