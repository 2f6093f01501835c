/** What became of a login: why it failed, and what the institution released. */
import { z } from "zod";
import { failureOf } from "../../federation/login/failure.ts";
import { examine } from "../../federation/people/doctor.ts";
import { ownRelease } from "../../federation/people/own-release.ts";
import { federation } from "../../federation/world.ts";
import { publicProcedure, router } from "../trpc.ts";

const reference = z.string().regex(/^[0-9A-Z]{8}$/);

export const loginRouter = router({
  /** Null when there was no such failure, or when its record is gone. */
  failure: publicProcedure
    .input(z.object({ reference }))
    .query(({ input }) => failureOf(federation(), input.reference)),

  /** Of the session at hand, or with `reference` of the login of this browser that failed; null when there is none to see. */
  released: publicProcedure
    .input(z.object({ reference: reference.nullable() }))
    .query(async ({ ctx: { member }, input }) => {
      const release = await ownRelease(member?.session.id ?? null, input.reference);
      return release && examine(federation(), release);
    }),
});
