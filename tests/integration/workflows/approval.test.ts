/** Where an institution wants its registrars to look first: from the application to the certificate, or to the mail that says why not. */
import { beforeEach, expect, test, vi } from "vitest";
import { decideApplication } from "@/server/enrollment/approval.ts";
import { cancelApplication } from "@/server/enrollment/cancel.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import { revokeCertificate } from "@/server/enrollment/revoke.ts";
import { askAgain } from "@/server/enrollment/send-again.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import { mailsTo } from "@/tests/support/outbox.ts";
import { form, openPortal, ticketIn } from "./portal.ts";

const portal = openPortal();
const all = { institutions: null };

let hanako: Member;
beforeEach(async () => {
  hanako = await portal.newMember();
  await portal.ports().db.institution.updateMany({ data: { approvalFor: ["client"] } });
});

async function applied(): Promise<string> {
  await requestCertificate(portal.ports(), { ...form, memberId: hanako.id, locale: "ja" });
  const { id } = await portal.ports().db.enrollment.findFirstOrThrow({ where: { memberId: hanako.id } });
  return id;
}

const decide = (id: string, decision: { approved: true } | { approved: false; reason: string }) =>
  decideApplication(portal.ports(), { id, scope: all, by: "registrar", decision });

async function approved(): Promise<string> {
  const id = await applied();
  await decide(id, { approved: true });
  return id;
}

test("approved, it goes its way to a certificate that is fetched", async () => {
  const id = await applied();
  await portal.takeUp();
  await portal.statusIs(hanako, "awaiting_approval");
  expect(await portal.mailsTo(hanako)).toEqual([]);
  await decide(id, { approved: true });
  await portal.collectWith(await portal.mailTo(hanako, "発行受付通知"), hanako);
  await portal.statusIs(hanako, "active");
});

test("declined, its member gets one mail with the reason, however often the sweep comes by", async () => {
  const id = await applied();
  await decide(id, { approved: false, reason: "学籍がありません" });
  const mail = await portal.mailTo(hanako, "申請却下通知");
  expect(mail.text).toContain("学籍がありません");
  await portal.lettersAre(hanako, ["declined sent"]);
  await portal.takeUp();
  expect(await portal.mailsTo(hanako)).toHaveLength(1);
});

test("declined while nothing runs the workflows, the sweep sends the mail", async () => {
  const world = { ...portal.ports(), wakeOutbox: async () => {} };
  const id = await applied();
  await decideApplication(world, { id, scope: all, by: "r", decision: { approved: false, reason: "x" } });
  await world.db.outboxEvent.deleteMany({ where: { sentAt: null } });
  await world.db.letter.updateMany({
    where: { enrollmentId: id },
    data: { createdAt: new Date(Date.now() - 600_000) },
  });
  await portal.takeUp();
  await portal.lettersAre(hanako, ["declined sent"]);
});

test("cancelled with its PIN there: the URL opens nothing any more, and its member reads why", async () => {
  const id = await approved();
  const acceptance = await portal.mailTo(hanako, "発行受付通知");
  await portal.lettersAre(hanako, ["acceptance sent"]);
  await cancelApplication(portal.ports(), { id, ...all, by: "registrar", reason: "二重の申請です" });
  expect((await portal.mailTo(hanako, "申請取消通知")).text).toContain("二重の申請です");
  expect(await portal.localCa().openTicket({ ticket: ticketIn(acceptance) })).toMatchObject({
    state: "refused",
  });
  expect(await portal.localCa().collectUrl((await orderOf(id)).id, "ja")).toBeNull();
});

const orderOf = (id: string) => portal.ports().db.order.findFirstOrThrow({ where: { enrollmentId: id } });

test("the mail with the URL goes out once more: the same URL, under another Message-ID", async () => {
  const id = await approved();
  const first = await portal.mailTo(hanako, "発行受付通知");
  await portal.lettersAre(hanako, ["acceptance sent"]);
  const letter = await portal.ports().db.letter.findFirstOrThrow({ where: { enrollmentId: id } });
  const ask = () => askAgain(portal.ports(), { letter: letter.id, seen: 0, ...all });
  await Promise.all([ask(), ask()]);
  const mails = await vi.waitFor(
    async () => {
      const found = await portal.mailsTo(hanako);
      expect(found).toHaveLength(2);
      return found;
    },
    { timeout: 20_000, interval: 50 },
  );
  await portal.lettersAre(hanako, ["acceptance sent"]);
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
  expect(new Set(mails.map(ticketIn))).toEqual(new Set([ticketIn(first)]));
});

test("once more asked for, but over before it went: it is not sent, and says so", async () => {
  const id = await approved();
  await portal.lettersAre(hanako, ["acceptance sent"]);
  const { db } = portal.ports();
  const letter = await db.letter.findFirstOrThrow({ where: { enrollmentId: id } });
  const world = { ...portal.ports(), wakeOutbox: async () => {} };
  await askAgain(world, { letter: letter.id, seen: 0, ...all });
  await portal.localCa().close((await orderOf(id)).id);
  await world.db.letter.updateMany({ data: { createdAt: new Date(Date.now() - 600_000) } });
  await portal.takeUp();
  expect(await db.letter.findUniqueOrThrow({ where: { id: letter.id } })).toMatchObject({
    status: "failed",
    error: "nothing to tell any more",
  });
  expect(await portal.mailsTo(hanako)).toHaveLength(1);
});

test("revoked by a registrar, its holder reads who did it and why", async () => {
  const id = await approved();
  await portal.collectWith(await portal.mailTo(hanako, "発行受付通知"), hanako);
  await portal.statusIs(hanako, "active");
  const inPlace = { by: "registrar", words: "退職されました" };
  await revokeCertificate(portal.ports(), { id, ...all, reason: "affiliationChanged", inPlace });
  const { text } = await portal.mailTo(hanako, "失効完了通知");
  expect(text).toContain("所属機関の登録担当者が行いました");
  expect(text).toContain("退職されました");
});

test("a registrar's reminder holds a number and a link, and nobody's name", async () => {
  await applied();
  const { letters } = await import("@/server/wiring.ts");
  const registrar = await portal.newMember("en");
  const reminder = { institution: registrar.institutionId, count: 2, day: "2026-11-22" };
  await letters().remindOfApprovals({ ...reminder, to: registrar.id });
  await letters().remindOfApprovals({ ...reminder, to: registrar.id });
  expect(await letters().remindOfApprovals({ ...reminder, to: null })).toBe(false);
  const [mail, ...others] = await mailsTo(process.env.DATA_DIR ?? "", registrar.mails[0] ?? "");
  expect(others).toEqual([]);
  expect(mail?.text).toContain("2 applications are waiting");
  expect(mail?.text).toContain("http://localhost:3000/en/admin/approvals");
  expect(`${mail?.text}${mail?.html}`).not.toMatch(/花子|Hanako|hanako/);
});
