/** People and their roles: operators for everybody, registrars for the members of their own institution. */
import { z } from "zod";
import { findPeople, personOf, rolesHeld } from "../../../admin/people.ts";
import { giveRole, takeRole } from "../../../admin/roles.ts";
import { reason, registrarProcedure, router, sensitiveProcedure } from "../../trpc.ts";

const id = z.string().regex(/^[\w-]{1,60}$/);
/** The database takes no text with a NUL. */
const text = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .refine((words) => !words.includes("\0"));

export const peopleAdmin = router({
  find: registrarProcedure
    .input(z.object({ text }))
    .query(({ ctx, input }) =>
      findPeople(ctx.ports.db, { ...input, scope: ctx.scope, now: ctx.ports.now() }),
    ),

  holders: registrarProcedure
    .input(z.object({ state: z.enum(["in_force", "ended"]), before: id.optional() }))
    .query(({ ctx, input }) => rolesHeld(ctx.ports.db, { ...input, scope: ctx.scope, now: ctx.ports.now() })),

  /** With the roles that whoever asks may give them. */
  get: registrarProcedure.input(z.object({ id })).query(async ({ ctx, input }) => {
    const person = await personOf(ctx.ports.db, { ...input, scope: ctx.scope, now: ctx.ports.now() });
    return {
      ...person,
      isSelf: input.id === ctx.member.id,
      mayBe:
        ctx.scope.institutions === null ? (["registrar", "operator"] as const) : (["registrar"] as const),
    };
  }),

  give: sensitiveProcedure("change_roles")
    .input(
      z.object({
        memberId: id,
        role: z.enum(["registrar", "operator"]),
        expiresAt: z.date().nullable(),
        reason,
      }),
    )
    .mutation(({ ctx, input }) =>
      giveRole(ctx.ports.db, { ...input, scope: ctx.scope, by: ctx.member.id, now: ctx.ports.now() }),
    ),

  take: sensitiveProcedure("change_roles")
    .input(z.object({ roleId: id, confirmed: z.boolean(), reason }))
    .mutation(({ ctx, input }) =>
      takeRole(ctx.ports.db, { ...input, scope: ctx.scope, by: ctx.member.id, now: ctx.ports.now() }),
    ),
});
