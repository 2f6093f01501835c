/** 機関の選択: the institutions one may log in from. */
import { z } from "zod";
import { findProviders, searchProviders } from "../../federation/providers.ts";
import { federationReady } from "../../federation/refresh.ts";
import { federation } from "../../federation/world.ts";
import { publicProcedure, router } from "../trpc.ts";

export const federationRouter = router({
  search: publicProcedure
    .input(
      z.object({
        q: z.string().trim().max(100),
        locale: z.enum(["ja", "en"]),
        limit: z.number().int().min(1).max(100).default(50),
      }),
    )
    .query(async ({ ctx, input }) => {
      // The first visitor of all waits for the metadata: a server that only lives while it answers may not have read them yet.
      await federationReady(federation());
      return searchProviders(ctx.ports.db, input);
    }),

  find: publicProcedure
    .input(z.object({ ids: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(10) }))
    .query(({ ctx, input }) => findProviders(ctx.ports.db, input.ids)),
});
