/** Applications of others: found, looked at, and what registrars do with one in its member's place. */
import { z } from "zod";
import { applicationOf, noteSeen } from "../../../admin/application.ts";
import { cancelApplication } from "../../../enrollment/cancel.ts";
import { revokeCertificate } from "../../../enrollment/revoke.ts";
import { askAgain } from "../../../enrollment/send-again.ts";
import { unlockTicket } from "../../../enrollment/unlock.ts";
import { env } from "../../../env.ts";
import { revocationReasons } from "../../../ports.ts";
import { reason, registrarProcedure, router, sensitiveProcedure } from "../../trpc.ts";

const id = z.string().regex(/^[\w-]{1,60}$/);

export const applicationsAdmin = router({
  /** Whoever looks is noted in the audit. */
  get: registrarProcedure.input(z.object({ id })).query(async ({ ctx, input }) => {
    const by = ctx.member.id;
    const application = await applicationOf(ctx.ports, input.id, { scope: ctx.scope, by });
    await noteSeen(ctx.ports, application, by);
    return { ...application, jobsAreElsewhere: env().INNGEST_EVENT_KEY !== undefined };
  }),

  revoke: sensitiveProcedure("revoke_for")
    .input(z.object({ id, reason: z.enum(revocationReasons), words: reason }))
    .mutation(({ ctx, input }) => {
      const { institutions } = ctx.scope;
      const inPlace = { by: ctx.member.id, words: input.words };
      return revokeCertificate(ctx.ports, { id: input.id, institutions, reason: input.reason, inPlace });
    }),

  cancel: registrarProcedure.input(z.object({ id, reason })).mutation(({ ctx, input }) =>
    cancelApplication(ctx.ports, {
      ...input,
      institutions: ctx.scope.institutions,
      by: ctx.member.id,
    }),
  ),

  unlock: registrarProcedure.input(z.object({ id, reason })).mutation(({ ctx, input }) => {
    const { institutions } = ctx.scope;
    return unlockTicket(ctx.ports, { id: input.id, institutions }, input.reason);
  }),

  /** `seen`: how often it had been sent once more when the form was made. */
  sendAgain: registrarProcedure
    .input(z.object({ letter: id, seen: z.number().int().min(0) }))
    .mutation(({ ctx, input }) => askAgain(ctx.ports, { ...input, institutions: ctx.scope.institutions })),
});
