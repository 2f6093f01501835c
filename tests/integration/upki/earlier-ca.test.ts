/** A portal that had a CA of its own before: what that one was given stays with it. */
import { expect, test } from "vitest";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { localRules } from "@/server/ca/local/rules.ts";
import { revokeAtCa, submitOrder } from "@/server/enrollment/carry-out.ts";
import { hear } from "@/server/enrollment/orders.ts";
import { detailOf } from "@/server/enrollment/records.ts";
import { renewCertificate } from "@/server/enrollment/renew.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import { revokeCertificate } from "@/server/enrollment/revoke.ts";
import type { Ports } from "@/server/ports.ts";
import { openDesk } from "./desk.ts";

const desk = openDesk();

test("its certificates are revoked there; a renewal is refused with the reason, and the next application goes to NII", async () => {
  const member = await desk.newMember();
  const { now: clock } = desk.world();
  const earlier = new LocalCa({
    ...desk.world(),
    tell: (tx, facts) => hear(tx, facts, clock()),
    baseUrl: "http://localhost:3000",
  });
  const before: Ports = { ...desk.ports(), ca: earlier, rules: localRules };
  await requestCertificate(before, {
    memberId: member.id,
    kind: "client",
    months: 52,
    key: "client:0",
    locale: "ja",
  });
  const order = await desk.db().order.findFirstOrThrow({ where: { enrollment: { memberId: member.id } } });
  await submitOrder(before, order.id);

  // From here on the portal orders from NII.
  const now = desk.ports();
  const waiting = await detailOf(now, member.id, 1);
  expect(waiting).toMatchObject({ status: "pin_ready", ticket: { triesLeft: 10 } });
  const ticket = (await now.ca.collectUrl(order.id, "ja"))?.split("/").at(-1) ?? "";
  const answer = await earlier.enterPin({
    ticket,
    pin: waiting.pin.state === "ready" ? waiting.pin.value : "",
  });
  if (answer.result !== "right") throw new Error(answer.result);
  await earlier.collect({ ticket, browser: answer.browser, encryption: "modern" });
  expect(await detailOf(now, member.id, 1)).toMatchObject({ status: "active" });

  await renewCertificate(now, { memberId: member.id, number: 1, sequence: 1 });
  await desk.submit(member);
  const kept = await detailOf(now, member.id, 1);
  expect(kept.status).toBe("active");
  expect(kept.history.at(-1)).toMatchObject({ deed: "renewal_refused", detail: { code: "other_ca" } });

  await desk.apply(member);
  await desk.settle();
  expect(await detailOf(now, member.id, 2)).toMatchObject({ status: "pin_ready" });

  await revokeCertificate(now, { memberId: member.id, number: 1, reason: "superseded" });
  expect(await revokeAtCa(now, order.enrollmentId)).toBe(true);
  expect(await detailOf(now, member.id, 1)).toMatchObject({ status: "revoked" });
  expect(await desk.db().certificate.count({ where: { revokedAt: { not: null } } })).toBe(1);
});
