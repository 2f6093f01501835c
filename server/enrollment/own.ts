/** Whose application it is: a member's own, or one of those that a registrar looks after. Anybody else's does not exist for them. */
import type { Transaction } from "../db.ts";
import { PortalError } from "../errors.ts";
import type { Enrollment, Prisma } from "../generated/prisma/client.ts";
import { lockEnrollment } from "./change.ts";

/** The member's own, by its number; or by its id one of the institutions that somebody looks after (null: of all). */
export type Whose =
  | { memberId: string; number: number }
  | { id: string; institutions: readonly string[] | null };

/** The member's application of that number, also by the number it had before. No other ever had or gets either. */
export function ownNumber(memberId: string, number: number): Prisma.EnrollmentWhereInput {
  return { memberId, OR: [{ number }, { formerNumber: number }] };
}

/** The one that is meant, and only where it is theirs to deal with. */
export function thatOf(whose: Whose): Prisma.EnrollmentWhereInput {
  if ("memberId" in whose) return ownNumber(whose.memberId, whose.number);
  const { id, institutions } = whose;
  return { id, ...(institutions && { institutionId: { in: [...institutions] } }) };
}

/** @throws PortalError `not_found` */
export async function lockThat(tx: Transaction, whose: Whose): Promise<Enrollment> {
  const found = await tx.enrollment.findFirst({ where: thatOf(whose), select: { id: true } });
  if (!found) throw new PortalError("not_found", "number" in whose ? { number: whose.number } : {});
  return lockEnrollment(tx, found.id);
}

/** @throws PortalError `not_found` */
export function lockOwn(tx: Transaction, memberId: string, number: number): Promise<Enrollment> {
  return lockThat(tx, { memberId, number });
}
