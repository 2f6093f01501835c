/** 更新申請: a new certificate under the same application and name. */
import type { Transaction } from "../db.ts";
import { PortalError } from "../errors.ts";
import type { Enrollment } from "../generated/prisma/client.ts";
import type { Ports } from "../ports.ts";
import { orderOf } from "./carry-out.ts";
import { announce, happen } from "./change.ts";
import { kinds } from "./kind.ts";
import { hindranceToRenewal } from "./lifecycle.ts";
import { checkOffer } from "./offer.ts";
import { lockOwn } from "./own.ts";

/**
 * Orders the next certificate. `sequence` is the newest order the form knew of: posted twice, the second finds the renewal made.
 * @throws PortalError `not_found`, `not_renewable`, `institution_not_enabled`, `kind_not_offered`, `term_not_offered`, `mail_not_yours`,
 * `not_issuable`
 */
export async function renewCertificate(
  ports: Ports,
  wish: { memberId: string; number: number; sequence: number },
): Promise<{ number: number; already: boolean }> {
  const already = await ports.db.$transaction(async (tx) => {
    const at = ports.now();
    const enrollment = await lockOwn(tx, wish.memberId, wish.number);
    const newest = await tx.order.findFirstOrThrow({
      where: { enrollmentId: enrollment.id },
      orderBy: { sequence: "desc" },
    });
    if (wish.sequence < newest.sequence) return true;
    const hindrance = hindranceToRenewal(enrollment.status);
    if (hindrance) throw new PortalError("not_renewable", { because: hindrance });
    if (wish.sequence > newest.sequence) throw new PortalError("invalid_input", { field: "sequence" });
    if (!enrollment.notAfter || enrollment.notAfter <= at) {
      throw new PortalError("not_renewable", { because: "expired" });
    }
    const member = await tx.member.findUniqueOrThrow({
      where: { id: wish.memberId },
      include: { institution: true },
    });
    checkOffer(member.institution, enrollment);
    const mail = await mailNow(tx, enrollment);
    const order = await tx.order.create({
      data: {
        enrollmentId: enrollment.id,
        sequence: newest.sequence + 1,
        purpose: "renew",
        months: enrollment.months,
        placedAt: at,
      },
    });
    const fault = ports.rules.faultOf(orderOf(order, { ...enrollment, mail, member }));
    if (fault) throw new PortalError("not_issuable", { field: fault.field, value: fault.value });
    await happen(tx, enrollment, "renewal_asked", { at, deed: "renewal_asked", data: { mail } });
    await announce(tx, "enrollment/order.placed", { order: order.id, purpose: "renew" });
    return false;
  });
  await ports.wakeOutbox();
  return { number: wish.number, already };
}

/** Years may have passed: the institution may have taken the address away, and given it to somebody else. */
async function mailNow(tx: Transaction, { memberId, kind, mail }: Enrollment): Promise<string> {
  const { mails } = await tx.member.findUniqueOrThrow({ where: { id: memberId }, select: { mails: true } });
  if (mails.includes(mail)) return mail;
  if (kinds[kind].oneAMail) throw new PortalError("mail_not_yours");
  return mails[0] ?? mail;
}
