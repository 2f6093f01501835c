/** The portal without its pages, as it runs in production: the real functions, the embedded engine, the local CA, mails as files. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "inngest/edge";
import type { Email } from "postal-mime";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { detailOf } from "@/server/enrollment/records.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import { mailsTo as mailsIn } from "@/tests/support/outbox.ts";

const patience = { timeout: 20_000, interval: 50 };

type Settings = Readonly<Record<string, string>>;

/** To be called once, at the top of a test file. `settings`: those that the test is about, or who finds them out before the portal opens. */
export function openPortal(settings: Settings | (() => Promise<Settings>) = {}) {
  let folder: string;
  let wiring: typeof import("@/server/wiring.ts");
  let sweep: typeof import("@/inngest/functions/sweep-stalled.ts");
  let engine: { start: () => void; stop: () => Promise<void> };
  let people = 0;
  const between = new Map<string, () => Promise<void>>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "portal-stories-"));
    Object.assign(process.env, {
      DATABASE_URL: await testDatabaseUrl(),
      BASE_URL: "http://localhost:3000",
      AUTH_SECRET: randomBytes(32).toString("hex"),
      SEALING_KEY: randomBytes(32).toString("base64"),
      DATA_DIR: folder,
      DEMO_FEDERATION: "true",
      LOG_LEVEL: "silent",
      ...(typeof settings === "function" ? await settings() : settings),
    });
    wiring = await import("@/server/wiring.ts");
    sweep = await import("@/inngest/functions/sweep-stalled.ts");
    const { inngest, signingKey } = await import("@/inngest/client.ts");
    const { functions } = await import("@/inngest/functions/index.ts");
    const { startEmbedded, stopEmbedded } = await import("@/inngest/engine/embedded.ts");
    const { log } = await import("@/server/log.ts");
    engine = {
      start: () =>
        startEmbedded(
          { databaseUrl: process.env.DATABASE_URL ?? "", signingKey: signingKey(), log },
          () => {
            const handler = serve({ client: inngest, functions, enableUnauthedSync: false });
            return async (request) => {
              const answer = await handler(request);
              for (const step of await stepsRun(answer.clone())) {
                const deed = between.get(step);
                between.delete(step);
                await deed?.();
              }
              return answer;
            };
          },
          () => wiring.ports().wakeOutbox(),
        ),
      stop: stopEmbedded,
    };
    engine.start();
  });

  afterAll(async () => {
    await engine?.stop();
    await wiring?.ports().db.$disconnect();
    await rm(folder, { recursive: true, force: true });
  });

  const mailsTo = (member: Member) => mailsIn(folder, member.mails[0] ?? "");

  const portal = {
    ports: () => wiring.ports(),
    localCa: () => wiring.localCa(),
    upki: () => wiring.upki(),
    takeUp: () => sweep.takeUp(),
    /** As when the process is killed and started again. */
    stopEngine: () => engine.stop(),
    startEngine: () => engine.start(),
    mailsTo,

    /** Has `deed` done when a step of this name was run for the first time, before what it found is kept: the worst moment for it. Whosever step it is: for a file of one story. */
    whenRun: (step: string, deed: () => Promise<void>) => {
      between.set(step, deed);
    },

    /** Until every event has done what it does. */
    eventsRouted: () =>
      vi.waitFor(async () => {
        const { db } = wiring.ports();
        expect(await db.outboxEvent.count({ where: { sentAt: null } })).toBe(0);
        const [left] = await db.$queryRaw<{ n: number }[]>`
          SELECT count(*)::int AS n FROM "EngineEvent" WHERE "routedAt" IS NULL`;
        expect(left?.n).toBe(0);
      }, patience),

    /** As when a minute passes, once a run waits in a step of this name. */
    minuteOver: (step: string) =>
      vi.waitFor(async () => {
        const passed = await wiring.ports().db.$executeRaw`
          WITH waiting AS (
            UPDATE "EngineStep" AS s SET "dueAt" = s."dueAt" - interval '1 minute' FROM "EngineRun" AS r
            WHERE r.id = s."runId" AND s.name = ${step} AND s.status = 'waiting' AND r.status = 'open' AND r.lease IS NULL
            RETURNING s."runId")
          UPDATE "EngineRun" SET "dueAt" = "dueAt" - interval '1 minute' WHERE id IN (SELECT "runId" FROM waiting)`;
        expect(passed).toBe(1);
      }, patience),

    /** Somebody new at Demo University A. */
    async newMember(locale = "ja"): Promise<Member> {
      const name = `hanako${++people}`;
      const { db } = wiring.ports();
      const institution = await db.institution.upsert({
        where: { entityId: "https://idp.a.example.ac.jp/idp" },
        create: {
          entityId: "https://idp.a.example.ac.jp/idp",
          nameJa: "デモ大学A",
          nameEn: "Demo University A",
          dnBase: "O=Demo University A,L=Academe,C=JP",
        },
        update: {},
      });
      return db.member.create({
        data: {
          institutionId: institution.id,
          subject: `uniqueId:${name}`,
          displayName: `Hanako Kokuritsu ${people}`,
          displayNameJa: "国立 花子",
          mails: [`${name}@a.example.ac.jp`],
          locale,
        },
      });
    },

    /** The first mail that fits, once it has come. */
    mailThat: (member: Member, what: string, fits: (mail: Email) => boolean): Promise<Email> =>
      vi.waitFor(async () => {
        const mail = (await mailsTo(member)).find(fits);
        expect(mail, what).toBeDefined();
        return mail as Email;
      }, patience),

    mailTo: (member: Member, subject: string): Promise<Email> =>
      portal.mailThat(member, `a mail with ${subject}`, (mail) => Boolean(mail.subject?.includes(subject))),

    statusIs: (member: Member, status: string) =>
      vi.waitFor(async () => {
        const detail = await detailOf(wiring.ports(), member.id, 1);
        expect(detail.status).toBe(status);
        return detail;
      }, patience),

    lettersAre: (member: Member, letters: string[]) =>
      vi.waitFor(async () => {
        const detail = await detailOf(wiring.ports(), member.id, 1);
        expect(detail.letters.map(({ kind, status }) => `${kind} ${status}`)).toEqual(letters);
        return detail;
      }, patience),

    async collectWith(mail: Email, member: Member) {
      const { pin } = await detailOf(wiring.ports(), member.id, 1);
      const ca = wiring.localCa();
      const ticket = ticketIn(mail);
      const answer = await ca.enterPin({ ticket, pin: pin.state === "ready" ? pin.value : "" });
      if (answer.result !== "right") throw new Error(answer.result);
      return ca.collect({ ticket, browser: answer.browser, encryption: "compatible" });
    },
  };
  return portal;
}

/** Names of the steps that were run for this answer. */
async function stepsRun(answer: Response): Promise<string[]> {
  const ops: unknown = await answer.json();
  if (!Array.isArray(ops)) return [];
  return ops.flatMap(({ op, displayName }) => (op === "StepRun" ? [displayName as string] : []));
}

/** The ticket in a mail's URL; empty where there is none. */
export function ticketIn(mail: Email): string {
  return /\/issue\/([\w-]{64})/.exec(mail.text ?? "")?.[1] ?? "";
}

export const form = { kind: "client", months: 52, key: "client:0" } as const;
