/** Mails in the scope of whoever asks, and what each kind of them looks like. */
import { z } from "zod";
import { searchLetters } from "../../../admin/letters.ts";
import { letterKinds } from "../../../enrollment/views.ts";
import { mailNames, previewOf } from "../../../mail/preview.ts";
import { registrarProcedure, router } from "../../trpc.ts";

/** The database's calendar has no year 0. */
const moment = z.date().min(new Date(0));

export const lettersAdmin = router({
  search: registrarProcedure
    .input(
      z.object({
        kind: z.enum(letterKinds).optional(),
        status: z.enum(["waiting", "sent", "failed"]).optional(),
        from: moment.optional(),
        to: moment.optional(),
        before: z
          .string()
          .regex(/^\d{1,15}-[\w-]{1,60}$/)
          .optional(),
      }),
    )
    .query(({ ctx, input }) => searchLetters(ctx.ports.db, { ...input, scope: ctx.scope })),

  /** Of invented people. */
  preview: registrarProcedure
    .input(z.object({ mail: z.enum(mailNames), locale: z.enum(["ja", "en"]) }))
    .query(async ({ input }) => ({ ...(await previewOf(input.mail, input.locale)), mails: mailNames })),
});
