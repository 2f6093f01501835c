/** What can go wrong at NII's service, on the way there and back, at each of the three deeds: afterwards nothing was sent twice, nothing is lost, and each application shows the truth. */
import { describe, expect, test } from "vitest";
import type { Member } from "@/server/generated/prisma/client.ts";
import { openDesk } from "./desk.ts";

const desk = openDesk();

type Fault = { kind: string; page?: string; times?: number; ms?: number };

/** Faults of the upload and its pages; none of them is the application's. */
const atTheSite: [name: string, fault: Fault][] = [
  ["the site is slow", { kind: "slow", ms: 700, page: "upload" }],
  ["the login answers 500", { kind: "status500", page: "login" }],
  ["the menu answers 500", { kind: "status500", page: "menu" }],
  ["the upload answers 500", { kind: "status500", page: "upload" }],
  ["the connection is reset at the login", { kind: "reset", page: "login" }],
  ["the connection is cut before the upload was taken", { kind: "cut_before_upload" }],
  ["the connection is cut after the upload was taken", { kind: "cut_after_upload" }],
  ["the site is busy with another session", { kind: "busy" }],
  ["the session is lost on the way", { kind: "session_lost", page: "upload" }],
  ["the menu has changed", { kind: "page_changed", page: "menu" }],
  ["the page of the reply has changed", { kind: "page_changed", page: "upload" }],
  ["the registrar's certificate is not let in for once", { kind: "login_refused" }],
];

/** The whole life of an application, with the fault armed before each deed. */
async function live(arm: (deed: "issue" | "renew" | "revoke") => Promise<unknown>): Promise<{
  member: Member;
  serials: [string, string];
}> {
  const member = await desk.newMember();
  await arm("issue");
  await desk.apply(member);
  await desk.settle();
  await desk.recover(member);
  expect(await desk.detail(member)).toMatchObject({ status: "pin_ready" });
  const first = await desk.collect(member);
  await desk.recover(member);
  expect(await desk.detail(member)).toMatchObject({ status: "active", serial: { decimal: first } });

  await arm("renew");
  await desk.renew(member);
  await desk.settle();
  await desk.recover(member);
  expect(await desk.detail(member)).toMatchObject({
    status: "renewal_pin_ready",
    serial: { decimal: first },
  });
  const second = await desk.collect(member);
  await desk.recover(member);
  expect(await desk.detail(member)).toMatchObject({ status: "active", serial: { decimal: second } });

  await arm("revoke");
  await desk.revoke(member);
  await desk.settle();
  await desk.recover(member);
  expect(await desk.detail(member)).toMatchObject({ status: "revoked" });
  return { member, serials: [first, second] };
}

/** The service's side: one of each, and the first certificate ended by the second. */
async function expectOnce({ member, serials: [first, second] }: Awaited<ReturnType<typeof live>>) {
  const known = await desk.known(member);
  expect(known.map(({ kind, serial, state }) => [kind, serial, state])).toEqual([
    ["issue", first, "renewed"],
    ["renew", second, "revoked"],
    ["revoke", second, "done"],
  ]);
  expect(known.map(({ uploads }) => uploads)).toEqual([1, 1, 1]);
  const left = await desk.db().upkiRequest.findMany({ where: { status: { in: ["waiting", "sending"] } } });
  expect(left).toEqual([]);
}

describe("at the site", () => {
  test.each(atTheSite)("%s", async (_name, fault) => {
    const lived = await live(() => desk.arm({ times: 1, ...fault }));
    await expectOnce(lived);
  });
});

/** Mails that tell of what came to be; the list makes up for each that is not believed or does not come. */
const ofMails: [name: string, fault: string][] = [
  ["comes twice", "mail_twice"],
  ["is lost", "mail_lost"],
  ["has another subject", "changed_subject"],
  ["has a body that was changed on its way", "bad_signature"],
  ["is not signed", "unsigned_mail"],
  ["is signed by somebody else", "wrong_signer"],
  ["is signed with a certificate that has ended", "expired_signer"],
  ["comes from another address", "wrong_sender"],
];

describe("a mail that tells of a certificate", () => {
  test.each(ofMails)("%s", async (_name, kind) => {
    for (const mail of ["collected", "renewed", "revoked"]) await desk.arm({ kind, mail, times: 1 });
    const lived = await live(async () => {});
    await expectOnce(lived);
    await desk.control("/calm", {});
  });

  test("comes in reverse: revoked before renewed, renewed before collected", async () => {
    const member = await desk.newMember();
    await desk.apply(member);
    await desk.settle();
    for (const mail of ["collected", "renewed", "revoked"]) {
      await desk.arm({ kind: "mail_lost", mail });
    }
    const first = await desk.collect(member);
    // Nothing was told: the list does.
    await desk.nii().reconcile();
    expect(await desk.detail(member)).toMatchObject({ status: "active", serial: { decimal: first } });
    await desk.renew(member);
    await desk.settle();
    const second = await desk.collect(member);
    await desk.nii().reconcile();
    await desk.revoke(member);
    await desk.settle();
    await desk.nii().reconcile();
    expect(await desk.detail(member)).toMatchObject({ status: "revoked", serial: { decimal: second } });

    // Late, the last first.
    const { mails } = await desk.control("/state");
    const late = mails.filter(
      ({ lost, dn }: { lost: boolean; dn: string }) => lost && dn.includes(`${member.displayName},`),
    );
    const { receiveMail } = await import("@/server/ca/upki/intake.ts");
    for (const { id } of late.reverse()) {
      const raw = await (await fetch(`${desk.site().controlUrl}/mails/${id}`)).arrayBuffer();
      expect((await receiveMail(desk.world(), new Uint8Array(raw), "upload"))?.status).toBe("done");
    }
    expect(await desk.detail(member)).toMatchObject({ status: "revoked", serial: { decimal: second } });
    expect((await desk.detail(member)).history.filter(({ deed }) => deed === "collected")).toHaveLength(1);
    await desk.control("/calm", {});
  });
});

describe("the mail with the PINs", () => {
  test.each([["mail_lost"], ["bad_signature"], ["changed_subject"]])(
    "%s: the application says what is true, the list names it, and a registrar ends it",
    async (kind) => {
      const member = await desk.newMember();
      await desk.arm({ kind, mail: "pin", times: 1 });
      await desk.apply(member);
      await desk.settle();
      await desk.recover(member);
      expect(await desk.detail(member)).toMatchObject({ status: "requested", pin: { state: "not_yet" } });
      const { openDifferences } = await import("@/server/ca/upki/office.ts");
      const differences = await openDifferences(desk.world(), null);
      const own = differences.find(({ dn }) => dn.includes(`${member.displayName},`));
      expect(own).toMatchObject({ kind: "pin_missing" });

      const { endWithoutPin } = await import("@/server/ca/upki/looked-after.ts");
      const end = () => endWithoutPin(desk.world(), { id: own?.id ?? "", institutions: null, by: "admin" });
      expect(await end()).toBe("done");
      expect(await end()).toBe("gone");
      expect(await desk.detail(member)).toMatchObject({ status: "failed", failure: "pin_lost" });
      expect(await desk.known(member)).toHaveLength(1);
    },
  );

  test.each([
    ["the page answers 500", "pin_page_500"],
    ["it comes twice", "mail_twice"],
  ])("%s: the PIN comes all the same", async (_name, kind) => {
    const member = await desk.newMember();
    await desk.arm({ kind, times: 1, ...(kind === "mail_twice" && { mail: "pin" }) });
    await desk.apply(member);
    await desk.settle();
    await desk.recover(member);
    await desk.collect(member);
    await desk.recover(member);
    expect(await desk.detail(member)).toMatchObject({ status: "active" });
  });

  test("the page is cut off when it had given its PINs: they are gone, and that is said", async () => {
    const member = await desk.newMember();
    await desk.arm({ kind: "pin_page_cut", times: 1 });
    await desk.apply(member);
    await desk.settle();
    await desk.recover(member);
    expect(await desk.detail(member)).toMatchObject({ status: "requested" });
    const page = await desk
      .db()
      .upkiPinPage.findFirstOrThrow({ where: { status: "dead" }, orderBy: { announcedAt: "desc" } });
    expect(page).toMatchObject({ reason: "refused", sealedUrl: null, sealedFile: null });
  });
});

describe("what the service refuses", () => {
  test.each([
    ["unknown_code", /^upki_/],
    ["institution_bad_standing", /^upki_215$/],
  ])(
    "%s: the application ends with its code and words, a renewal and a revocation leave the certificate",
    async (kind, code) => {
      const refused = await desk.newMember();
      await desk.arm({ kind, times: 1 });
      await desk.apply(refused);
      await desk.settle();
      const failed = await desk.detail(refused);
      expect(failed).toMatchObject({ status: "failed", failure: expect.stringMatching(code) });
      expect(failed.failureWords).not.toBe("");

      const member = await desk.newMember();
      await desk.apply(member);
      await desk.settle();
      await desk.collect(member);
      await desk.settle();
      await desk.arm({ kind, times: 1 });
      await desk.renew(member);
      await desk.settle();
      expect(await desk.detail(member)).toMatchObject({ status: "active" });
      await desk.arm({ kind, times: 1 });
      await desk.revoke(member);
      await desk.settle();
      const kept = await desk.detail(member);
      expect(kept.status).toBe("active");
      expect(kept.history.map(({ deed }) => deed).slice(-3)).toEqual([
        "renewal_refused",
        "revocation_asked",
        "revocation_refused",
      ]);
      // And may be asked for again.
      await desk.revoke(member);
      await desk.settle();
      expect(await desk.detail(member)).toMatchObject({ status: "revoked" });
    },
  );

  test("one line of a file: the others go, and only that application ends", async () => {
    const members = await Promise.all([1, 2, 3].map(() => desk.newMember()));
    for (const member of members) await desk.apply(member);
    await desk.arm({ kind: "unknown_code", times: 1 });
    await desk.settle();
    const statuses = await Promise.all(members.map(async (member) => (await desk.detail(member)).status));
    expect(statuses.sort()).toEqual(["failed", "pin_ready", "pin_ready"]);
  });

  test("a file with too many lines is sent in halves", async () => {
    const members = await Promise.all([1, 2, 3].map(() => desk.newMember()));
    for (const member of members) await desk.apply(member);
    await desk.arm({ kind: "too_many_records", times: 1 });
    await desk.settle();
    for (const member of members) expect(await desk.detail(member)).toMatchObject({ status: "pin_ready" });
  });
});
