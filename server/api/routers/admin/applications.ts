/** Applications of others: found, looked at, and what registrars do with one in its member's place. */
import { z } from "zod";
import { applicationOf, noteSeen } from "../../../admin/application.ts";
import { exportApplications } from "../../../admin/export.ts";
import { findApplications } from "../../../admin/find.ts";
import { choices, within } from "../../../admin/within.ts";
import { cancelApplication } from "../../../enrollment/cancel.ts";
import { kindNames } from "../../../enrollment/kind.ts";
import { statuses } from "../../../enrollment/lifecycle.ts";
import { revokeCertificate } from "../../../enrollment/revoke.ts";
import { askAgain } from "../../../enrollment/send-again.ts";
import { unlockTicket } from "../../../enrollment/unlock.ts";
import { env } from "../../../env.ts";
import { revocationReasons } from "../../../ports.ts";
import { reason, registrarProcedure, router, sensitiveProcedure } from "../../trpc.ts";

const id = z.string().regex(/^[\w-]{1,60}$/);

const moment = z.date().min(new Date(0)).max(new Date("9999-12-31")).optional();
const filter = z.object({
  /** As long as a distinguished name. */
  text: z
    .string()
    .max(1000)
    .regex(/^[^\0]*$/)
    .optional(),
  institution: id.optional(),
  kind: z.enum(kindNames).optional(),
  status: z.enum(statuses).optional(),
  requestedFrom: moment,
  requestedTo: moment,
  expiresFrom: moment,
  expiresTo: moment,
});
const place = z.string().regex(/^\d{1,15}-[\w-]{1,60}$/);

export const applicationsAdmin = router({
  search: registrarProcedure
    .input(filter.extend({ older: place.optional(), newer: place.optional() }))
    .query(async ({ ctx, input: { institution, older, newer, ...wish } }) => {
      const { db, now } = ctx.ports;
      const institutions = await within(db, ctx.scope, institution);
      const from = older !== undefined ? { older } : newer !== undefined ? { newer } : null;
      const [page, all] = await Promise.all([
        findApplications(db, { filter: wish, institutions, from, now: now() }),
        choices(db, ctx.scope),
      ]);
      return { ...page, institutions: all };
    }),

  /** All that the filter lets through, in batches; that it was asked for is in the audit before the first of them. */
  export: registrarProcedure.input(filter).mutation(async ({ ctx, input: { institution, ...wish } }) =>
    exportApplications(ctx.ports, {
      filter: wish,
      institutions: await within(ctx.ports.db, ctx.scope, institution),
    }),
  ),

  /** Whoever looks is noted in the audit. */
  get: registrarProcedure.input(z.object({ id })).query(async ({ ctx, input }) => {
    const by = ctx.member.id;
    const application = await applicationOf(ctx.ports, input.id, { scope: ctx.scope, by });
    await noteSeen(ctx.ports, application, by);
    return { ...application, jobsAreElsewhere: env().INNGEST_EVENT_KEY !== undefined };
  }),

  revoke: sensitiveProcedure("revoke_for")
    .input(z.object({ id, reason: z.enum(revocationReasons), words: reason }))
    .mutation(({ ctx, input }) => {
      const { institutions } = ctx.scope;
      const inPlace = { by: ctx.member.id, words: input.words };
      return revokeCertificate(ctx.ports, { id: input.id, institutions, reason: input.reason, inPlace });
    }),

  cancel: registrarProcedure.input(z.object({ id, reason })).mutation(({ ctx, input }) =>
    cancelApplication(ctx.ports, {
      ...input,
      institutions: ctx.scope.institutions,
      by: ctx.member.id,
    }),
  ),

  unlock: registrarProcedure.input(z.object({ id, reason })).mutation(({ ctx, input }) => {
    const { institutions } = ctx.scope;
    return unlockTicket(ctx.ports, { id: input.id, institutions }, input.reason);
  }),

  /** `seen`: how often it had been sent once more when the form was made. */
  sendAgain: registrarProcedure
    .input(z.object({ letter: id, seen: z.number().int().min(0) }))
    .mutation(({ ctx, input }) => askAgain(ctx.ports, { ...input, institutions: ctx.scope.institutions })),
});
