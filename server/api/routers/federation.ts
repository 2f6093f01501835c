/** 機関の選択: the institutions one may log in from. */
import { z } from "zod";
import { askedFor } from "../../federation/discovery/asked-for.ts";
import type { Listed } from "../../federation/discovery/institution-index.ts";
import { searchProviders } from "../../federation/discovery/search.ts";
import { findProviders } from "../../federation/metadata/providers.ts";
import { federationReady } from "../../federation/metadata/refresh.ts";
import { federation } from "../../federation/world.ts";
import { publicProcedure, router } from "../trpc.ts";

const locale = z.enum(["ja", "en"]);

export const federationRouter = router({
  /** How many there are, and those from the given place on. */
  search: publicProcedure
    .input(
      z.object({
        q: z.string().max(200),
        locale,
        limit: z.number().int().min(1).max(100).default(50),
        from: z.number().int().min(0).max(1_000_000).default(0),
      }),
    )
    .query(async ({ ctx, input }) => {
      // The first visitor of all waits for the metadata: a server that only lives while it answers may not have read them yet.
      await federationReady(federation());
      const found = await searchProviders(ctx.ports.db, { ...input, q: askedFor(input.q) });
      return { total: found.total, institutions: found.institutions.map((one) => shown(one, input.locale)) };
    }),

  /** Those that this browser chose before. */
  lastChosen: publicProcedure
    .input(z.object({ ids: z.array(z.string()).max(10), locale }))
    .query(async ({ ctx, input }) =>
      (await findProviders(ctx.ports.db, input.ids)).map((one) => shown(one, input.locale)),
    ),

  find: publicProcedure
    .input(z.object({ ids: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(10) }))
    .query(({ ctx, input }) => findProviders(ctx.ports.db, input.ids)),
});

/** In the reader's language, with the name in the other one beside it where that is another. */
function shown({ id, nameJa, nameEn, logoJa, logoEn, usable }: Listed, language: "ja" | "en") {
  const [name, other] = language === "ja" ? [nameJa, nameEn] : [nameEn, nameJa];
  const logo = language === "ja" ? (logoJa ?? logoEn) : (logoEn ?? logoJa);
  return { id, name, other: other === name ? null : other, logo, usable };
}
