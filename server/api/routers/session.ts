/** Who is logged in, and in which language they read. */
import { z } from "zod";
import { provenDeeds } from "../../assurance.ts";
import { env } from "../../env.ts";
import { isOperator, scopeOf } from "../../roles.ts";
import { memberProcedure, proofMissing, publicProcedure, router } from "../trpc.ts";

export const sessionRouter = router({
  me: publicProcedure.query(({ ctx: { member, ports } }) => {
    if (!member) return { member: null };
    const { displayName, displayNameJa, mails, institution } = member;
    return {
      member: {
        displayName,
        displayNameJa,
        mails,
        institutionJa: institution.nameJa,
        institutionEn: institution.nameEn,
        isOperator: isOperator(member.roles, ports.now()),
        /** Of some institution or of all. */
        isRegistrar: scopeOf(member.roles, ports.now()) !== null,
        /** Whether certificates are ordered from NII's service: then there is something of that to look after. */
        hasUpki: env().CA_BACKEND === "upki",
      },
    };
  }),

  /** Whether the login at hand does for a deed, and if not what is missing. */
  missingFor: memberProcedure
    .input(z.object({ deed: z.enum(provenDeeds) }))
    .query(({ ctx, input }) => proofMissing(ctx, input.deed)),

  /** Whom to ask about the portal itself; null where the operator names nobody. */
  support: publicProcedure.query(() => env().SUPPORT_CONTACT ?? null),

  /** Who runs the portal, and where their own privacy statement is, as far as they say so. */
  runBy: publicProcedure.query(() => {
    const { ORGANIZATION_NAME_JA, ORGANIZATION_NAME_EN, PRIVACY_STATEMENT_URL } = env();
    return {
      names: { ja: ORGANIZATION_NAME_JA ?? null, en: ORGANIZATION_NAME_EN ?? null },
      privacyStatementUrl: PRIVACY_STATEMENT_URL ?? null,
    };
  }),

  setLocale: memberProcedure
    .input(z.object({ locale: z.enum(["ja", "en"]) }))
    .mutation(async ({ ctx, input }) => {
      await ctx.ports.db.member.update({ where: { id: ctx.member.id }, data: { locale: input.locale } });
    }),
});
