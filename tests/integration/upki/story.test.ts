/** The main job with NII's service as the CA: the same turns as with the portal's own, and the same words. */
import { describe, expect, test } from "vitest";
import { detailOf } from "@/server/enrollment/records.ts";
import { renewCertificate } from "@/server/enrollment/renew.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import { revokeCertificate } from "@/server/enrollment/revoke.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import { form } from "../workflows/portal.ts";
import { openUpkiPortal } from "./service.ts";

const portal = openUpkiPortal();

async function pinOf(member: Member, status: string, number = 1): Promise<string> {
  await portal.statusIs(member, status);
  const { pin } = await detailOf(portal.ports(), member.id, number);
  if (pin.state !== "ready") throw new Error(`the PIN is ${pin.state}`);
  return pin.value;
}

const decimal = (serial: { decimal: string } | null) => serial?.decimal;

describe("from application to revocation", () => {
  test("the portal orders, shows the PIN, follows the download, the renewal and the revocation", async () => {
    const member = await portal.newMember();
    const world = portal.ports();
    await requestCertificate(world, { ...form, memberId: member.id, locale: "ja" });

    const first = await portal.collect(member, await pinOf(member, "pin_ready"));
    await portal.mailTo(member, "[UPKI] クライアント証明書取得通知");
    const active = await portal.statusIs(member, "active");
    expect(decimal(active.serial)).toBe(first);
    expect(active.pin.state).toBe("ready");

    await renewCertificate(world, { memberId: member.id, number: 1, sequence: 1 });
    const pin = await pinOf(member, "renewal_pin_ready");
    expect(decimal((await detailOf(world, member.id, 1)).serial)).toBe(first);
    const second = await portal.collect(member, pin);
    await portal.mailTo(member, "[UPKI] クライアント証明書更新通知");
    expect(decimal((await portal.statusIs(member, "active")).serial)).toBe(second);

    await revokeCertificate(world, { memberId: member.id, number: 1, reason: "unspecified" });
    await portal.mailTo(member, "[UPKI] クライアント証明書失効完了通知");
    await portal.statusIs(member, "revoked");
    const revoked = await portal.lettersAre(member, [
      "acceptance sent",
      "acquisition sent",
      "acceptance sent",
      "renewal sent",
      "revocation sent",
    ]);
    expect(revoked.history.map(({ deed }) => deed)).toEqual([
      "requested",
      "pin_issued",
      "collected",
      "renewal_asked",
      "pin_issued",
      "renewed",
      "revocation_asked",
      "revoked",
    ]);
    const there = await portal.known(await portal.nameOf(member));
    expect(there.map(({ serial, state, uploads }) => [serial, state, uploads])).toEqual([
      [first, "renewed", 1],
      [second, "revoked", 1],
      [second, "done", 1],
    ]);
  });

  test("no PIN and no URL of the service is to be read anywhere in the database", async () => {
    const member = await portal.newMember();
    await requestCertificate(portal.ports(), { ...form, memberId: member.id, locale: "ja" });
    const pin = await pinOf(member, "pin_ready");
    const { db } = portal.ports();
    const tables = await db.$queryRaw<{ name: string }[]>`
      SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`;
    for (const { name } of tables) {
      const rows = await db.$queryRawUnsafe<{ text: string }[]>(`SELECT t::text AS text FROM "${name}" t`);
      const text = rows.map((row) => row.text).join("\n");
      expect(text.includes(pin), `a PIN in ${name}`).toBe(false);
      expect(/SPEntrance/.test(text), `a URL in ${name}`).toBe(false);
    }
    expect(await db.upkiPinPage.count({ where: { sealedUrl: { not: null } } })).toBe(0);
  });

  test("an S/MIME certificate, which the service writes with its common name alone, is matched by that and by what waits", async () => {
    const member = await portal.newMember();
    const [mail = ""] = member.mails;
    const asked = { kind: "smime", months: 52, key: "smime:0", mail } as const;
    await requestCertificate(portal.ports(), { ...asked, memberId: member.id, locale: "ja" });
    const serial = await portal.collect(member, await pinOf(member, "pin_ready"));
    expect(decimal((await portal.statusIs(member, "active")).serial)).toBe(serial);
    await revokeCertificate(portal.ports(), { memberId: member.id, number: 1, reason: "keyCompromise" });
    await portal.statusIs(member, "revoked");
  });
});

describe("a name that the service knows already (212)", () => {
  test("takes the next number, once; the application is found by both, and its history says so", async () => {
    const member = await portal.newMember();
    await portal.site().control("/faults", { kind: "dn_exists", times: 1 });
    const { number } = await requestCertificate(portal.ports(), {
      ...form,
      memberId: member.id,
      locale: "ja",
    });
    expect(number).toBe(1);
    await portal.statusIs(member, "pin_ready");
    const detail = await detailOf(portal.ports(), member.id, 1);
    expect(detail.number).toBe(2);
    expect(detail.dn).toContain("OU=No 2");
    expect(detail.history.map(({ deed }) => deed)).toEqual(["requested", "renumbered", "pin_issued"]);
    expect(await detailOf(portal.ports(), member.id, 2)).toEqual(detail);
    const { pin } = detail;
    await portal.collect(member, pin.state === "ready" ? pin.value : "", 2);
    await portal.statusIs(member, "active");
  });

  test("twice is the end, with the service's words", async () => {
    const member = await portal.newMember();
    await portal.site().control("/faults", { kind: "dn_exists", times: 2 });
    await requestCertificate(portal.ports(), { ...form, memberId: member.id, locale: "ja" });
    const failed = await portal.statusIs(member, "failed");
    expect(failed.failure).toBe("upki_212");
    expect(failed.failureWords).toContain("DN");
  });
});
