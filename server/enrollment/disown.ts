/** 身に覚えがない: a member says that what happened to their application was not them. The institution is told; where it says so, it ends at once. */
import { PortalError } from "../errors.ts";
import type { Ports } from "../ports.ts";
import { announce, remember } from "./change.ts";
import { hindranceToRevocation } from "./lifecycle.ts";
import { lockOwn } from "./own.ts";
import { whoLooksAfter } from "./registrars.ts";
import { askRevocation } from "./revoke.ts";

/**
 * Once for each certificate, however often it is said. `ended`: whether the certificate is being revoked by the institution's rule; what is
 * not collected yet is left to its registrars, who are told.
 * @throws PortalError `not_found`
 */
export async function disown(
  ports: Ports,
  { memberId, number }: { memberId: string; number: number },
): Promise<{ number: number; ended: boolean }> {
  const ended = await ports.db.$transaction(async (tx) => {
    const at = ports.now();
    const enrollment = await lockOwn(tx, memberId, number);
    const { id, serial, institutionId, status } = enrollment;
    const about = { serial: serial ?? "" };
    const before = await tx.historyEntry.findFirst({
      where: { enrollmentId: id, deed: "disowned", detail: { equals: about } },
    });
    const isEnding = status === "revoking" || status === "revoked";
    if (before) return isEnding;
    await remember(tx, enrollment, { at, deed: "disowned", detail: about });
    await tx.enrollment.update({ where: { id }, data: { version: { increment: 1 } } });
    await announce(tx, "enrollment/disowned", { enrollment: id });
    const { revokeOnDisown } = await tx.institution.findUniqueOrThrow({ where: { id: institutionId } });
    if (isEnding || !revokeOnDisown || hindranceToRevocation(status)) return isEnding;
    return askRevocation(tx, enrollment, { at, reason: "keyCompromise" });
  });
  await ports.wakeOutbox();
  return { number, ended };
}

/** Whom to tell of it. */
export async function whoIsToldOfDisowned(ports: Ports, enrollmentId: string): Promise<(string | null)[]> {
  const enrollment = await ports.db.enrollment.findUnique({ where: { id: enrollmentId } });
  if (!enrollment) throw new PortalError("not_found");
  return whoLooksAfter(ports, enrollment.institutionId);
}
