/** Webhooks: registrars for their own institution, operators for all. */
import { z } from "zod";
import {
  endWebhook,
  makeWebhook,
  sendAgain,
  tryWebhook,
  webhookOf,
  webhooksIn,
} from "../../../admin/webhooks.ts";
import { webhookEvents } from "../../../webhooks/events.ts";
import { webhookWorld } from "../../../wiring.ts";
import { reason, registrarProcedure, router, sensitiveProcedure } from "../../trpc.ts";

const id = z.string().regex(/^[\w-]{1,60}$/);
/** The database takes no text with a NUL; what is no address is said by whoever makes one. */
const address = z
  .string()
  .trim()
  .max(1000)
  .refine((text) => !text.includes("\0"));

export const webhooksAdmin = router({
  list: registrarProcedure.query(({ ctx }) => webhooksIn(ctx.ports.db, ctx.scope)),

  get: registrarProcedure
    .input(z.object({ id, before: id.optional() }))
    .query(({ ctx, input }) => webhookOf(ctx.ports.db, { ...input, scope: ctx.scope })),

  make: sensitiveProcedure("change_settings")
    .input(
      z.object({
        institutionId: id,
        url: address,
        events: z.array(z.enum(webhookEvents)).min(1).max(webhookEvents.length),
        reason,
      }),
    )
    .mutation(({ ctx, input }) => {
      const world = { ...webhookWorld(), db: ctx.ports.db, now: ctx.ports.now };
      return makeWebhook(world, { ...input, scope: ctx.scope, by: ctx.member.id });
    }),

  end: sensitiveProcedure("change_settings")
    .input(z.object({ id, reason }))
    .mutation(({ ctx, input }) => endWebhook(ctx.ports, { ...input, scope: ctx.scope })),

  try: registrarProcedure.input(z.object({ id })).mutation(async ({ ctx, input }) => {
    const done = await tryWebhook(ctx.ports, { ...input, scope: ctx.scope });
    await ctx.ports.wakeOutbox();
    return done;
  }),

  again: registrarProcedure.input(z.object({ id, deliveryId: id })).mutation(async ({ ctx, input }) => {
    const done = await sendAgain(ctx.ports, { ...input, scope: ctx.scope });
    await ctx.ports.wakeOutbox();
    return done;
  }),
});
