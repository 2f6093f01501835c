/** The member's own applications. */
import { z } from "zod";
import { standingOf } from "../../admin/standing.ts";
import { trailOf } from "../../audit/trail.ts";
import { disown } from "../../enrollment/disown.ts";
import { kindNames } from "../../enrollment/kind.ts";
import { memoLength, saveMemo } from "../../enrollment/memo.ts";
import { dashboardOf, detailOf, pulseOf } from "../../enrollment/records.ts";
import { releaseUrl } from "../../enrollment/release-url.ts";
import { renewCertificate } from "../../enrollment/renew.ts";
import { requestCertificate } from "../../enrollment/request.ts";
import { revokeCertificate } from "../../enrollment/revoke.ts";
import { unlockTicket } from "../../enrollment/unlock.ts";
import { revocationReasons } from "../../ports.ts";
import { guardedProcedure, memberProcedure, proofMissing, router } from "../trpc.ts";

const number = z.number().int().min(1).max(2_147_483_647);
const memo = z
  .string()
  .transform((text) => text.replaceAll(/\s+/g, " ").trim())
  .refine((text) => [...text].length <= memoLength, "memo_too_long")
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  .refine((text) => !/[\u0000-\u001f\u007f]/.test(text), "control_character");

export const enrollmentRouter = router({
  list: memberProcedure
    .input(z.object({ all: z.boolean() }))
    .query(({ ctx, input }) => dashboardOf(ctx.ports, ctx.member.id, input.all)),

  /** What the institution has done in the member's name; asked before the list, it makes of invitations what is then in it. */
  standing: memberProcedure.query(({ ctx }) => standingOf(ctx.ports, ctx.member)),

  get: memberProcedure
    .input(z.object({ number }))
    .query(({ ctx, input }) =>
      detailOf(ctx.ports, ctx.member.id, input.number, { missing: proofMissing(ctx, "show_pin") }),
    ),

  /** Who saw the application, and who did what with it. */
  trail: memberProcedure
    .input(z.object({ number }))
    .query(({ ctx, input }) => trailOf(ctx.ports.db, ctx.member.id, input.number)),

  /** 身に覚えがない. `revokes`: whether it ends the certificate at once, by the institution's rule. */
  disown: memberProcedure
    .input(z.object({ number }))
    .mutation(({ ctx, input }) => disown(ctx.ports, { memberId: ctx.member.id, ...input })),

  disownRevokes: memberProcedure.query(({ ctx }) => ctx.member.institution.revokeOnDisown),

  pulse: memberProcedure
    .input(z.object({ number: number.optional() }))
    .query(({ ctx, input }) => pulseOf(ctx.ports, ctx.member.id, input.number)),

  request: guardedProcedure("request")
    .input(
      z.object({
        kind: z.enum(kindNames),
        months: z.number().int(),
        mail: z.string().max(254).optional(),
        key: z.string().regex(/^[a-z]+:\d{1,9}$/),
      }),
    )
    .mutation(({ ctx, input }) =>
      requestCertificate(ctx.ports, { memberId: ctx.member.id, locale: ctx.member.locale, ...input }),
    ),

  renew: guardedProcedure("renew")
    .input(z.object({ number, sequence: z.number().int().min(1) }))
    .mutation(({ ctx, input }) => renewCertificate(ctx.ports, { memberId: ctx.member.id, ...input })),

  revoke: guardedProcedure("revoke")
    .input(z.object({ number, reason: z.enum(revocationReasons) }))
    .mutation(({ ctx, input }) => revokeCertificate(ctx.ports, { memberId: ctx.member.id, ...input })),

  releaseUrl: guardedProcedure("send_url")
    .input(z.object({ number }))
    .mutation(({ ctx, input }) => releaseUrl(ctx.ports, { memberId: ctx.member.id, ...input })),

  saveMemo: memberProcedure
    .input(z.object({ number, memo }))
    .mutation(({ ctx, input }) => saveMemo(ctx.ports, { memberId: ctx.member.id, ...input })),

  unlock: memberProcedure
    .input(z.object({ number }))
    .mutation(({ ctx, input }) => unlockTicket(ctx.ports, { memberId: ctx.member.id, ...input })),
});
