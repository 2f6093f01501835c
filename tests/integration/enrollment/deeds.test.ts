import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { lapseOrder, lookAtOrder, revokeAtCa, submitOrder } from "@/server/enrollment/carry-out.ts";
import { lockEnrollment } from "@/server/enrollment/change.ts";
import { endAllTerms } from "@/server/enrollment/end-terms.ts";
import { saveMemo } from "@/server/enrollment/memo.ts";
import { dashboardOf, detailOf, pulseOf } from "@/server/enrollment/records.ts";
import { renewCertificate } from "@/server/enrollment/renew.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import { revokeCertificate } from "@/server/enrollment/revoke.ts";
import { expiringWithin } from "@/server/enrollment/stalled.ts";
import { unlockTicket } from "@/server/enrollment/unlock.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import type { CaOrder, CertificateAuthority } from "@/server/ports.ts";
import { openWorld, type World } from "@/tests/support/world.ts";

let world: World;
let hanako: Member;
let taro: Member;

beforeAll(async () => {
  world = await openWorld();
});

beforeEach(async () => {
  await world.reset();
  hanako = await world.member("hanako");
  taro = await world.member("taro");
});

const firstForm = { kind: "client", months: 52, key: "client:0", locale: "ja" } as const;
const notFound = expect.objectContaining({ code: "not_found" });

/** Asks, and lets the CA answer: the application waits for its download. */
async function applied(member = hanako) {
  const { number } = await requestCertificate(world.ports, { ...firstForm, memberId: member.id });
  const order = await world.newestOrder(member, number);
  await submitOrder(world.ports, order.id);
  return { number, order };
}

async function collected(member = hanako) {
  const { number, order } = await applied(member);
  await world.collect(order.id);
  return { number, order };
}

async function renewed(number: number, sequence: number) {
  await renewCertificate(world.ports, { memberId: hanako.id, number, sequence });
  const order = await world.newestOrder(hanako, number);
  await submitOrder(world.ports, order.id);
  return order;
}

describe("新規申請", () => {
  test("makes an application with its order, its history and its event, all at once", async () => {
    expect(await requestCertificate(world.ports, { ...firstForm, memberId: hanako.id })).toEqual({
      number: 1,
      already: false,
    });
    const detail = await detailOf(world.ports, hanako.id, 1);
    expect(detail).toMatchObject({
      status: "requested",
      certificateState: "waiting",
      serial: null,
      pin: { state: "not_yet" },
      dn: ["CN=Hanako Kokuritsu", "OU=No 1", "O=Demo University A", "L=Academe", "C=JP"],
      letters: [{ kind: "acceptance", recipient: "hanako@a.example.ac.jp", status: "waiting", sentAt: null }],
      renewalHindrance: "not_collected",
      revocationHindrance: "not_collected",
    });
    expect(detail.history.map(({ deed }) => deed)).toEqual(["requested"]);
    expect(await world.db.outboxEvent.findMany({ select: { name: true, data: true } })).toEqual([
      {
        name: "enrollment/order.placed",
        data: { order: (await world.newestOrder(hanako, 1)).id, purpose: "issue" },
      },
    ]);
  });

  test("posted twenty times at once from one form makes one application", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        requestCertificate(world.ports, { ...firstForm, memberId: hanako.id }),
      ),
    );
    expect(answers.filter(({ already }) => !already)).toHaveLength(1);
    expect(new Set(answers.map(({ number }) => number))).toEqual(new Set([1]));
    expect(await world.db.enrollment.count()).toBe(1);
    expect(await world.db.outboxEvent.count()).toBe(1);
  });

  test("from two tabs that showed the same dashboard makes one application", async () => {
    const tabs = await Promise.all([
      dashboardOf(world.ports, hanako.id, false),
      dashboardOf(world.ports, hanako.id, false),
    ]);
    for (const { requestKeys } of tabs) {
      await requestCertificate(world.ports, { ...firstForm, memberId: hanako.id, key: requestKeys.client });
    }
    expect(await world.db.enrollment.count()).toBe(1);
  });

  test("made again from a fresh dashboard makes another application", async () => {
    await requestCertificate(world.ports, { ...firstForm, memberId: hanako.id });
    const { requestKeys } = await dashboardOf(world.ports, hanako.id, false);
    const second = await requestCertificate(world.ports, {
      ...firstForm,
      memberId: hanako.id,
      key: requestKeys.client,
    });
    expect(second).toEqual({ number: 2, already: false });
  });

  test("with a form that was never shown is refused and leaves nothing behind", async () => {
    await expect(
      requestCertificate(world.ports, { ...firstForm, memberId: hanako.id, key: "client:7" }),
    ).rejects.toMatchObject({ code: "invalid_input" });
    expect(await world.db.enrollment.count()).toBe(0);
    expect(await world.db.outboxEvent.count()).toBe(0);
  });

  test("refuses a term that is not offered", async () => {
    await expect(
      requestCertificate(world.ports, { ...firstForm, memberId: hanako.id, months: 53 }),
    ).rejects.toMatchObject({ code: "term_not_offered" });
  });

  test("refuses an address that is not the member's, and a member without any", async () => {
    const smime = { ...firstForm, kind: "smime", key: "smime:0" } as const;
    await expect(
      requestCertificate(world.ports, { ...smime, memberId: hanako.id, mail: "taro@a.example.ac.jp" }),
    ).rejects.toMatchObject({ code: "mail_not_yours" });
    await world.db.member.update({ where: { id: hanako.id }, data: { mails: [] } });
    await expect(requestCertificate(world.ports, { ...smime, memberId: hanako.id })).rejects.toMatchObject({
      code: "mail_missing",
    });
  });

  test.each(["client", "smime"] as const)(
    "for a %s certificate goes to the address that was chosen, and to none that was stated at an earlier login only",
    async (kind) => {
      const mails = ["hanako@a.example.ac.jp", "h.kokuritsu@a.example.ac.jp"];
      const chosen = { ...firstForm, kind, key: `${kind}:0`, memberId: hanako.id, mail: mails[1] };
      await world.db.member.update({ where: { id: hanako.id }, data: { mails: mails.slice(0, 1) } });
      await expect(requestCertificate(world.ports, chosen)).rejects.toMatchObject({ code: "mail_not_yours" });
      await world.db.member.update({ where: { id: hanako.id }, data: { mails } });
      await requestCertificate(world.ports, chosen);
      expect(await world.db.enrollment.findFirst()).toMatchObject({ kind, mail: mails[1] });
    },
  );

  test("keeps client certificates within the limit, counting only living ones", async () => {
    world.ports.settings.clientCertificateLimit = 1;
    const { number } = await collected();
    const again = { ...firstForm, memberId: hanako.id, key: "client:1" };
    await expect(requestCertificate(world.ports, again)).rejects.toMatchObject({
      code: "too_many_certificates",
    });
    await world.revoke(hanako, number);
    expect(await requestCertificate(world.ports, again)).toMatchObject({ already: false });
  });

  test("allows one living S/MIME certificate per address, and another when that one is revoked", async () => {
    const smime = { ...firstForm, kind: "smime", memberId: taro.id } as const;
    const [first, second] = taro.mails as [string, string];
    const { number } = await requestCertificate(world.ports, { ...smime, key: "smime:0", mail: first });
    await expect(
      requestCertificate(world.ports, { ...smime, key: "smime:1", mail: first }),
    ).rejects.toMatchObject({
      code: "smime_exists",
      detail: { number },
    });
    await requestCertificate(world.ports, { ...smime, key: "smime:1", mail: second });

    const order = await world.newestOrder(taro, number);
    await submitOrder(world.ports, order.id);
    await world.collect(order.id);
    await world.revoke(taro, number);
    expect(await requestCertificate(world.ports, { ...smime, key: "smime:2", mail: first })).toMatchObject({
      already: false,
    });
  });

  test("gives two people of the same name two names", async () => {
    await world.db.member.update({ where: { id: taro.id }, data: { displayName: hanako.displayName } });
    await Promise.all([
      requestCertificate(world.ports, { ...firstForm, memberId: hanako.id }),
      requestCertificate(world.ports, { ...firstForm, memberId: taro.id }),
    ]);
    const names = await world.db.enrollment.findMany({ select: { dn: true }, orderBy: { dn: "asc" } });
    expect(names.map(({ dn }) => dn)).toEqual([
      "CN=Hanako Kokuritsu,OU=No 1,O=Demo University A,L=Academe,C=JP",
      "CN=Hanako Kokuritsu,OU=No 2,O=Demo University A,L=Academe,C=JP",
    ]);
  });
});

describe("what belongs to one member does not exist for another", () => {
  test("reading, renewing, revoking, noting and unlocking another's number is answered with not found", async () => {
    const { number } = await collected();
    const foreign = { memberId: taro.id, number };
    await expect(detailOf(world.ports, taro.id, number)).rejects.toEqual(notFound);
    await expect(renewCertificate(world.ports, { ...foreign, sequence: 1 })).rejects.toEqual(notFound);
    await expect(revokeCertificate(world.ports, { ...foreign, reason: "keyCompromise" })).rejects.toEqual(
      notFound,
    );
    await expect(saveMemo(world.ports, { ...foreign, memo: "mine" })).rejects.toEqual(notFound);
    await expect(unlockTicket(world.ports, foreign)).rejects.toEqual(notFound);
    expect((await dashboardOf(world.ports, taro.id, true)).enrollments).toEqual([]);
    expect(await pulseOf(world.ports, taro.id, number)).toBe("0.0");
    expect(await detailOf(world.ports, hanako.id, number)).toMatchObject({ status: "active", memo: "" });
  });
});

describe("the life of an application", () => {
  test("PIN first, then the download, then a serial and dates", async () => {
    const { number, order } = await applied();
    const waiting = await detailOf(world.ports, hanako.id, number);
    expect(waiting).toMatchObject({ status: "pin_ready", certificateState: "waiting", serial: null });
    expect(waiting.pin).toMatchObject({ state: "ready", value: expect.stringMatching(/^[A-Za-z0-9]{16}$/) });

    await world.collect(order.id);
    const active = await detailOf(world.ports, hanako.id, number);
    expect(active).toMatchObject({ status: "active", certificateState: "valid" });
    expect(active.serial?.hex).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    expect(
      BigInt(active.serial?.decimal ?? 0)
        .toString(16)
        .padStart(32, "0"),
    ).toBe(active.serial?.hex.replaceAll(":", ""));
    expect(active.pin).toEqual(waiting.pin);
    expect(active.history.map(({ deed }) => deed)).toEqual(["requested", "pin_issued", "collected"]);
  });

  test("submitted again, the same order keeps its PIN", async () => {
    const { number, order } = await applied();
    const before = await detailOf(world.ports, hanako.id, number);
    await Promise.all([submitOrder(world.ports, order.id), submitOrder(world.ports, order.id)]);
    await world.ca.submit({
      id: order.id,
      kind: "client",
      months: 52,
      dn: before.dn.join(","),
      mail: null,
      keyOrigins: ["browser", "server"],
    });
    expect(await detailOf(world.ports, hanako.id, number)).toEqual(before);
  });

  test("a renewal keeps the name, and shows the old serial until the new download", async () => {
    const { number } = await collected();
    const before = await detailOf(world.ports, hanako.id, number);
    const order = await renewed(number, 1);
    const waiting = await detailOf(world.ports, hanako.id, number);
    expect(waiting).toMatchObject({
      status: "renewal_pin_ready",
      certificateState: "valid",
      serial: before.serial,
    });
    expect(waiting.pin).not.toEqual(before.pin);

    await world.collect(order.id);
    const after = await detailOf(world.ports, hanako.id, number);
    expect(after).toMatchObject({ status: "active", dn: before.dn, sequence: 2 });
    expect(after.serial).not.toEqual(before.serial);
  });

  test("a renewal asked for twice from one page is one renewal", async () => {
    const { number } = await collected();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        renewCertificate(world.ports, { memberId: hanako.id, number, sequence: 1 }),
      ),
    );
    expect(answers.filter(({ already }) => !already)).toHaveLength(1);
    expect(await world.db.order.count()).toBe(2);
  });

  test("a renewal that is not fetched leaves the old certificate valid", async () => {
    const { number } = await collected();
    const order = await renewed(number, 1);
    world.pass({ days: 32 });
    await lapseOrder(world.ports, order.id);
    const after = await detailOf(world.ports, hanako.id, number);
    expect(after).toMatchObject({ status: "active", certificateState: "valid", renewalHindrance: null });
    expect(after.history.at(-1)?.deed).toBe("renewal_lapsed");
  });

  test("what is not fetched within a month lapses, once, and its PIN is gone", async () => {
    const { number, order } = await applied();
    expect((await lookAtOrder(world.ports, order.id)).secondsLeft).toBe(86_400);
    world.pass({ days: 32 });
    expect((await lookAtOrder(world.ports, order.id)).secondsLeft).toBe(0);
    await lapseOrder(world.ports, order.id);
    await lapseOrder(world.ports, order.id);
    const after = await detailOf(world.ports, hanako.id, number);
    expect(after).toMatchObject({
      status: "lapsed",
      certificateState: "uncollected",
      pin: { state: "gone" },
      ticket: null,
    });
    expect(after.history.map(({ deed }) => deed)).toEqual(["requested", "pin_issued", "lapsed"]);
  });

  test("a revocation reads as revoking until the CA has revoked, and then is final", async () => {
    const { number } = await collected();
    const ask = { memberId: hanako.id, number, reason: "keyCompromise" } as const;
    expect(await revokeCertificate(world.ports, ask)).toEqual({ number, already: false });
    expect(await revokeCertificate(world.ports, ask)).toEqual({ number, already: true });
    expect(await detailOf(world.ports, hanako.id, number)).toMatchObject({
      status: "revoking",
      certificateState: "valid",
    });

    const { enrollmentId } = await world.newestOrder(hanako, number);
    expect(await revokeAtCa(world.ports, enrollmentId)).toBe(true);
    expect(await revokeAtCa(world.ports, enrollmentId)).toBe(true);
    expect(await detailOf(world.ports, hanako.id, number)).toMatchObject({
      status: "revoked",
      certificateState: "revoked",
      revokedAt: (await world.db.certificate.findFirstOrThrow()).revokedAt,
      renewalHindrance: "revoked",
      pin: { state: "gone" },
    });
    expect(await revokeCertificate(world.ports, ask)).toEqual({ number, already: true });
    await expect(
      renewCertificate(world.ports, { memberId: hanako.id, number, sequence: 1 }),
    ).rejects.toMatchObject({ code: "not_renewable" });
  });

  test("a revocation during a renewal withdraws the renewal and takes every certificate of the application", async () => {
    const { number, order: first } = await collected();
    const second = await renewed(number, 1);
    await world.revoke(hanako, number);
    expect(await world.tryCollect(second.id)).toMatchObject({ result: "refused" });
    const certificates = await world.db.certificate.findMany();
    expect(certificates.map(({ orderId, revokedAt }) => [orderId, revokedAt !== null])).toEqual([
      [first.id, true],
    ]);
  });

  test("a renewal withdrawn while it was on its way to the CA leaves no ticket that could be used", async () => {
    const { number } = await collected();
    await renewCertificate(world.ports, { memberId: hanako.id, number, sequence: 1 });
    const order = await world.newestOrder(hanako, number);
    const slow = {
      submit: async (asked: CaOrder) => {
        await revokeCertificate(world.ports, { memberId: hanako.id, number, reason: "superseded" });
        await world.ca.submit(asked);
      },
      close: (orderId: string) => world.ca.close(orderId),
    };
    await submitOrder({ ...world.ports, ca: slow as unknown as CertificateAuthority }, order.id);
    expect(await world.ca.collectUrl(order.id, "ja")).toBeNull();
    expect((await detailOf(world.ports, hanako.id, number)).status).toBe("revoking");
  });

  test("nothing can be renewed or revoked before the download", async () => {
    const { number } = await applied();
    await expect(
      renewCertificate(world.ports, { memberId: hanako.id, number, sequence: 1 }),
    ).rejects.toMatchObject({ code: "not_renewable", detail: { because: "not_collected" } });
    await expect(
      revokeCertificate(world.ports, { memberId: hanako.id, number, reason: "superseded" }),
    ).rejects.toMatchObject({ code: "not_revocable", detail: { because: "not_collected" } });
  });

  test("a certificate whose term has run out reads so, and is put away by the sweep", async () => {
    const { number } = await collected();
    world.pass({ days: 53 * 31 });
    expect(await detailOf(world.ports, hanako.id, number)).toMatchObject({
      status: "active",
      certificateState: "expired",
      renewalHindrance: "expired",
    });
    await endAllTerms(world.ports);
    expect(await detailOf(world.ports, hanako.id, number)).toMatchObject({ status: "expired" });
    expect(await dashboardOf(world.ports, hanako.id, false)).toMatchObject({ enrollments: [], hidden: 1 });
  });

  test("many terms that end at once are put away one by one: no other deed is held up, and none deadlocks", async () => {
    const ended = [await collected(), await collected(taro)];
    const [first, second] = ended.map(({ order }) => order.enrollmentId) as [string, string];
    world.pass({ days: 53 * 31 });
    const { db } = world;
    let putAway: Promise<number> = Promise.resolve(0);
    await db.$transaction(async (tx) => {
      await lockEnrollment(tx, second);
      putAway = endAllTerms(world.ports);
      putAway.catch(() => {});
      for (let waiting = 0; waiting === 0; ) {
        const [row] = await db.$queryRaw<{ n: number }[]>`
          SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        waiting = row?.n ?? 0;
      }
      await lockEnrollment(tx, first);
    });
    expect(await putAway).toBe(2);
    expect(await db.enrollment.count({ where: { status: "expired" } })).toBe(2);
  });

  test("a reminder whose mail did not go out is due again, one that was sent or given up is not", async () => {
    const { order } = await collected();
    const { enrollmentId } = order;
    const due = () => expiringWithin(world.ports, 52 * 31);
    expect(await due()).toEqual([enrollmentId]);
    const about = { enrollmentId, kind: "reminder", recipient: "hanako@a.example.ac.jp", locale: "ja" };
    await world.db.letter.create({ data: { ...about, key: "reminder:1", createdAt: world.now() } });
    expect(await due()).toEqual([enrollmentId]);
    for (const status of ["sent", "failed"] as const) {
      await world.db.letter.updateMany({ data: { status } });
      expect(await due()).toEqual([]);
    }
  });

  test("a renewal is told at the address the institution states now, not at one that has become somebody else's", async () => {
    const { number } = await collected(taro);
    const mails = ["taro@new.example.ac.jp"];
    await world.db.member.update({ where: { id: taro.id }, data: { mails } });
    await renewCertificate(world.ports, { memberId: taro.id, number, sequence: 1 });
    expect(await detailOf(world.ports, taro.id, number)).toMatchObject({ mail: mails[0] });
  });

  test("a certificate for mail is renewed only for an address that is still the member's", async () => {
    const wish = { ...firstForm, kind: "smime", key: "smime:0", memberId: taro.id } as const;
    const { number } = await requestCertificate(world.ports, wish);
    const order = await world.newestOrder(taro, number);
    await submitOrder(world.ports, order.id);
    await world.collect(order.id);
    await world.db.member.update({ where: { id: taro.id }, data: { mails: ["taro@new.example.ac.jp"] } });
    const again = renewCertificate(world.ports, { memberId: taro.id, number, sequence: 1 });
    await expect(again).rejects.toMatchObject({ code: "mail_not_yours" });
    expect(await detailOf(world.ports, taro.id, number)).toMatchObject({ status: "active" });
  });

  test("a ticket locked by ten wrong PINs is unlocked by its owner, and then takes the right one", async () => {
    const { number, order } = await applied();
    await world.lock(order.id);
    expect((await detailOf(world.ports, hanako.id, number)).ticket).toMatchObject({
      locked: true,
      triesLeft: 0,
    });
    await unlockTicket(world.ports, { memberId: hanako.id, number });
    await unlockTicket(world.ports, { memberId: hanako.id, number });
    const after = await detailOf(world.ports, hanako.id, number);
    expect(after.ticket).toMatchObject({ locked: false, triesLeft: 10 });
    expect(after.history.map(({ deed }) => deed)).toEqual([
      "requested",
      "pin_issued",
      "ticket_locked",
      "ticket_unlocked",
    ]);
    expect(await world.tryCollect(order.id)).toMatchObject({ result: "package" });
  });

  test("locked after its certificate was made from a request, it is unlocked by its owner as well, until the holder has confirmed", async () => {
    const { number, order } = await applied();
    const { ticket } = await world.certify(order.id);
    expect((await detailOf(world.ports, hanako.id, number)).ticket).toMatchObject({ locked: false });
    await world.lock(order.id, ticket);
    expect((await detailOf(world.ports, hanako.id, number)).ticket).toMatchObject({ locked: true });
    await unlockTicket(world.ports, { memberId: hanako.id, number });
    const after = await detailOf(world.ports, hanako.id, number);
    expect(after).toMatchObject({ status: "active", ticket: { locked: false, triesLeft: 10 } });
    expect(after.history.map(({ deed }) => deed).slice(-2)).toEqual(["ticket_locked", "ticket_unlocked"]);
    const answer = await world.ca.enterPin({ ticket, pin: (await world.ca.readPin(order.id)) ?? "" });
    if (answer.result !== "right") throw new Error(answer.result);
    expect(await world.ca.confirm({ ticket, browser: answer.browser })).toEqual({ result: "confirmed" });
    expect((await detailOf(world.ports, hanako.id, number)).ticket).toBeNull();
    await unlockTicket(world.ports, { memberId: hanako.id, number });
    expect((await detailOf(world.ports, hanako.id, number)).history).toHaveLength(after.history.length);
  });

  test("the pulse changes with every change that a reader could see", async () => {
    const beats = new Set<string>();
    const feel = async () => beats.add(await pulseOf(world.ports, hanako.id));
    await feel();
    const { number, order } = await applied();
    await feel();
    await world.collect(order.id);
    await feel();
    await saveMemo(world.ports, { memberId: hanako.id, number, memo: "ノートPC" });
    await feel();
    await world.revoke(hanako, number);
    await feel();
    expect(beats.size).toBe(5);
    expect((await dashboardOf(world.ports, hanako.id, true)).pulse).toBe(
      await pulseOf(world.ports, hanako.id),
    );
    expect((await detailOf(world.ports, hanako.id, number)).pulse).toBe(
      await pulseOf(world.ports, hanako.id, number),
    );
  });
});
