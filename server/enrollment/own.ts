/** A member's own application; anybody else's does not exist for them. */
import type { Transaction } from "../db.ts";
import { PortalError } from "../errors.ts";
import type { Enrollment, Prisma } from "../generated/prisma/client.ts";
import { lockEnrollment } from "./change.ts";

/** The member's application of that number, also by the number it had before. No other ever had or gets either. */
export function ownNumber(memberId: string, number: number): Prisma.EnrollmentWhereInput {
  return { memberId, OR: [{ number }, { formerNumber: number }] };
}

/** @throws PortalError `not_found` */
export async function lockOwn(tx: Transaction, memberId: string, number: number): Promise<Enrollment> {
  const own = await tx.enrollment.findFirst({ where: ownNumber(memberId, number), select: { id: true } });
  if (!own) throw new PortalError("not_found", { number });
  return lockEnrollment(tx, own.id);
}
