/** The audit says what was done, and never with what: of a whole story no entry holds a PIN, a ticket, a file or a key. */
import { expect, test } from "vitest";
import { detailOf } from "@/server/enrollment/records.ts";
import { renewCertificate } from "@/server/enrollment/renew.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import { revokeCertificate } from "@/server/enrollment/revoke.ts";
import { form, openPortal, ticketIn } from "../workflows/portal.ts";

const portal = openPortal();

test("from application to revocation, with a renewal between", async () => {
  const member = await portal.newMember();
  const world = portal.ports();
  const secrets: string[] = [];
  const known = [""];
  /** The next mail with a URL, and what is fetched with it. */
  async function collect(status: string) {
    const mail = await portal.mailThat(member, "a mail with a URL", (one) => !known.includes(ticketIn(one)));
    await portal.statusIs(member, status);
    const { pin } = await detailOf(world, member.id, 1);
    const answer = await portal.collectWith(mail, member);
    if (pin.state !== "ready" || answer.result !== "package")
      throw new Error(`${pin.state} ${answer.result}`);
    const file = Buffer.from(answer.file);
    known.push(ticketIn(mail));
    secrets.push(pin.value, ticketIn(mail));
    for (const form of ["base64", "base64url", "hex"] as const)
      secrets.push(file.toString(form).slice(64, 128));
  }
  await requestCertificate(world, { ...form, memberId: member.id, locale: "ja" });
  await collect("pin_ready");
  await portal.statusIs(member, "active");
  await renewCertificate(world, { memberId: member.id, number: 1, sequence: 1 });
  await collect("renewal_pin_ready");
  await portal.statusIs(member, "active");
  await revokeCertificate(world, { memberId: member.id, number: 1, reason: "keyCompromise" });
  await portal.statusIs(member, "revoked");

  secrets.push(process.env.SEALING_KEY ?? "", process.env.AUTH_SECRET ?? "");
  const entries = await world.db.auditEntry.findMany();
  const deeds = ["requested", "pin_issued", "collected", "renewal_asked", "renewed", "revoked"];
  expect(entries.map(({ deed }) => deed)).toEqual(
    expect.arrayContaining(deeds.map((deed) => `enrollment.${deed}`)),
  );
  expect(secrets).toHaveLength(12);
  for (const { canonical, deed } of entries) {
    for (const secret of secrets) expect(canonical.includes(secret), deed).toBe(false);
    expect(canonical, deed).not.toMatch(/PRIVATE KEY|BEGIN |MII[A-Za-z0-9+/]{20}/);
  }
});
