/** What registrars do with applications, on a real database: once, repeated, raced, and never with another institution's. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { applicationOf, noteSeen } from "@/server/admin/application.ts";
import { decideMany, waitingApprovals } from "@/server/admin/approvals.ts";
import { actingAs } from "@/server/audit/actor.ts";
import { decideApplication } from "@/server/enrollment/approval.ts";
import { noteReminded, overdueApprovals } from "@/server/enrollment/approvals-waiting.ts";
import { cancelApplication } from "@/server/enrollment/cancel.ts";
import { closeWithdrawn, lookAtOrder, submitOrder } from "@/server/enrollment/carry-out.ts";
import { dashboardOf, detailOf } from "@/server/enrollment/records.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import { revokeCertificate } from "@/server/enrollment/revoke.ts";
import { askAgain } from "@/server/enrollment/send-again.ts";
import { findStalled } from "@/server/enrollment/stalled.ts";
import { unlockTicket } from "@/server/enrollment/unlock.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import { auditEntries } from "@/tests/support/audit.ts";
import { openWorld, type World } from "@/tests/support/world.ts";

let world: World;
let hanako: Member;
let taro: Member;
let own: { institutions: string[] };
const foreign = { institutions: ["somebody else's"] };
const operator = { institutions: null };
const notFound = expect.objectContaining({ code: "not_found" });

beforeAll(async () => {
  world = await openWorld();
  // The CA comes into being at the clock's beginning: of later tests some go on, others begin anew.
  await ready(await world.member("hanako"));
});

beforeEach(async () => {
  await world.reset();
  hanako = await world.member("hanako");
  taro = await world.member("taro");
  own = { institutions: [hanako.institutionId] };
  await world.db.institution.updateMany({ data: { approvalFor: [] } });
});

const needsApproval = () => world.db.institution.updateMany({ data: { approvalFor: ["client"] } });

async function applied(member = hanako): Promise<string> {
  const { requestKeys } = await dashboardOf(world.ports, member.id, true);
  const form = { kind: "client", months: 52, key: requestKeys.client, locale: "ja" } as const;
  const { number } = await requestCertificate(world.ports, { ...form, memberId: member.id });
  return (await world.newestOrder(member, number)).enrollmentId;
}

/** With its PIN there. */
async function ready(member = hanako) {
  const id = await applied(member);
  const order = await world.db.order.findFirstOrThrow({ where: { enrollmentId: id } });
  await submitOrder(world.ports, order.id);
  return { id, order: order.id };
}

async function collected(member = hanako) {
  const made = await ready(member);
  await world.collect(made.order);
  return made;
}

const statusOf = async (id: string) =>
  (await world.db.enrollment.findUniqueOrThrow({ where: { id } })).status;
const events = async (name: string) => world.db.outboxEvent.count({ where: { name } });
const trail = async (id: string) => (await auditEntries(world.db, { subjectId: id })).map(({ deed }) => deed);
const approve = (id: string, scope: { institutions: string[] | null } = own) =>
  decideApplication(world.ports, { id, scope, by: taro.id, decision: { approved: true } });
const decline = (id: string, reason = "学籍がありません") =>
  decideApplication(world.ports, { id, scope: own, by: taro.id, decision: { approved: false, reason } });
const cancel = (id: string, scope: { institutions: string[] | null } = own) =>
  cancelApplication(world.ports, { id, ...scope, by: taro.id, reason: "二重の申請です" });

describe("承認", () => {
  test("an application waits: nothing of it goes to the CA, whoever looks after it", async () => {
    await needsApproval();
    const id = await applied();
    expect(await statusOf(id)).toBe("awaiting_approval");
    expect(await events("enrollment/order.placed")).toBe(0);
    const order = await world.newestOrder(hanako, 1);
    await submitOrder(world.ports, order.id);
    expect((await lookAtOrder(world.ports, order.id)).status).toBe("awaiting");
    world.pass({ days: 2 });
    expect((await findStalled(world.ports)).orders).toEqual([]);
    expect(await world.db.ticket.count()).toBe(0);
    const detail = await detailOf(world.ports, hanako.id, 1);
    expect(detail).toMatchObject({ pin: { state: "not_yet" }, renewalHindrance: "not_collected" });
    expect(detail.letters).toEqual([]);
  });

  test("another kind of certificate needs none", async () => {
    await needsApproval();
    const form = { kind: "smime", months: 52, key: "smime:0", locale: "ja" } as const;
    await requestCertificate(world.ports, { ...form, memberId: hanako.id });
    expect((await detailOf(world.ports, hanako.id, 1)).status).toBe("requested");
  });

  test("approved, its order is placed from that moment, once however often", async () => {
    await needsApproval();
    const id = await applied();
    world.pass({ days: 3 });
    expect(await approve(id)).toEqual({ number: 1, already: false, status: "requested" });
    expect(await approve(id)).toEqual({ number: 1, already: true, status: "requested" });
    const order = await world.newestOrder(hanako, 1);
    expect(order).toMatchObject({ status: "placed", placedAt: world.now() });
    expect(await events("enrollment/order.placed")).toBe(1);
    expect(await world.db.approval.findUniqueOrThrow({ where: { enrollmentId: id } })).toMatchObject({
      approved: true,
      by: taro.id,
    });
    await submitOrder(world.ports, order.id);
    await world.collect(order.id);
    expect(await statusOf(id)).toBe("active");
  });

  test("declined, it has ended, its member is told why, and may apply again", async () => {
    await needsApproval();
    const id = await applied();
    expect(await decline(id)).toMatchObject({ already: false, status: "declined" });
    expect((await approve(id)).status).toBe("declined");
    const detail = await detailOf(world.ports, hanako.id, 1);
    expect(detail.turnedDownWords).toBe("学籍がありません");
    expect(detail.letters).toMatchObject([{ kind: "declined", status: "waiting" }]);
    expect(detail.history.at(-1)).toMatchObject({
      deed: "declined",
      detail: { reason: "学籍がありません" },
    });
    expect(await events("enrollment/turned.down")).toBe(1);
    expect(await statusOf(await applied())).toBe("awaiting_approval");
    world.pass({ days: 1 });
    expect((await findStalled(world.ports)).turnedDown).toEqual([id]);
  });

  test("a registrar lets nobody's own through, and nothing of another institution; an operator may", async () => {
    await needsApproval();
    const id = await applied(taro);
    await expect(approve(id)).rejects.toMatchObject({ code: "own_application" });
    await expect(approve(id, foreign)).rejects.toEqual(notFound);
    expect(await statusOf(id)).toBe("awaiting_approval");
    expect(await approve(id, operator)).toMatchObject({ status: "requested" });
  });

  test("approved, declined and cancelled at once, exactly one of it happens", async () => {
    await needsApproval();
    for (let round = 0; round < 3; round++) {
      const id = await applied();
      const answers = await Promise.allSettled([approve(id), decline(id), approve(id), decline(id)]);
      const done = answers.filter((one) => one.status === "fulfilled" && !one.value.already);
      expect(done).toHaveLength(1);
      const status = await statusOf(id);
      expect(["requested", "declined"]).toContain(status);
      expect(await events("enrollment/turned.down")).toBe(
        await world.db.letter.count({ where: { kind: "declined" } }),
      );
      const decided = (await trail(id)).filter((deed) => /approved|declined/.test(deed));
      expect(decided).toHaveLength(1);
    }
    const id = await applied();
    await Promise.allSettled([approve(id), cancel(id), decline(id), cancel(id)]);
    const order = await world.db.order.findFirstOrThrow({ where: { enrollmentId: id } });
    expect(["declined", "cancelled"]).toContain(await statusOf(id));
    expect(order.status).toBe("withdrawn");
  });

  test("many at once: each has its own outcome, and the list shows the oldest first", async () => {
    await needsApproval();
    const [first, second] = [await applied(), await applied()];
    const third = await applied(taro);
    await approve(first);
    const list = await waitingApprovals(world.ports, { scope: own, by: taro.id });
    expect(list.count).toBe(2);
    expect(list.rows.map(({ id, isOwn }) => [id, isOwn])).toEqual([
      [second, false],
      [third, true],
    ]);
    expect((await waitingApprovals(world.ports, { scope: foreign, by: taro.id })).count).toBe(0);
    const ids = [first, second, third, "nothing", second];
    const outcomes = await decideMany(world.ports, {
      ...{ ids, scope: own, by: taro.id },
      decision: { approved: true },
    });
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["already", "done", "own", "gone"]);
  });

  test("registrars in force are reminded once a day, of what waits longer than a day", async () => {
    await needsApproval();
    const id = await applied();
    const grantedAt = world.now();
    const role = { role: "registrar", institutionId: hanako.institutionId, grantedAt } as const;
    await world.db.role.createMany({
      data: [
        { ...role, memberId: taro.id },
        { ...role, memberId: hanako.id, expiresAt: grantedAt },
      ],
    });
    expect(await overdueApprovals(world.ports)).toEqual([]);
    world.pass({ days: 1.1 });
    const due = { institution: hanako.institutionId, count: 1, tell: [taro.id] };
    expect(await overdueApprovals(world.ports)).toEqual([due]);
    await noteReminded(world.ports, hanako.institutionId);
    expect(await overdueApprovals(world.ports)).toEqual([]);
    world.pass({ days: 1 });
    expect(await overdueApprovals(world.ports)).toEqual([due]);
    await cancel(id);
    expect(await overdueApprovals(world.ports)).toEqual([]);
  });
});

describe("取消", () => {
  test("of one with its PIN: nothing can be collected any more, and its member is told why", async () => {
    const { id, order } = await ready();
    const ticket = await world.ticketOf(order);
    await expect(cancel(id, foreign)).rejects.toEqual(notFound);
    expect(await cancel(id)).toEqual({ number: 1, already: false });
    expect(await cancel(id)).toEqual({ number: 1, already: true });
    await closeWithdrawn(world.ports, id);
    await closeWithdrawn(world.ports, id);
    expect(await world.ca.collectUrl(order, "ja")).toBeNull();
    expect((await world.tryCollect(order, ticket)).result).not.toBe("package");
    const detail = await detailOf(world.ports, hanako.id, 1);
    expect(detail).toMatchObject({
      ...{ status: "cancelled", turnedDownWords: "二重の申請です", pin: { state: "gone" } },
      letters: [{ kind: "cancelled", status: "waiting" }],
    });
  });

  test("of one that was fetched at the very moment leaves the certificate known", async () => {
    const { id, order } = await ready();
    await cancel(id);
    await world.collect(order);
    await closeWithdrawn(world.ports, id);
    expect(await statusOf(id)).toBe("active");
  });

  test("before the CA has the order: what it makes ready all the same is closed", async () => {
    const id = await applied();
    const order = await world.newestOrder(hanako, 1);
    await Promise.all([submitOrder(world.ports, order.id), cancel(id)]);
    await closeWithdrawn(world.ports, id);
    expect(await world.ca.collectUrl(order.id, "ja")).toBeNull();
    expect(await statusOf(id)).toBe("cancelled");
  });

  test("is refused once there is a certificate", async () => {
    const { id } = await collected();
    await expect(cancel(id)).rejects.toMatchObject({ code: "not_cancellable" });
    expect(await statusOf(id)).toBe("active");
  });
});

describe("in its holder's place", () => {
  const inPlace = { by: "taro", words: "退職されました" };

  test("a certificate is revoked with a reason that is kept, once however many ask", async () => {
    const { id } = await collected();
    const wish = { reason: "affiliationChanged", inPlace } as const;
    await expect(revokeCertificate(world.ports, { id, ...foreign, ...wish })).rejects.toEqual(notFound);
    const answers = await Promise.all([
      revokeCertificate(world.ports, { id, ...own, ...wish }),
      revokeCertificate(world.ports, { id, ...own, ...wish }),
      revokeCertificate(world.ports, { memberId: hanako.id, number: 1, reason: "superseded" }),
    ]);
    expect(answers.filter(({ already }) => !already)).toHaveLength(1);
    expect(await events("enrollment/revocation.asked")).toBe(1);
    const { history } = await detailOf(world.ports, hanako.id, 1);
    expect(history.filter(({ deed }) => deed === "revocation_asked")).toHaveLength(1);
  });

  test("the words stand in its revocation, its history and the audit", async () => {
    const { id } = await collected();
    await revokeCertificate(world.ports, { id, ...own, reason: "affiliationChanged", inPlace });
    const found = await applicationOf(world.ports, id, { scope: own, by: taro.id });
    expect(found.revocation).toMatchObject({ reason: "affiliationChanged", words: "退職されました" });
    expect(found.history.at(-1)?.detail).toMatchObject({ by: "registrar", words: "退職されました" });
    expect(found.trail.find(({ deed }) => deed === "enrollment.revocation_asked")?.reason).toBe(
      "退職されました",
    );
  });

  test("a locked ticket is unlocked; one that is not stays as it is", async () => {
    const { id, order } = await ready();
    await world.lock(order);
    await expect(unlockTicket(world.ports, { id, ...foreign }, "電話で確認")).rejects.toEqual(notFound);
    expect(await unlockTicket(world.ports, { id, ...own }, "電話で確認")).toEqual({ already: false });
    expect(await unlockTicket(world.ports, { id, ...own }, "電話で確認")).toEqual({ already: true });
    expect((await world.ca.readTicket(order))?.locked).toBe(false);
    expect((await trail(id)).filter((deed) => deed === "enrollment.ticket_unlocked")).toHaveLength(1);
  });
});

describe("a mail once more", () => {
  async function sentLetter() {
    const { id, order } = await ready();
    return world.db.letter.create({
      data: {
        ...{ key: `acceptance:${order}`, kind: "acceptance", enrollmentId: id, locale: "ja" },
        ...{ recipient: "hanako@a.example.ac.jp", status: "sent", createdAt: world.now() },
        ...{ sentAt: world.now(), providerId: "first" },
      },
    });
  }

  test("goes once for a form posted by many hands, and again for a new form", async () => {
    const { id } = await sentLetter();
    const ask = (seen: number) => askAgain(world.ports, { letter: id, seen, ...own });
    await expect(askAgain(world.ports, { letter: id, seen: 0, ...foreign })).rejects.toEqual(notFound);
    const answers = await Promise.all([ask(0), ask(0), ask(0)]);
    expect(answers.filter(({ already }) => !already)).toHaveLength(1);
    expect(await world.db.letter.findUniqueOrThrow({ where: { id } })).toMatchObject({
      ...{ status: "waiting", again: 1, providerId: null },
    });
    expect(await events("enrollment/letter.wanted")).toBe(1);
    expect(await trail(id)).toEqual(["letter.sent_again"]);
    await expect(ask(1)).rejects.toMatchObject({ code: "not_sendable" });
    await world.db.letter.update({ where: { id }, data: { status: "failed" } });
    expect(await ask(1)).toMatchObject({ already: false });
  });

  test("is refused when there is nothing to be collected any more", async () => {
    const { id, enrollmentId } = await sentLetter();
    await cancel(enrollmentId);
    await expect(askAgain(world.ports, { letter: id, seen: 0, ...own })).rejects.toMatchObject({
      code: "not_sendable",
      detail: { because: "over" },
    });
  });
});

describe("the page", () => {
  test("shows neither PIN nor URL, nor whether a PIN was tried", async () => {
    const { id, order } = await ready();
    const [pin, ticket] = [await world.ca.readPin(order), await world.ticketOf(order)];
    await world.ca.enterPin({ ticket, pin: "WRONGwrongWRONG2" });
    const found = await applicationOf(world.ports, id, { scope: own, by: taro.id });
    expect(found).toMatchObject({ pin: "issued", ticket: { locked: false } });
    const all = JSON.stringify(found);
    expect(all).not.toContain(pin);
    expect(all).not.toContain(ticket);
    expect(all).not.toContain("triesLeft");
    await expect(applicationOf(world.ports, id, { scope: foreign, by: taro.id })).rejects.toEqual(notFound);
  });

  test("is noted as seen, once in ten minutes for each who looks", async () => {
    const id = await applied();
    const seen = async (by: string) => {
      const found = await applicationOf(world.ports, id, { scope: own, by });
      await actingAs({ role: "registrar", id: by }, () => noteSeen(world.ports, found, by));
    };
    const count = () => world.db.auditEntry.count({ where: { subjectId: id, deed: "enrollment.seen" } });
    await Promise.all([seen("taro"), seen("taro"), seen("taro")]);
    expect(await count()).toBe(1);
    await seen("hanako");
    expect(await count()).toBe(2);
    world.pass({ days: 1 });
    await seen("taro");
    expect(await count()).toBe(3);
  });
});
