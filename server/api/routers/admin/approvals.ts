/** Applications that wait for a registrar: shown, approved, declined; one or many. */
import { z } from "zod";
import { decideMany, mostAtOnce, namedApplications, waitingApprovals } from "../../../admin/approvals.ts";
import { decideApplication } from "../../../enrollment/approval.ts";
import { reason, registrarProcedure, router } from "../../trpc.ts";

const id = z.string().regex(/^[\w-]{1,60}$/);
const ids = z.array(id).max(mostAtOnce);
const decision = z.discriminatedUnion("approved", [
  z.object({ approved: z.literal(true) }),
  z.object({ approved: z.literal(false), reason }),
]);

export const approvalsAdmin = router({
  list: registrarProcedure.query(({ ctx }) =>
    waitingApprovals(ctx.ports, { scope: ctx.scope, by: ctx.member.id }),
  ),

  named: registrarProcedure
    .input(z.object({ ids }))
    .query(({ ctx, input }) => namedApplications(ctx.ports, { ...input, scope: ctx.scope })),

  decide: registrarProcedure
    .input(z.object({ id, decision }))
    .mutation(({ ctx, input }) =>
      decideApplication(ctx.ports, { ...input, scope: ctx.scope, by: ctx.member.id }),
    ),

  decideMany: registrarProcedure
    .input(z.object({ ids: ids.min(1), decision }))
    .mutation(({ ctx, input }) => decideMany(ctx.ports, { ...input, scope: ctx.scope, by: ctx.member.id })),
});
