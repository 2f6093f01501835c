/** The issuing site: for whoever holds a ticket, logged in or not. */
import { z } from "zod";
import { localCa } from "../../wiring.ts";
import { holderProcedure, router } from "../trpc.ts";

/** Whatever is not a ticket is one that nobody knows. */
const ticket = z.string().max(200);
const browser = z.string().max(200);

/** 16 KiB in base64, ten times what an RSA-4096 key's needs. */
const request = z.base64().max(21_848);

export const issuingRouter = router({
  open: holderProcedure
    .input(z.object({ ticket, browser: browser.optional() }))
    .query(({ input }) => localCa().openTicket(input)),

  enterPin: holderProcedure
    .input(z.object({ ticket, pin: z.string().max(200) }))
    .mutation(async ({ ctx, input }) => {
      const answer = await localCa().enterPin(input);
      if (answer.result === "locked") await ctx.ports.wakeOutbox();
      return answer;
    }),

  collect: holderProcedure
    .input(z.object({ ticket, browser, encryption: z.enum(["modern", "compatible"]) }))
    .mutation(async ({ ctx, input }) => {
      const answer = await localCa().collect(input);
      // Whichever way it ended, the workflow that waits for it goes on now and not at the next sweep.
      await ctx.ports.wakeOutbox();
      return answer;
    }),

  certify: holderProcedure
    .input(z.object({ ticket, browser, request, origin: z.enum(["browser", "upload"]).default("browser") }))
    .mutation(async ({ ctx, input }) => {
      const answer = await localCa().certify({ ...input, request: Buffer.from(input.request, "base64") });
      await ctx.ports.wakeOutbox();
      return answer;
    }),

  certificate: holderProcedure
    .input(z.object({ ticket, browser }))
    .query(({ input }) => localCa().fetchCertificate(input)),

  confirm: holderProcedure
    .input(z.object({ ticket, browser }))
    .mutation(({ input }) => localCa().confirm(input)),
});
