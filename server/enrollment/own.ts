/** A member's own application; anybody else's does not exist for them. */
import type { Transaction } from "../db.ts";
import { PortalError } from "../errors.ts";
import type { Enrollment } from "../generated/prisma/client.ts";
import { lockEnrollment } from "./change.ts";

/** @throws PortalError `not_found` */
export async function lockOwn(tx: Transaction, memberId: string, number: number): Promise<Enrollment> {
  const own = await tx.enrollment.findUnique({
    where: { memberId_number: { memberId, number } },
    select: { id: true },
  });
  if (!own) throw new PortalError("not_found", { number });
  return lockEnrollment(tx, own.id);
}
