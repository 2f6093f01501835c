import { z } from "zod";
import { overviewOf } from "../../../admin/overview.ts";
import { choices, within } from "../../../admin/within.ts";
import { registrarProcedure, router } from "../../trpc.ts";

const id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\0]*$/);

export const overviewAdmin = router({
  /** Of one institution, or of all that the reader looks after. */
  get: registrarProcedure.input(z.object({ institution: id.optional() })).query(async ({ ctx, input }) => {
    const { db, now } = ctx.ports;
    const institutions = await within(db, ctx.scope, input.institution);
    const [figures, all] = await Promise.all([
      overviewOf(db, { institutions, now: now() }),
      choices(db, ctx.scope),
    ]);
    return { figures, institutions: all };
  }),
});
