/** The list against the applications: what it makes up for, what it lists, what is taken in. */
import { expect, test } from "vitest";
import { adopt, planAdoption } from "@/server/ca/upki/adopt.ts";
import { dismissDifference } from "@/server/ca/upki/looked-after.ts";
import { openDifferences } from "@/server/ca/upki/office.ts";
import { lapseOrder } from "@/server/enrollment/carry-out.ts";
import { openDesk } from "./desk.ts";

const desk = openDesk();
const base = "O=Demo University A,L=Academe,C=JP";

test("dates that were reckoned from the download become the certificate's own", async () => {
  const member = await desk.newMember();
  await desk.apply(member);
  await desk.settle();
  await desk.collect(member);
  await desk.settle();
  const reckoned = await desk.detail(member);
  await desk.nii().reconcile();
  const own = await desk.detail(member);
  // The profile's 52 months are 48 at the service since 2023.
  expect(own.notAfter?.getTime()).toBeLessThan(reckoned.notAfter?.getTime() ?? 0);
  const [known] = (await desk.control("/state")).requests.filter(
    ({ serial }: { serial: string }) => serial === own.serial?.decimal,
  );
  expect(Math.abs(Date.parse(known.notAfter) - (own.notAfter?.getTime() ?? 0))).toBeLessThan(86_400_000);
});

test("a download that only the list tells of was between the upload and now, whatever the profile's months are", async () => {
  const member = await desk.newMember();
  const before = desk.ports().now();
  await desk.apply(member);
  await desk.settle();
  await desk.arm({ kind: "mail_lost", mail: "collected" });
  await desk.collect(member);
  await desk.nii().reconcile();
  const { status, notBefore } = await desk.detail(member);
  expect(status).toBe("active");
  expect(notBefore?.getTime()).toBeGreaterThanOrEqual(before.getTime());
  expect(notBefore?.getTime()).toBeLessThanOrEqual(desk.ports().now().getTime());
});

test("a URL whose time is over lapses its application; compared again nothing is told anew", async () => {
  const member = await desk.newMember();
  await desk.apply(member);
  await desk.settle();
  await desk.control("/expire", { dn: await desk.nameOf(member) });
  desk.pass(2);
  await desk.nii().reconcile();
  expect(await desk.detail(member)).toMatchObject({ status: "lapsed" });
  const { history } = await desk.detail(member);
  await desk.nii().reconcile();
  expect((await desk.detail(member)).history).toEqual(history);
});

test("an application that seemed to have lapsed and was fetched is what it is", async () => {
  const member = await desk.newMember();
  await desk.apply(member);
  await desk.settle();
  await desk.arm({ kind: "mail_lost", mail: "collected" });
  const serial = await desk.collect(member);
  const order = await desk.db().order.findFirstOrThrow({ where: { enrollment: { memberId: member.id } } });
  const past = new Date(desk.ports().now().getTime() - 40 * 3_600_000);
  await desk.db().order.update({ where: { id: order.id }, data: { collectUntil: past } });
  await desk.db().upkiRequest.updateMany({ where: { orderId: order.id }, data: { collectUntil: past } });
  await lapseOrder(desk.ports(), order.id);
  expect(await desk.detail(member)).toMatchObject({ status: "lapsed" });
  await desk.nii().reconcile();
  expect(await desk.detail(member)).toMatchObject({ status: "active", serial: { decimal: serial } });
});

test("a certificate that a registrar revoked at NII is revoked here, and the history says where", async () => {
  const member = await desk.newMember();
  await desk.apply(member);
  await desk.settle();
  const serial = await desk.collect(member);
  await desk.settle();
  await desk.arm({ kind: "mail_lost", mail: "revoked" });
  await desk.control("/revoke", { serial });
  await desk.nii().reconcile();
  const revoked = await desk.detail(member);
  expect(revoked).toMatchObject({ status: "revoked", certificateState: "revoked" });
  expect(revoked.history.at(-1)?.deed).toBe("revoked_elsewhere");
});

test("what is fetched of a renewal that was withdrawn by a revocation is revoked too", async () => {
  const member = await desk.newMember();
  await desk.apply(member);
  await desk.settle();
  await desk.collect(member);
  await desk.settle();
  await desk.renew(member);
  await desk.settle();
  const pin = await desk.pin(member);
  await desk.revoke(member);
  await desk.settle();
  expect(await desk.detail(member)).toMatchObject({ status: "revoked", pin: { state: "gone" } });
  // The service's URL still works for whoever kept the PIN: what the old certificate's revocation leaves of it is the service's to say.
  const second = await desk.collect(member, pin).catch(() => null);
  await desk.settle();
  await desk.settle();
  const known = await desk.known(member);
  const living = known.filter(({ kind, state }) => kind !== "revoke" && state === "issued");
  expect(living).toEqual([]);
  if (second) expect(known.some(({ serial, state }) => serial === second && state === "revoked")).toBe(true);
});

test("a certificate that no application knows is listed, tried, and taken in for its holder, once", async () => {
  const member = await desk.newMember();
  const [mail = ""] = member.mails;
  const dn = `CN=${member.displayName},OU=No 7,${base}`;
  const { serial } = await desk.control("/issue-unknown", { dn, mail, profile: "13" });
  const stranger = `CN=Taro Gakunin,OU=No 3,${base}`;
  await desk.control("/issue-unknown", { dn: stranger, mail: "nobody@a.example.ac.jp" });
  await desk.nii().reconcile();
  const open = await openDifferences(desk.world(), null);
  const ids = open.filter(({ kind }) => kind === "unknown_certificate").map(({ id }) => id);
  const plans = await planAdoption(desk.world(), ids, null);
  expect(
    plans.map(({ serial, problem, number, kind, months }) => [serial, problem, number, kind, months]),
  ).toEqual(
    expect.arrayContaining([
      [serial, null, 7, "client", 13],
      [expect.any(String), "no_member", null, "client", expect.any(Number)],
    ]),
  );
  expect(await desk.db().enrollment.count({ where: { memberId: member.id } })).toBe(0);

  const whose = { ids, institutions: null, by: "admin" };
  await Promise.all([adopt(desk.world(), whose), adopt(desk.world(), whose)]);
  const taken = await desk.detail(member, 7);
  expect(taken).toMatchObject({ status: "active", months: 13, serial: { decimal: serial } });
  expect(taken.history.map(({ deed }) => deed)).toEqual(["adopted"]);
  expect(await planAdoption(desk.world(), ids, ["another-institution"])).toEqual([]);

  // And lives like any other.
  await desk.nii().reconcile();
  const { revokeCertificate } = await import("@/server/enrollment/revoke.ts");
  await revokeCertificate(desk.ports(), { memberId: member.id, number: 7, reason: "superseded" });
  await desk.submit(member);
  await desk.settle();
  expect(await desk.detail(member, 7)).toMatchObject({ status: "revoked" });
});

test("what somebody has seen and left is not listed again", async () => {
  const dn = `CN=Nobody Here,OU=No 1,${base}`;
  await desk.control("/issue-unknown", { dn, mail: "gone@a.example.ac.jp" });
  await desk.nii().reconcile();
  const find = async () => (await openDifferences(desk.world(), null)).find((row) => row.dn === dn);
  const row = await find();
  const whose = { id: row?.id ?? "", institutions: null, by: "admin" };
  expect(await dismissDifference(desk.world(), { ...whose, institutions: ["another"] })).toBe("gone");
  expect(await dismissDifference(desk.world(), whose)).toBe("done");
  await desk.nii().reconcile();
  expect(await find()).toBeUndefined();
});
