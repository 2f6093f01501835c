/** 機関の選択: the institutions one may log in from. */
import { z } from "zod";
import { findProviders, searchProviders } from "../../federation/providers.ts";
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
    .query(({ ctx, input }) => searchProviders(ctx.ports.db, input)),

  find: publicProcedure
    .input(z.object({ ids: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(10) }))
    .query(({ ctx, input }) => findProviders(ctx.ports.db, input.ids)),
});
