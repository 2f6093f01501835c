/** アクセスと操作の記録: what a member may read of the audit about an application of theirs. */
import type { Database } from "../db.ts";
import type { AuditEntry } from "../generated/prisma/client.ts";

export type TrailEntry = Pick<AuditEntry, "id" | "at" | "deed" | "role" | "from"> & {
  /** Whether it was the member. */
  own: boolean;
};

const most = 100;

/** Ways in which the member comes, or somebody who passes for them: from where a registrar looked is nobody's business. */
const ownWays = ["member", "holder", "nobody"];

/** The newest entries about the member's application of that number; nothing for anybody else's. */
export async function trailOf(db: Database, memberId: string, number: number): Promise<TrailEntry[]> {
  const own = await db.enrollment.findFirst({
    where: { memberId, OR: [{ number }, { formerNumber: number }] },
    select: { id: true },
  });
  if (!own) return [];
  const rows = await db.auditEntry.findMany({
    where: { subject: "enrollment", subjectId: own.id, memberId },
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: most,
    select: { id: true, at: true, deed: true, role: true, from: true, actorId: true },
  });
  return rows.map(({ actorId, ...entry }) => ({
    ...entry,
    from: ownWays.includes(entry.role) ? entry.from : null,
    own: entry.role === "member" && actorId === memberId,
  }));
}
