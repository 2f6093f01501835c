/** The workflows as they run in production: the real functions, the embedded engine, the local CA, mails as files. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "inngest/edge";
import type { Email } from "postal-mime";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { detailOf } from "@/server/enrollment/records.ts";
import { renewCertificate } from "@/server/enrollment/renew.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import { revokeCertificate } from "@/server/enrollment/revoke.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import { mailsTo as mailsIn } from "@/tests/support/outbox.ts";

let folder: string;
let wiring: typeof import("@/server/wiring.ts");
let sweep: typeof import("@/inngest/functions/sweep-stalled.ts");
let stop: () => Promise<void>;
let people = 0;

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
  });
  wiring = await import("@/server/wiring.ts");
  sweep = await import("@/inngest/functions/sweep-stalled.ts");
  const { inngest, signingKey } = await import("@/inngest/client.ts");
  const { functions } = await import("@/inngest/functions/index.ts");
  const { startEmbedded, stopEmbedded } = await import("@/inngest/engine/embedded.ts");
  const { log } = await import("@/server/log.ts");
  startEmbedded(
    { databaseUrl: process.env.DATABASE_URL ?? "", signingKey: signingKey(), log },
    () => serve({ client: inngest, functions, enableUnauthedSync: false }),
    () => wiring.ports().wakeOutbox(),
  );
  stop = stopEmbedded;
});

afterAll(async () => {
  await stop?.();
  await wiring?.ports().db.$disconnect();
  await rm(folder, { recursive: true, force: true });
});

async function newMember(locale = "ja"): Promise<Member> {
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
}

const mailsTo = (member: Member) => mailsIn(folder, member.mails[0] ?? "");

async function mailTo(member: Member, subject: string): Promise<Email> {
  return vi.waitFor(
    async () => {
      const mail = (await mailsTo(member)).find((each) => each.subject?.includes(subject));
      expect(mail, `a mail with ${subject}`).toBeDefined();
      return mail as Email;
    },
    { timeout: 20_000, interval: 50 },
  );
}

function ticketIn(mail: Email): string {
  return /\/issue\/([\w-]{64})/.exec(mail.text ?? "")?.[1] ?? "";
}

async function statusIs(member: Member, status: string) {
  return vi.waitFor(
    async () => {
      const detail = await detailOf(wiring.ports(), member.id, 1);
      expect(detail.status).toBe(status);
      return detail;
    },
    { timeout: 20_000, interval: 50 },
  );
}

async function collectWith(mail: Email, member: Member) {
  const { pin } = await detailOf(wiring.ports(), member.id, 1);
  const ca = wiring.localCa();
  const ticket = ticketIn(mail);
  const answer = await ca.enterPin({ ticket, pin: pin.state === "ready" ? pin.value : "" });
  if (answer.result !== "right") throw new Error(answer.result);
  return ca.collect({ ticket, browser: answer.browser, encryption: "compatible" });
}

const form = { kind: "client", months: 52, key: "client:0" } as const;

describe("from application to revocation", () => {
  test("the member is led by one mail at each turn, and nothing but their own clicks moves it", async () => {
    const member = await newMember();
    const world = wiring.ports();
    await requestCertificate(world, { ...form, memberId: member.id, locale: "ja" });

    const acceptance = await mailTo(member, "[UPKI] クライアント証明書発行受付通知");
    const { pin } = await statusIs(member, "pin_ready");
    expect(pin.state).toBe("ready");
    const raw = JSON.stringify(acceptance);
    expect(pin.state === "ready" && raw.includes(pin.value)).toBe(false);

    await collectWith(acceptance, member);
    await mailTo(member, "[UPKI] クライアント証明書取得通知");
    const active = await statusIs(member, "active");

    await renewCertificate(world, { memberId: member.id, number: 1, sequence: 1 });
    await statusIs(member, "renewal_pin_ready");
    const second = await vi.waitFor(
      async () => {
        const tickets = (await mailsTo(member)).filter((mail) => ticketIn(mail) !== "");
        const other = tickets.find((mail) => ticketIn(mail) !== ticketIn(acceptance));
        expect(other).toBeDefined();
        return other as Email;
      },
      { timeout: 20_000, interval: 50 },
    );
    expect((await detailOf(world, member.id, 1)).serial).toEqual(active.serial);
    await collectWith(second, member);
    await mailTo(member, "[UPKI] クライアント証明書更新通知");
    expect((await statusIs(member, "active")).serial).not.toEqual(active.serial);

    await revokeCertificate(world, { memberId: member.id, number: 1, reason: "keyCompromise" });
    await mailTo(member, "[UPKI] クライアント証明書失効完了通知");
    const revoked = await statusIs(member, "revoked");
    expect(revoked.letters.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      "acceptance sent",
      "acquisition sent",
      "acceptance sent",
      "renewal sent",
      "revocation sent",
    ]);
    expect(await mailsTo(member)).toHaveLength(5);
  });

  test("who reads English is written to in English", async () => {
    const member = await newMember("en");
    await requestCertificate(wiring.ports(), { ...form, memberId: member.id, locale: "en" });
    const mail = await vi.waitFor(
      async () => {
        const [first] = await mailsTo(member);
        expect(first).toBeDefined();
        return first as Email;
      },
      { timeout: 20_000, interval: 50 },
    );
    expect(mail.subject).toMatch(/^\[UPKI\] [\x20-\x7e]+$/);
    expect(mail.text).toContain("/en/issue/");
  });

  test("no event, step or run of the engine holds a PIN or a ticket", async () => {
    const member = await newMember();
    await requestCertificate(wiring.ports(), { ...form, memberId: member.id, locale: "ja" });
    const ticket = ticketIn(await mailTo(member, "発行受付通知"));
    const { pin } = await statusIs(member, "pin_ready");
    const { db } = wiring.ports();
    const tables = await db.$queryRaw<{ name: string }[]>`
      SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`;
    for (const { name } of tables) {
      const rows = await db.$queryRawUnsafe<{ text: string }[]>(`SELECT t::text AS text FROM "${name}" t`);
      const text = rows.map((row) => row.text).join("\n");
      expect(text.includes(ticket), `a ticket in ${name}`).toBe(false);
      expect(pin.state === "ready" && text.includes(pin.value), `a PIN in ${name}`).toBe(false);
    }
  });
});

describe("what goes wrong", () => {
  test("ten wrong PINs are told to the holder by mail, once", async () => {
    const member = await newMember();
    await requestCertificate(wiring.ports(), { ...form, memberId: member.id, locale: "ja" });
    const ticket = ticketIn(await mailTo(member, "発行受付通知"));
    await Promise.all(
      Array.from({ length: 12 }, () => wiring.localCa().enterPin({ ticket, pin: "WRONGwrongWRONG2" })),
    );
    await vi.waitFor(
      async () => {
        const { letters } = await detailOf(wiring.ports(), member.id, 1);
        expect(letters.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
          "acceptance sent",
          "locked sent",
        ]);
      },
      { timeout: 20_000, interval: 50 },
    );
  });

  test("an application whose time is over lapses, and its URL and PIN are dead", async () => {
    const member = await newMember();
    const world = wiring.ports();
    await requestCertificate(world, { ...form, memberId: member.id, locale: "ja" });
    const mail = await mailTo(member, "発行受付通知");
    const order = await world.db.order.findFirstOrThrow({ where: { enrollment: { memberId: member.id } } });
    const past = new Date(Date.now() - 1000);
    await world.db.ticket.update({ where: { orderId: order.id }, data: { expiresAt: past } });
    await world.db.order.update({ where: { id: order.id }, data: { collectUntil: past } });
    await world.db.outboxEvent.create({
      data: { name: "enrollment/order.changed", data: { order: order.id } },
    });
    await world.wakeOutbox();
    expect(await statusIs(member, "lapsed")).toMatchObject({ pin: { state: "gone" } });
    expect(await wiring.localCa().openTicket({ ticket: ticketIn(mail) })).toEqual({
      state: "refused",
      because: "lapsed",
    });
  });

  test("what lost its event is taken up by the sweep, and still goes the whole way", async () => {
    const member = await newMember();
    const world = wiring.ports();
    const lost = { ...world, wakeOutbox: async () => {} };
    await requestCertificate(lost, { ...form, memberId: member.id, locale: "ja" });
    const order = await world.db.order.findFirstOrThrow({ where: { enrollment: { memberId: member.id } } });
    await world.db.outboxEvent.deleteMany({ where: { sentAt: null } });
    const longAgo = new Date(Date.now() - 10 * 60_000);
    await world.db.order.update({ where: { id: order.id }, data: { placedAt: longAgo } });

    await sweep.takeUp();
    await statusIs(member, "pin_ready");
    await sweep.takeUp();
    const mail = await mailTo(member, "発行受付通知");
    await collectWith(mail, member);
    await world.db.order.update({ where: { id: order.id }, data: { collectedAt: longAgo } });
    await sweep.takeUp();
    await mailTo(member, "取得通知");
    expect(await sweep.takeUp()).toBe(0);
  });
});
