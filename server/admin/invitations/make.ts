/** 一括発行: what a list asks for is noted, and waits until each person logs in; what still waits can be cancelled. */
import { append } from "../../audit/append.ts";
import { PortalError } from "../../errors.ts";
import type { Ports } from "../../ports.ts";
import type { Scope } from "../../roles.ts";
import { institutionIn, within } from "../given/draft.ts";
import type { GivenLine } from "../given/list.ts";
import { planInvitations } from "./plan.ts";

export type Inviting = {
  /** Of the list: the same list confirmed twice is one. */
  batch: string;
  institutionId: string;
  lines: readonly GivenLine[];
  scope: Scope;
  by: string;
};

/** How many wait now; lines with a problem are left out. Lists of one institution take turns, so that two never invite for the same. */
export async function makeInvitations(
  ports: Ports,
  { batch, institutionId, lines, scope, by }: Inviting,
): Promise<{ made: number; already: boolean }> {
  return ports.db.$transaction(
    async (tx) => {
      await institutionIn(tx, scope, institutionId);
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`invitations ${institutionId}`}, 0))`;
      const before = await tx.invitation.count({ where: { institutionId, batch } });
      if (before > 0) return { made: before, already: true };
      const planned = await planInvitations(tx, { institutionId, lines, rules: ports.rules });
      const at = ports.now();
      const data = planned.flatMap(({ line, wish, problem }) =>
        wish && !problem ? [{ institutionId, batch, line, ...wish, createdBy: by, createdAt: at }] : [],
      );
      if (data.length === 0) throw new PortalError("invalid_input", { field: "lines" });
      await tx.invitation.createMany({ data });
      const subject = { subject: "invitation", subjectId: batch, institutionId } as const;
      await append(tx, { deed: "invitation.made", at, ...subject, after: { waiting: data.length } });
      return { made: data.length, already: false };
    },
    { timeout: 60_000, maxWait: 10_000 },
  );
}

/** One of them, or all of a list; how many no longer wait. What has become an application is none of it. */
export async function cancelInvitations(
  ports: Ports,
  { batch, id, scope }: { batch: string; id?: string | undefined; scope: Scope },
): Promise<number> {
  return ports.db.$transaction(async (tx) => {
    const where = { batch, ...(id && { id }), ...within(scope) };
    const first = await tx.invitation.findFirst({ where, select: { institutionId: true } });
    if (!first) throw new PortalError("not_found");
    const at = ports.now();
    const { count } = await tx.invitation.updateMany({
      where: { ...where, status: "waiting" },
      data: { status: "cancelled", settledAt: at },
    });
    if (count === 0) return 0;
    const subject = { subject: "invitation", subjectId: id ?? batch } as const;
    const { institutionId } = first;
    await append(tx, {
      deed: "invitation.cancelled",
      at,
      ...subject,
      institutionId,
      after: { cancelled: count },
    });
    return count;
  });
}
