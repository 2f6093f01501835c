/** What operators see and do. For anybody else there is nothing here. */
import { z } from "zod";
import { faultOfBase, saveNames } from "../../admin/certificate-names.ts";
import { federationView, lookNow } from "../../admin/federation.ts";
import { institutionOf, saveKeyOrigins, savePolicy, searchInstitutions } from "../../admin/institutions.ts";
import { loginDetail, searchLogins } from "../../admin/logins.ts";
import { guardedDeeds } from "../../assurance.ts";
import { faultsOfName } from "../../ca/upki/name-rules.ts";
import { env } from "../../env.ts";
import { PortalError } from "../../errors.ts";
import { federation } from "../../federation/world.ts";
import { cnRules, keyOrigins } from "../../ports.ts";
import { operatorProcedure, router } from "../trpc.ts";
import { applicationsAdmin } from "./admin/applications.ts";
import { approvalsAdmin } from "./admin/approvals.ts";
import { auditAdmin } from "./admin/audit.ts";
import { authoritiesAdmin } from "./admin/authorities.ts";
import { invitationsAdmin } from "./admin/invitations.ts";
import { jobsAdmin } from "./admin/jobs.ts";
import { lettersAdmin } from "./admin/letters.ts";
import { offboardingsAdmin } from "./admin/offboardings.ts";
import { overviewAdmin } from "./admin/overview.ts";
import { peopleAdmin } from "./admin/people.ts";
import { settingsAdmin } from "./admin/settings.ts";
import { tokensAdmin } from "./admin/tokens.ts";
import { webhooksAdmin } from "./admin/webhooks.ts";
import { upkiRouter } from "./upki.ts";

/** The database takes no text with a NUL, and its calendar has no year 0. */
const line = z.string().refine((text) => !text.includes("\0"));
const moment = z.date().min(new Date(0));
const entityId = line.min(1).max(1024);
const recordId = z.string().regex(/^[1-9]\d{0,17}$/);
const text = line.trim().max(200).optional();
const policy = z.object({ aal2For: z.array(z.enum(guardedDeeds)), ial2For: z.array(z.enum(guardedDeeds)) });

const origins = z.array(z.enum(keyOrigins)).max(keyOrigins.length);

/** Far above what any certificate can hold: what is too long is said of its part. */
const dnBase = line.max(1000);
const names = z.object({ dnBase, cnRule: z.enum(cnRules) });
const nameRules = () => (env().CA_BACKEND === "upki" ? faultsOfName : null);

const federationAdmin = router({
  view: operatorProcedure.query(() => federationView(federation())),
  lookNow: operatorProcedure.mutation(() => lookNow(federation())),
});

const loginsAdmin = router({
  search: operatorProcedure
    .input(
      z.object({
        reference: text,
        institution: text,
        outcome: text,
        from: moment.optional(),
        to: moment.optional(),
        before: z
          .string()
          .regex(/^\d{1,15}-\d{1,18}$/)
          .optional(),
      }),
    )
    .query(({ ctx, input }) => searchLogins(ctx.ports.db, input)),

  get: operatorProcedure.input(z.object({ id: recordId })).query(async ({ ctx, input }) => {
    const found = await loginDetail(ctx.ports.db, input.id);
    if (!found) throw new PortalError("not_found");
    return found;
  }),
});

const institutionsAdmin = router({
  search: operatorProcedure
    .input(
      z.object({
        q: line.trim().max(200),
        locale: z.enum(["ja", "en"]),
        after: line.max(40).optional(),
      }),
    )
    .query(({ ctx, input }) => searchInstitutions(ctx.ports.db, { ...input, now: ctx.ports.now() })),

  get: operatorProcedure.input(z.object({ entityId })).query(async ({ ctx, input }) => {
    const found = await institutionOf(ctx.ports.db, { ...input, now: ctx.ports.now() });
    if (!found) throw new PortalError("not_found");
    return found;
  }),

  savePolicy: operatorProcedure
    .input(z.object({ entityId, policy, seen: policy }))
    .mutation(({ ctx, input }) =>
      savePolicy(ctx.ports.db, { ...input, by: ctx.member.id, now: ctx.ports.now() }),
    ),

  saveKeyOrigins: operatorProcedure
    .input(z.object({ entityId, keyOrigins: origins.min(1), seen: origins }))
    .mutation(({ ctx, input }) =>
      saveKeyOrigins(ctx.ports.db, { ...input, by: ctx.member.id, now: ctx.ports.now() }),
    ),

  saveNames: operatorProcedure.input(z.object({ entityId, names, seen: names })).mutation(({ ctx, input }) =>
    saveNames(ctx.ports.db, {
      ...input,
      rules: nameRules(),
      by: ctx.member.id,
      now: ctx.ports.now(),
    }),
  ),

  /** Why no certificate could end so; null where it could. */
  faultOfBase: operatorProcedure
    .input(z.object({ dnBase }))
    .query(({ input }) => faultOfBase(input.dnBase.trim(), nameRules())),
});

export const adminRouter = router({
  federation: federationAdmin,
  logins: loginsAdmin,
  institutions: institutionsAdmin,
  upki: upkiRouter,
  overview: overviewAdmin,
  applications: applicationsAdmin,
  approvals: approvalsAdmin,
  invitations: invitationsAdmin,
  offboardings: offboardingsAdmin,
  settings: settingsAdmin,
  people: peopleAdmin,
  tokens: tokensAdmin,
  webhooks: webhooksAdmin,
  letters: lettersAdmin,
  jobs: jobsAdmin,
  authorities: authoritiesAdmin,
  audit: auditAdmin,
});
