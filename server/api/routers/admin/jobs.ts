/** Jobs in the scope of whoever asks: operators all of them, registrars those about their applications. */
import { z } from "zod";
import { cancelJob, retryJob, searchJobs } from "../../../admin/jobs.ts";
import { env } from "../../../env.ts";
import { reason, registrarProcedure, router } from "../../trpc.ts";

const id = z.string().regex(/^[\w-]{1,60}$/);

/** Where Inngest runs the workflows, its own pages show them; null where the portal does. */
function pagesOfInngest(): string | null {
  const { INNGEST_EVENT_KEY, INNGEST_SIGNING_KEY, INNGEST_BASE_URL } = env();
  if (!INNGEST_EVENT_KEY || !INNGEST_SIGNING_KEY) return null;
  return INNGEST_BASE_URL ?? "https://app.inngest.com/";
}

export const jobsAdmin = router({
  search: registrarProcedure
    .input(
      z.object({
        status: z.enum(["open", "done", "failed", "cancelled"]).optional(),
        enrollment: id.optional(),
        before: z
          .string()
          .regex(/^\d{1,15}-[\w-]{1,60}$/)
          .optional(),
      }),
    )
    .query(async ({ ctx, input }) => {
      const { scope, ports } = ctx;
      const page = await searchJobs(ports.db, { ...input, scope, now: ports.now() });
      return { ...page, elsewhere: pagesOfInngest() };
    }),

  retry: registrarProcedure
    .input(z.object({ id }))
    .mutation(({ ctx, input }) =>
      retryJob(ctx.ports.db, { ...input, scope: ctx.scope, now: ctx.ports.now() }),
    ),

  cancel: registrarProcedure
    .input(z.object({ id, reason }))
    .mutation(({ ctx, input }) =>
      cancelJob(ctx.ports.db, { ...input, scope: ctx.scope, now: ctx.ports.now() }),
    ),
});
