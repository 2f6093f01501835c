/** To whom each mail goes, in which language, and what it tells of what the heart wrote. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import PostalMime from "postal-mime";
import { beforeAll, describe, expect, test } from "vitest";
import type { Database } from "@/server/db.ts";
import { sendAcceptance } from "@/server/mail/acceptance.ts";
import { sendAcquisition } from "@/server/mail/acquisition.ts";
import { sendHeld } from "@/server/mail/held.ts";
import { sendLocked } from "@/server/mail/locked.ts";
import { outboxPost } from "@/server/mail/outbox.ts";
import { sendReminder } from "@/server/mail/reminder.ts";
import { sendRevocation } from "@/server/mail/revocation.ts";
import { testDatabase } from "@/tests/support/database.ts";
import { application, collect, depsWith, now, rememberingPost, ticket } from "./applications.ts";

let db: Database;
beforeAll(async () => {
  db = await testDatabase();
});

function letterbox(at = now) {
  const { post, letters } = rememberingPost();
  return { letters, deps: depsWith(db, post, { now: () => at }) };
}

describe("while the URL waits for its member's proof", () => {
  test("nobody can have the acceptance mail sent; afterwards there is nothing more to ask for", async () => {
    const { enrollment, order } = await application(db);
    const { letters, deps } = letterbox();
    await db.order.update({ where: { id: order.id }, data: { urlHeldAt: now } });
    expect(await sendAcceptance(deps, order.id)).toEqual({ sent: false, permanent: true });
    expect(letters).toEqual([]);
    expect(await sendHeld(deps, order.id)).toEqual({ sent: true, permanent: false });
    expect(letters.map(({ key }) => key)).toEqual([`held:${order.id}`]);
    expect(`${letters[0]?.text}${letters[0]?.html}`).not.toContain(ticket);

    await db.order.update({ where: { id: order.id }, data: { urlReleasedAt: now } });
    await db.letter.deleteMany({ where: { enrollmentId: enrollment.id } });
    expect(await sendHeld(deps, order.id)).toEqual({ sent: false, permanent: true });
    expect(await sendAcceptance(deps, order.id)).toEqual({ sent: true, permanent: false });
    expect(letters.map(({ key }) => key)).toEqual([`held:${order.id}`, `acceptance:${order.id}`]);
    expect(letters[1]?.text).toContain(ticket);
  });
});

describe("the acceptance mail", () => {
  test.each([
    ["ja", "[UPKI] クライアント証明書発行受付通知", "国立 花子 様"],
    ["en", "[UPKI] Client certificate application accepted", "Dear Hanako Kokuritsu,"],
  ])(
    "in the member's language %s lies whole in the outbox: subject, name, URL, language, no reply",
    async (locale, subject, greeting) => {
      const folder = await mkdtemp(path.join(tmpdir(), "outbox-"));
      const { order } = await application(db, { locale });
      await sendAcceptance(depsWith(db, outboxPost(folder)), order.id);
      const [file = ""] = await readdir(folder);
      const mail = await PostalMime.parse(await readFile(path.join(folder, file)));
      await rm(folder, { recursive: true });
      expect(mail.subject).toBe(subject);
      expect(mail.text).toContain(greeting);
      expect(mail.text?.split("\n")).toContain(`https://portal.example.ac.jp/${locale}/issue/${ticket}`);
      expect(mail.html).toContain(`href="https://portal.example.ac.jp/${locale}/issue/${ticket}"`);
      expect(mail.html).toContain(`lang="${locale}"`);
      expect(mail.text).toContain(`https://portal.example.ac.jp/${locale}/certs/11`);
      const headers = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]));
      expect(headers).toMatchObject({ "auto-submitted": "auto-generated", "content-language": locale });
    },
  );

  test("goes to the application's address, and asks the CA for nothing but the URL: the PIN cannot be in it", async () => {
    const { order } = await application(db, { mail: "h.kokuritsu@lab.example.ac.jp" });
    const { letters, deps } = letterbox();
    const asked: string[] = [];
    const ca = new Proxy(deps.ca, {
      get: (target, name, self) => {
        asked.push(String(name));
        return Reflect.get(target, name, self);
      },
    });
    await sendAcceptance({ ...deps, ca }, order.id);
    expect(asked).toEqual(["collectUrl"]);
    expect(letters.map(({ to }) => to)).toEqual(["h.kokuritsu@lab.example.ac.jp"]);
  });

  test("splits the DN at its commas, not at those within a name", async () => {
    const { order } = await application(db);
    const { letters, deps } = letterbox();
    await sendAcceptance(deps, order.id);
    const lines = letters[0]?.text.split("\n").map((line) => line.trim());
    expect(lines).toEqual(expect.arrayContaining(["CN=Kokuritsu, Hanako", "OU=No 11", "C=JP"]));
  });
});

describe("after the download", () => {
  test("of the first certificate the acquisition mail has its serial in both notations and its dates", async () => {
    const { order } = await application(db);
    await collect(db, order, "0fa0129b77c45de8");
    const { letters, deps } = letterbox();
    await sendAcquisition(deps, order.id);
    expect(letters[0]).toMatchObject({
      key: `acquisition:${order.id}`,
      subject: "[UPKI] クライアント証明書取得通知",
    });
    expect(letters[0]?.text).toContain("16進数: 0f:a0:12:9b:77:c4:5d:e8");
    expect(letters[0]?.text).toContain(`10進数: ${0x0fa0129b77c45de8n}`);
    expect(letters[0]?.text).toContain("終了: 2026年12月22日 17:36(日本時間)");
  });

  test("of a renewal the renewal mail has the new serial and the one before", async () => {
    const { order, enrollment } = await application(db, { smime: true });
    await collect(db, order, "0a01");
    const renewal = await db.order.create({
      data: { enrollmentId: enrollment.id, sequence: 2, purpose: "renew", months: 52, placedAt: now },
    });
    await collect(db, renewal, "0b02");
    const { letters, deps } = letterbox();
    await sendAcquisition(deps, renewal.id);
    expect(letters[0]).toMatchObject({
      key: `renewal:${renewal.id}`,
      subject: "[UPKI] クライアント証明書更新通知",
    });
    expect(letters[0]?.text).toMatch(/新しい証明書のシリアル番号】\n {2}16進数: 0b:02/);
    expect(letters[0]?.text).toMatch(/これまでの証明書のシリアル番号】\n {2}16進数: 0a:01/);
    expect(letters[0]?.text).toContain("S/MIME証明書");
  });

  test("of an older certificate no dates of a newer one are told", async () => {
    const { order, enrollment } = await application(db);
    await collect(db, order, "0c01");
    await db.enrollment.update({ where: { id: enrollment.id }, data: { serial: "0c02" } });
    const { letters, deps } = letterbox();
    await sendAcquisition(deps, order.id);
    expect(letters[0]?.text).toContain("0c:01");
    expect(letters[0]?.text).not.toContain("有効期間");
  });

  test("no mail tells of a download that has not been", async () => {
    const { order } = await application(db);
    const { letters, deps } = letterbox();
    await expect(sendAcquisition(deps, order.id)).rejects.toThrow("no certificate yet");
    expect(letters).toEqual([]);
  });
});

test("the revocation mail tells when and why, and only once it is done", async () => {
  const { order, enrollment } = await application(db);
  await collect(db, order, "0d01");
  await db.revocation.create({
    data: { enrollmentId: enrollment.id, reason: "keyCompromise", askedAt: now },
  });
  const { letters, deps } = letterbox();
  await expect(sendRevocation(deps, enrollment.id)).rejects.toThrow("not revoked yet");
  await db.enrollment.update({ where: { id: enrollment.id }, data: { status: "revoked", revokedAt: now } });
  await sendRevocation(deps, enrollment.id);
  expect(letters[0]).toMatchObject({ subject: "[UPKI] クライアント証明書失効完了通知" });
  expect(letters[0]?.text).toContain("機器やPIN番号をなくした");
  expect(letters[0]?.text).toContain("2026年11月22日 17:36(日本時間)");
  expect(letters[0]?.text).toContain("0d:01");
});

test("each lock of a ticket is told of once", async () => {
  const { order } = await application(db);
  const { letters, deps } = letterbox();
  for (const at of ["2026-11-22T09:00:00.000Z", "2026-11-22T09:00:00.000Z", "2026-11-23T09:00:00.000Z"]) {
    await sendLocked(deps, order.id, at);
  }
  expect(letters.map(({ subject }) => subject)).toEqual(Array(2).fill("[UPKI] 証明書発行サイト ロック通知"));
  expect(letters[0]?.text).toContain("2026年11月22日 18:00(日本時間)");
  expect(letters.map(({ text }) => text.includes(ticket))).toEqual([false, false]);
});

describe("the reminder", () => {
  test("comes once a certificate, and again for the one after it", async () => {
    const { order, enrollment } = await application(db);
    const { letters, deps } = letterbox();
    for (const serial of ["0e01", "0e01", "0e02"]) {
      await collect(db, order, serial);
      await sendReminder(deps, enrollment.id, 30);
    }
    expect(letters.map(({ key }) => key)).toEqual([
      `reminder:${enrollment.id}:0e01:30`,
      `reminder:${enrollment.id}:0e02:30`,
    ]);
    expect(letters[0]?.text).toContain("あと30日");
  });

  test("that comes late tells the days that are left", async () => {
    const { order, enrollment } = await application(db);
    await collect(db, order, "0f01");
    const { letters, deps } = letterbox(new Date("2026-12-12T00:00:00Z"));
    await sendReminder(deps, enrollment.id, 30);
    expect(letters[0]?.text).toContain("あと11日");
  });

  test("does not come to one who has renewed or revoked meanwhile", async () => {
    const { order, enrollment } = await application(db);
    await collect(db, order, "0f02");
    const { letters, deps } = letterbox();
    await db.enrollment.update({ where: { id: enrollment.id }, data: { status: "renewing" } });
    expect(await sendReminder(deps, enrollment.id, 30)).toEqual({ sent: false, permanent: true });
    expect(letters).toEqual([]);
  });
});
