/** The shapes of the REST API: what is asked for is checked by them, and the description (openapi.ts) is made of them. */
import { z } from "zod";
import { mostLines } from "../given/list.ts";
import { problemCodes } from "./problem.ts";

/** Neither a NUL, which no database takes, nor half a character. */
const text = z.string().regex(/^[^\0\p{Cs}]*$/u);
const eppn = text.trim().min(1).max(256).describe("eduPersonPrincipalName; compared without case");

export const offboardingRequest = z
  .strictObject({
    people: z.array(eppn).min(1).max(mostLines).describe("Who leaves"),
    reason: text.trim().min(1).max(500).describe("Kept in the audit, and told to the people themselves"),
    dryRun: z.boolean().default(false).describe("Only says what would be done"),
  })
  .meta({ title: "OffboardingRequest" });

const moment = z.iso.datetime();
const count = z.int().min(0);

export const dryRunAnswer = z
  .strictObject({
    dryRun: z.literal(true),
    undoHours: count.describe("Hours in which it could be taken back"),
    counts: z.strictObject({
      people: count,
      notFound: count,
      duplicates: count,
      certificates: count.describe("Certificates that would be revoked"),
      applications: count.describe("Applications under way that would be cancelled"),
    }),
    people: z.array(
      z.strictObject({
        eppn: z.string(),
        name: z.string(),
        certificates: count,
        applications: count,
      }),
    ),
    notFound: z.array(z.string()).describe("Nobody of the institution called so has ever logged in"),
    duplicates: z.array(z.string()).describe("Named more than once"),
  })
  .meta({ title: "DryRun" });

const offboarding = {
  id: z.string(),
  status: z.enum(["waiting", "undone", "done"]),
  source: z.enum(["list", "affiliation", "api"]),
  reason: z.string(),
  createdAt: moment,
  dueAt: moment.describe("When it is carried out; until then it can be taken back"),
  endedAt: moment.nullable(),
  counts: z.strictObject({
    people: count,
    notFound: count,
    ended: count.describe("Applications that were ended"),
    failed: count.describe("Applications that could not be ended"),
  }),
  links: z.strictObject({
    self: z.url(),
    undo: z.url().nullable().describe("To be deleted; null: too late"),
  }),
};

export const offboardingAnswer = z.strictObject(offboarding).meta({ title: "Offboarding" });

export const reportAnswer = z
  .strictObject({
    ...offboarding,
    people: z.array(
      z.strictObject({
        eppn: z.string(),
        found: z.boolean(),
        ended: z.array(z.int()).describe("Numbers of the applications that were ended"),
        failed: z.array(z.int()),
      }),
    ),
  })
  .meta({ title: "OffboardingReport" });

export const problemAnswer = z
  .strictObject({
    type: z.url(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(problemCodes),
    reference: z.string().describe("What the portal's log holds too"),
    errors: z
      .array(
        z.strictObject({ pointer: z.string().describe("RFC 6901, as a URI fragment"), detail: z.string() }),
      )
      .optional(),
  })
  .meta({ title: "Problem" });
