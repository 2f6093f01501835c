/** `/api/v1/offboardings`: a program of an institution says who leaves it. */
import type { z } from "zod";
import { PortalError } from "../../errors.ts";
import type { GivenLine } from "../given/list.ts";
import { askOffboarding, undoOffboarding } from "../offboarding/ask.ts";
import { planOffboarding } from "../offboarding/plan.ts";
import { type OffboardingSummary, offboardingOf, reportLines } from "../offboarding/report.ts";
import { type Api, answered, type Client, jsonOf, jsonResponse } from "./door.ts";
import { Problem } from "./problem.ts";
import {
  type dryRunAnswer,
  type offboardingAnswer,
  offboardingRequest,
  type reportAnswer,
} from "./schemas.ts";

/** 200 with what would be done, or 202 with what is going to be. */
export function postOffboarding(api: Api, request: Request): Promise<Response> {
  return answered(api, request, async (client) => {
    const { people, reason, dryRun } = wishIn(await jsonOf(request));
    const lines = people.map((eppn, at) => ({ line: at + 1, cells: [eppn] }));
    if (dryRun) return jsonResponse(await dryRunOf(api, client, lines), 200);
    const id = await ask(api, client, { lines, reason, key: keyIn(request) });
    const answer = await summaryOf(api, client, id);
    return jsonResponse(answer, 202, { Location: answer.links.self });
  });
}

/** With what came of each of its people. */
export function getOffboarding(api: Api, request: Request, given: string): Promise<Response> {
  return answered(api, request, async (client) => {
    const { scope } = client;
    const id = known(given);
    const [summary, lines] = await Promise.all([
      summaryOf(api, client, id),
      reportLines(api.ports.db, { id, scope, after: 0, take: 20_000 }),
    ]);
    const report: z.infer<typeof reportAnswer> = {
      ...summary,
      people: lines.map(({ asked, name, ended, failed }) => ({
        eppn: asked,
        found: name !== null,
        ended: [...ended],
        failed: [...failed],
      })),
    };
    return jsonResponse(report, 200);
  });
}

/** Takes it back; asked twice it is taken back once. */
export function deleteOffboarding(api: Api, request: Request, given: string): Promise<Response> {
  return answered(api, request, async (client) => {
    const id = known(given);
    const undone = await undoOffboarding(api.ports, { id, scope: client.scope, by: client.id });
    if (undone === "too_late") throw new Problem("too_late", "Its time is over, or it has been carried out.");
    return jsonResponse(await summaryOf(api, client, id), 200);
  });
}

function wishIn(body: unknown): z.infer<typeof offboardingRequest> {
  const read = offboardingRequest.safeParse(body);
  if (read.success) return read.data;
  const errors = read.error.issues.slice(0, 100).map(({ path, message }) => ({
    pointer: `#${path.map((part) => `/${escaped(String(part))}`).join("")}`,
    detail: message,
  }));
  throw new Problem("invalid", "Nothing was done. What is wrong stands in errors.", { errors });
}

/** RFC 6901 §6. */
function escaped(part: string): string {
  return encodeURIComponent(part.toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1"));
}

/** As a bare word or as a string of RFC 8941. */
function keyIn(request: Request): string {
  const [, key] = /^"?([\x21\x23-\x7e]{1,200})"?$/.exec(request.headers.get("idempotency-key") ?? "") ?? [];
  if (!key)
    throw new Problem(
      "key_missing",
      "Send Idempotency-Key with 1 to 200 visible ASCII characters, no quotes.",
    );
  return `api:${key}`;
}

async function dryRunOf(
  { ports }: Api,
  { institutionId }: Client,
  lines: readonly GivenLine[],
): Promise<z.infer<typeof dryRunAnswer>> {
  const { undoHours } = await ports.db.institution.findUniqueOrThrow({ where: { id: institutionId } });
  const plan = await planOffboarding(ports.db, { institutionId, lines, now: ports.now() });
  return {
    dryRun: true,
    undoHours,
    counts: plan.counts,
    people: plan.people.map(({ asked, displayName, certificates, applications }) => ({
      eppn: asked,
      name: displayName,
      certificates,
      applications,
    })),
    notFound: plan.notFound.map(({ asked }) => asked),
    duplicates: plan.duplicates.map(({ asked }) => asked),
  };
}

async function ask(
  { ports }: Api,
  { id: by, institutionId, scope }: Client,
  wish: { lines: readonly GivenLine[]; reason: string; key: string },
): Promise<string> {
  const { aal2ForAdmin } = await ports.db.institution.findUniqueOrThrow({ where: { id: institutionId } });
  if (aal2ForAdmin.includes("off_board")) {
    const why =
      "The institution asks for a strong login (AAL2) before people are off-boarded, which no program can";
    throw new Problem("forbidden", `${why} show. A registrar does it on the portal's pages.`);
  }
  try {
    const asked = await askOffboarding(ports, { ...wish, institutionId, scope, by, source: "api" });
    if (asked.differs)
      throw new Problem("key_reused", "Nothing was done. Use another key for another request.");
    return asked.id;
  } catch (error) {
    const isNobody = error instanceof PortalError && error.code === "invalid_input";
    if (!isNobody) throw error;
    const detail = "Nobody of the institution who is called so has ever logged in.";
    throw new Problem("invalid", "Nothing was done.", { errors: [{ pointer: "#/people", detail }] });
  }
}

async function summaryOf(
  { ports, baseUrl }: Api,
  { scope }: Client,
  id: string,
): Promise<z.infer<typeof offboardingAnswer>> {
  const found = await offboardingOf(ports.db, { id, scope, now: ports.now() });
  return written(found, `${baseUrl}/api/v1/offboardings/${found.id}`);
}

/** What could be an id at all: the database takes no other text. */
function known(id: string): string {
  if (!/^[\w-]{1,60}$/.test(id)) throw new PortalError("not_found");
  return id;
}

function written(found: OffboardingSummary, self: string): z.infer<typeof offboardingAnswer> {
  const { id, status, source, reason, createdAt, dueAt, endedAt, counts, isUndoable } = found;
  return {
    ...{ id, status, source, reason, counts },
    createdAt: createdAt.toISOString(),
    dueAt: dueAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    links: { self, undo: isUndoable ? self : null },
  };
}
