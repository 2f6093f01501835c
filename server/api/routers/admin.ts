/** What operators see and do. For anybody else there is nothing here. */
import { z } from "zod";
import { federationView, lookNow } from "../../admin/federation.ts";
import { loginDetail, searchLogins } from "../../admin/logins.ts";
import { PortalError } from "../../errors.ts";
import { federation } from "../../federation/world.ts";
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
const recordId = z.string().regex(/^[1-9]\d{0,17}$/);
const text = line.trim().max(200).optional();

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

export const adminRouter = router({
  federation: federationAdmin,
  logins: loginsAdmin,
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
