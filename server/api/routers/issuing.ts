/** The issuing site: for whoever holds a ticket, logged in or not. */
import { z } from "zod";
import { localCa } from "../../wiring.ts";
import { publicProcedure, router } from "../trpc.ts";

/** Whatever is not a ticket is one that nobody knows. */
const ticket = z.string().max(200);
const browser = z.string().max(200);

export const issuingRouter = router({
  open: publicProcedure
    .input(z.object({ ticket, browser: browser.optional() }))
    .query(({ input }) => localCa().openTicket(input)),

  enterPin: publicProcedure
    .input(z.object({ ticket, pin: z.string().max(200) }))
    .mutation(({ input }) => localCa().enterPin(input)),

  collect: publicProcedure
    .input(z.object({ ticket, browser, encryption: z.enum(["modern", "compatible"]) }))
    .mutation(({ input }) => localCa().collect(input)),

  confirm: publicProcedure
    .input(z.object({ ticket, browser }))
    .mutation(({ input }) => localCa().confirm(input)),
});
