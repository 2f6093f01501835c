/** The workflows as they run in production. */
import { describe, expect, test } from "vitest";
import { detailOf } from "@/server/enrollment/records.ts";
import { renewCertificate } from "@/server/enrollment/renew.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import { revokeCertificate } from "@/server/enrollment/revoke.ts";
import { form, openPortal, ticketIn } from "./portal.ts";

const portal = openPortal();

describe("from application to revocation", () => {
  test("the member is led by one mail at each turn, and nothing but their own clicks moves it", async () => {
    const member = await portal.newMember();
    const world = portal.ports();
    await requestCertificate(world, { ...form, memberId: member.id, locale: "ja" });

    const acceptance = await portal.mailTo(member, "[UPKI] クライアント証明書発行受付通知");
    const { pin } = await portal.statusIs(member, "pin_ready");
    expect(pin.state).toBe("ready");
    const raw = JSON.stringify(acceptance);
    expect(pin.state === "ready" && raw.includes(pin.value)).toBe(false);

    await portal.collectWith(acceptance, member);
    await portal.mailTo(member, "[UPKI] クライアント証明書取得通知");
    const active = await portal.statusIs(member, "active");

    await renewCertificate(world, { memberId: member.id, number: 1, sequence: 1 });
    await portal.statusIs(member, "renewal_pin_ready");
    const known = ["", ticketIn(acceptance)];
    const second = await portal.mailThat(
      member,
      "a mail with another URL",
      (mail) => !known.includes(ticketIn(mail)),
    );
    expect((await detailOf(world, member.id, 1)).serial).toEqual(active.serial);
    await portal.collectWith(second, member);
    await portal.mailTo(member, "[UPKI] クライアント証明書更新通知");
    expect((await portal.statusIs(member, "active")).serial).not.toEqual(active.serial);

    await revokeCertificate(world, { memberId: member.id, number: 1, reason: "keyCompromise" });
    await portal.mailTo(member, "[UPKI] クライアント証明書失効完了通知");
    const revoked = await portal.statusIs(member, "revoked");
    expect(revoked.letters.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      "acceptance sent",
      "acquisition sent",
      "acceptance sent",
      "renewal sent",
      "revocation sent",
    ]);
    expect(await portal.mailsTo(member)).toHaveLength(5);
  });

  test("who reads English is written to in English", async () => {
    const member = await portal.newMember("en");
    await requestCertificate(portal.ports(), { ...form, memberId: member.id, locale: "en" });
    const mail = await portal.mailThat(member, "a mail", () => true);
    expect(mail.subject).toMatch(/^\[UPKI\] [\x20-\x7e]+$/);
    expect(mail.text).toContain("/en/issue/");
  });

  test("no event, step or run of the engine holds a PIN or a ticket", async () => {
    const member = await portal.newMember();
    await requestCertificate(portal.ports(), { ...form, memberId: member.id, locale: "ja" });
    const ticket = ticketIn(await portal.mailTo(member, "発行受付通知"));
    const { pin } = await portal.statusIs(member, "pin_ready");
    const { db } = portal.ports();
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
    const member = await portal.newMember();
    await requestCertificate(portal.ports(), { ...form, memberId: member.id, locale: "ja" });
    const ticket = ticketIn(await portal.mailTo(member, "発行受付通知"));
    await Promise.all(
      Array.from({ length: 12 }, () => portal.localCa().enterPin({ ticket, pin: "WRONGwrongWRONG2" })),
    );
    await portal.lettersAre(member, ["acceptance sent", "locked sent"]);
  });

  test("an application whose time is over lapses, and its URL and PIN are dead", async () => {
    const member = await portal.newMember();
    const world = portal.ports();
    await requestCertificate(world, { ...form, memberId: member.id, locale: "ja" });
    const mail = await portal.mailTo(member, "発行受付通知");
    const order = await world.db.order.findFirstOrThrow({ where: { enrollment: { memberId: member.id } } });
    const past = new Date(Date.now() - 1000);
    await world.db.ticket.update({ where: { orderId: order.id }, data: { expiresAt: past } });
    await world.db.order.update({ where: { id: order.id }, data: { collectUntil: past } });
    await world.db.outboxEvent.create({
      data: { name: "enrollment/order.changed", data: { order: order.id } },
    });
    await world.wakeOutbox();
    expect(await portal.statusIs(member, "lapsed")).toMatchObject({ pin: { state: "gone" } });
    expect(await portal.localCa().openTicket({ ticket: ticketIn(mail) })).toEqual({
      state: "refused",
      because: "lapsed",
    });
  });

  test("what lost its event is taken up by the sweep, and still goes the whole way", async () => {
    const member = await portal.newMember();
    const world = portal.ports();
    const lost = { ...world, wakeOutbox: async () => {} };
    await requestCertificate(lost, { ...form, memberId: member.id, locale: "ja" });
    const order = await world.db.order.findFirstOrThrow({ where: { enrollment: { memberId: member.id } } });
    await world.db.outboxEvent.deleteMany({ where: { sentAt: null } });
    const longAgo = new Date(Date.now() - 10 * 60_000);
    await world.db.order.update({ where: { id: order.id }, data: { placedAt: longAgo } });

    await portal.takeUp();
    await portal.statusIs(member, "pin_ready");
    await portal.takeUp();
    const mail = await portal.mailTo(member, "発行受付通知");
    await portal.collectWith(mail, member);
    await world.db.order.update({ where: { id: order.id }, data: { collectedAt: longAgo } });
    await portal.takeUp();
    await portal.mailTo(member, "取得通知");
    expect(await portal.takeUp()).toBe(0);
  });
});
