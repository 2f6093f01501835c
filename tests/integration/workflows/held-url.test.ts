/** Where the institution asks for a proof before the mail with the URL goes out. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { detailOf } from "@/server/enrollment/records.ts";
import { releaseUrl } from "@/server/enrollment/release-url.ts";
import { renewCertificate } from "@/server/enrollment/renew.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import { revokeCertificate } from "@/server/enrollment/revoke.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import { form, openPortal, ticketIn } from "./portal.ts";

const portal = openPortal();
const guard = (policy: { aal2For?: string[]; ial2For?: string[] }) =>
  portal.ports().db.institution.updateMany({ data: { aal2For: [], ial2For: [], ...policy } });

let hanako: Member;
beforeEach(async () => {
  hanako = await portal.newMember();
  await guard({ aal2For: ["send_url"] });
});

/** Applied, the PIN there, the member told that the URL waits. */
async function held(member = hanako) {
  await requestCertificate(portal.ports(), { ...form, memberId: member.id, locale: "ja" });
  await portal.statusIs(member, "pin_ready");
  return portal.lettersAre(member, ["held sent"]);
}

const orderOf = (member: Member) =>
  portal.ports().db.order.findFirstOrThrow({
    where: { enrollment: { memberId: member.id } },
    orderBy: { sequence: "desc" },
  });
const longAgo = () => new Date(Date.now() - 10 * 60_000);
const historyOf = async (member: Member) =>
  (await detailOf(portal.ports(), member.id, 1)).history.map(({ deed }) => deed);

test.each([
  ["a strong login", { aal2For: ["send_url"] }],
  ["an identity proof", { ial2For: ["send_url"] }],
])(
  "asked for %s, the member gets a mail without the URL, then has the URL sent and downloads",
  async (_, policy) => {
    await guard(policy);
    const waiting = await held();
    expect(waiting).toMatchObject({ urlHeld: true, underWay: true });
    const [first, ...others] = await portal.mailsTo(hanako);
    expect(others).toEqual([]);
    expect(first?.subject).toBe("[UPKI] 証明書取得URL送信前の本人確認のお願い");
    expect(`${first?.text}${first?.html}`).not.toContain("/issue/");
    expect(first?.text).toContain("http://localhost:3000/ja/certs/1");

    const asked = await releaseUrl(portal.ports(), { memberId: hanako.id, number: 1 });
    expect(asked).toEqual({ number: 1, already: false });
    const acceptance = await portal.mailTo(hanako, "[UPKI] クライアント証明書発行受付通知");
    await portal.collectWith(acceptance, hanako);
    await portal.lettersAre(hanako, ["held sent", "acceptance sent", "acquisition sent"]);
    expect(await portal.mailsTo(hanako)).toHaveLength(3);
    const history = ["requested", "pin_issued", "url_held", "url_released", "collected"];
    expect(await historyOf(hanako)).toEqual(history);
  },
);

test("asked for at many hands at once, the URL is sent once", async () => {
  await held();
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => releaseUrl(portal.ports(), { memberId: hanako.id, number: 1 })),
  );
  expect(answers.filter(({ already }) => !already)).toHaveLength(1);
  await portal.lettersAre(hanako, ["held sent", "acceptance sent"]);
  expect((await portal.mailsTo(hanako)).filter((mail) => ticketIn(mail) !== "")).toHaveLength(1);
  expect((await historyOf(hanako)).filter((deed) => deed === "url_released")).toHaveLength(1);
});

test("asked for while nothing runs the workflows, the URL is sent as soon as something does", async () => {
  await held();
  await portal.stopEngine();
  try {
    await releaseUrl(portal.ports(), { memberId: hanako.id, number: 1 });
    expect(await portal.mailsTo(hanako)).toHaveLength(1);
  } finally {
    portal.startEngine();
  }
  await portal.lettersAre(hanako, ["held sent", "acceptance sent"]);
  expect(await portal.mailsTo(hanako)).toHaveLength(2);
});

describe("the sweep", () => {
  /** An application whose workflow never began. */
  async function dropped() {
    const world = { ...portal.ports(), wakeOutbox: async () => {} };
    await requestCertificate(world, { ...form, memberId: hanako.id, locale: "ja" });
    await world.db.outboxEvent.deleteMany({ where: { sentAt: null } });
    const { id } = await orderOf(hanako);
    await world.db.order.update({ where: { id }, data: { placedAt: longAgo() } });
    await portal.takeUp();
    await portal.statusIs(hanako, "pin_ready");
    return { world, id };
  }

  test("tells the member that the URL waits, never the URL itself, and sends it once it was asked for", async () => {
    const { world, id } = await dropped();
    await world.db.order.update({ where: { id }, data: { urlHeldAt: longAgo() } });
    await portal.takeUp();
    await portal.takeUp();
    await portal.lettersAre(hanako, ["held sent"]);
    expect((await portal.mailsTo(hanako)).map(ticketIn)).toEqual([""]);

    await releaseUrl(world, { memberId: hanako.id, number: 1 });
    await world.db.outboxEvent.deleteMany({ where: { sentAt: null } });
    await world.db.order.update({ where: { id }, data: { urlReleasedAt: longAgo() } });
    await portal.takeUp();
    await portal.lettersAre(hanako, ["held sent", "acceptance sent"]);
    expect(await portal.takeUp()).toBe(0);
    expect(await portal.mailsTo(hanako)).toHaveLength(2);
  });

  test("sends a URL that was asked for weeks after the application", async () => {
    const { world, id } = await dropped();
    const weeksAgo = new Date(Date.now() - 20 * 86_400_000);
    const data = { placedAt: weeksAgo, urlHeldAt: weeksAgo, urlReleasedAt: longAgo() };
    await world.db.order.update({ where: { id }, data });
    await portal.takeUp();
    await portal.lettersAre(hanako, ["acceptance sent"]);
  });
});

test("a policy taken back holds for the next application; the one that waits is still sent by its member alone", async () => {
  await held();
  await guard({});
  const taro = await portal.newMember();
  await requestCertificate(portal.ports(), { ...form, memberId: taro.id, locale: "ja" });
  await portal.lettersAre(taro, ["acceptance sent"]);
  expect(await portal.mailsTo(hanako)).toHaveLength(1);
  await releaseUrl(portal.ports(), { memberId: hanako.id, number: 1 });
  await portal.lettersAre(hanako, ["held sent", "acceptance sent"]);
});

test("a renewal's URL waits too; revoked meanwhile, it is never sent and cannot be asked for", async () => {
  await guard({});
  await requestCertificate(portal.ports(), { ...form, memberId: hanako.id, locale: "ja" });
  await portal.collectWith(await portal.mailTo(hanako, "発行受付通知"), hanako);
  await portal.statusIs(hanako, "active");
  await guard({ aal2For: ["send_url"] });
  await renewCertificate(portal.ports(), { memberId: hanako.id, number: 1, sequence: 1 });
  await portal.statusIs(hanako, "renewal_pin_ready");
  const told = await portal.mailTo(hanako, "本人確認のお願い");
  expect(told.text).toContain("今の証明書はそのまま使えます");

  await revokeCertificate(portal.ports(), { memberId: hanako.id, number: 1, reason: "superseded" });
  await portal.statusIs(hanako, "revoked");
  await expect(releaseUrl(portal.ports(), { memberId: hanako.id, number: 1 })).rejects.toMatchObject({
    code: "not_found",
  });
  await portal.mailTo(hanako, "失効完了通知");
  await vi.waitFor(
    async () => {
      const run = await portal.ports().db.engineRun.findFirstOrThrow({
        where: {
          functionId: { contains: "carry-out-renewal" },
          event: { path: ["data", "order"], equals: (await orderOf(hanako)).id },
        },
      });
      expect(run.status).toBe("done");
    },
    { timeout: 20_000, interval: 50 },
  );
  expect((await portal.mailsTo(hanako)).filter((mail) => ticketIn(mail) !== "")).toHaveLength(1);
});

test("a URL that nobody asks for in its time lapses unsent", async () => {
  await held();
  const { id } = await orderOf(hanako);
  const past = new Date(Date.now() - 1000);
  const { db, wakeOutbox } = portal.ports();
  await db.ticket.update({ where: { orderId: id }, data: { expiresAt: past } });
  await db.order.update({ where: { id }, data: { collectUntil: past } });
  await db.outboxEvent.create({ data: { name: "enrollment/order.changed", data: { order: id } } });
  await wakeOutbox();
  await portal.statusIs(hanako, "lapsed");
  expect((await portal.mailsTo(hanako)).map(ticketIn)).toEqual([""]);
});

test("another member's application is none that one can have sent", async () => {
  await held();
  const taro = await portal.newMember();
  await expect(releaseUrl(portal.ports(), { memberId: taro.id, number: 1 })).rejects.toMatchObject({
    code: "not_found",
  });
});
