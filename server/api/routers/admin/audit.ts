/** The audit in the scope of whoever asks, and its export. */
import { z } from "zod";
import { searchAudit } from "../../../admin/audit.ts";
import { append } from "../../../audit/append.ts";
import { auditDeeds } from "../../../audit/deeds.ts";
import { exported } from "../../../audit/export.ts";
import { publishedHead } from "../../../audit/heads.ts";
import { audit } from "../../../wiring.ts";
import { registrarProcedure, router } from "../../trpc.ts";

/** The database's calendar has no year 0, and its texts no NUL. */
const moment = z.date().min(new Date(0));
const text = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((one) => !one.includes("\0"))
  .optional();

export const auditAdmin = router({
  search: registrarProcedure
    .input(
      z.object({
        deed: z.enum(auditDeeds).optional(),
        person: text,
        subject: text,
        from: moment.optional(),
        to: moment.optional(),
        before: z
          .string()
          .regex(/^\d{1,15}-[\w-]{1,60}$/)
          .optional(),
      }),
    )
    .query(({ ctx, input }) => searchAudit(ctx.ports.db, { ...input, scope: ctx.scope })),

  /** Where the chain was signed last. */
  head: registrarProcedure.query(async ({ ctx }) => (await publishedHead(ctx.ports.db)).head),

  /** The lines of an export, a portion at a time; that it was made is an entry itself. */
  export: registrarProcedure
    .input(z.object({ from: moment, to: moment }))
    .mutation(async ({ ctx, input }) => {
      const { db } = ctx.ports;
      const { institutions } = ctx.scope;
      const at = ctx.ports.now();
      await db.$transaction((tx) =>
        append(tx, {
          ...{ deed: "audit.exported", at, subject: "audit", subjectId: "export" },
          institutionId: institutions?.length === 1 ? (institutions[0] ?? null) : null,
          after: { from: input.from.toISOString(), to: input.to.toISOString() },
        }),
      );
      // What is told has to lie before a signed head.
      await audit().signHead();
      return exported(db, { institutions, ...input });
    }),
});
