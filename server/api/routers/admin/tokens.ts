/** Tokens for programs of an institution. */
import { z } from "zod";
import { institutionsIn } from "../../../admin/given/draft.ts";
import { endToken, listTokens, makeToken } from "../../../admin/tokens.ts";
import { reason, registrarProcedure, router, sensitiveProcedure } from "../../trpc.ts";

const id = z.string().regex(/^[\w-]{1,60}$/);
const name = z
  .string()
  .transform((text) => text.replaceAll(/\s+/g, " ").trim())
  .refine((text) => text !== "" && [...text].length <= 100 && !/[\0\p{Cs}]/u.test(text), "name");

export const tokensAdmin = router({
  institutions: registrarProcedure.query(({ ctx }) => institutionsIn(ctx.ports.db, ctx.scope)),

  list: registrarProcedure.query(({ ctx }) =>
    listTokens(ctx.ports.db, { scope: ctx.scope, now: ctx.ports.now() }),
  ),

  make: sensitiveProcedure("change_settings")
    .input(z.object({ id: z.uuid(), institutionId: id, name, expiresAt: z.date().nullable(), reason }))
    .mutation(({ ctx, input }) =>
      makeToken(ctx.ports.db, { ...input, scope: ctx.scope, by: ctx.member.id, now: ctx.ports.now() }),
    ),

  end: sensitiveProcedure("change_settings")
    .input(z.object({ id, reason }))
    .mutation(({ ctx, input }) =>
      endToken(ctx.ports.db, { ...input, scope: ctx.scope, now: ctx.ports.now() }),
    ),
});
