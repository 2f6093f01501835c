/** What the embedded engine works on: each run, what it waits for, why it failed; run once more, or given up. Inngest, where it is set, has pages of its own. */

import { append } from "../audit/append.ts";
import type { Database, Transaction } from "../db.ts";
import { PortalError } from "../errors.ts";
import { type EngineRunStatus, type EngineStep, Prisma } from "../generated/prisma/client.ts";
import type { Scope } from "../roles.ts";

export type JobSearch = {
  status?: EngineRunStatus | undefined;
  /** Of this application alone. */
  enrollment?: string | undefined;
  /** The page after this place, as the page before gave it: `<milliseconds>-<id>`. */
  before?: string | undefined;
  scope: Scope;
};

/**
 * What an open run waits for. `working`: somebody is at it; `event`: until it comes or the time is over; `sleep`: until then; `retry`: it
 * failed so many times, and is tried again then; `turn`: nobody has begun yet; `build`: this build does not know its steps.
 */
export type Waiting =
  | { for: "working" | "turn" | "build" }
  | { for: "event"; event: string; until: Date | null }
  | { for: "sleep"; until: Date | null }
  | { for: "retry"; failures: number; until: Date | null };

export type JobRow = {
  id: string;
  function: string;
  event: string;
  status: EngineRunStatus;
  createdAt: Date;
  endedAt: Date | null;
  waiting: Waiting | null;
  /** Why it failed, in the words of what was thrown. */
  failure: string | null;
  application: { id: string; number: number; name: string } | null;
};

export type JobPage = { jobs: readonly JobRow[]; next: string | null };

type Run = Omit<JobRow, "waiting" | "failure" | "application"> & {
  dueAt: Date | null;
  leased: boolean;
  refused: boolean;
  attempt: number;
  outcome: unknown;
  enrollmentId: string | null;
  number: number | null;
  name: string | null;
};

const perPage = 50;

/** The newest first. Whoever looks after some institutions sees what is about their applications, and nothing else. */
export async function searchJobs(db: Database, search: JobSearch & { now: Date }): Promise<JobPage> {
  const rows = await db.$queryRaw<Run[]>`
    SELECT r."id", r."functionId" AS "function", r."event"->>'name' AS "event", r."status"::text AS "status",
      r."createdAt", r."endedAt", r."dueAt", r."lease" IS NOT NULL AS "leased", cardinality(r."refusedBy") > 0 AS "refused",
      r."attempt", r."outcome", e."id" AS "enrollmentId", e."number", coalesce(m."displayNameJa", m."displayName") AS "name"
    FROM "EngineRun" r ${aboutWhat} LEFT JOIN "Member" m ON m."id" = e."memberId"
    WHERE ${conditionsOf(search)}
    ORDER BY r."createdAt" DESC, r."id" DESC LIMIT ${perPage + 1}`;
  const shown = rows.slice(0, perPage);
  const steps = await db.engineStep.findMany({
    where: { runId: { in: shown.map(({ id }) => id) }, status: { not: "done" } },
    orderBy: { dueAt: "asc" },
  });
  const last = rows.length > perPage ? shown.at(-1) : undefined;
  return {
    jobs: shown.map((run) => rowOf(run, steps, search.now)),
    next: last ? `${last.createdAt.getTime()}-${last.id}` : null,
  };
}

/** A run's event names an order or an application. */
const aboutWhat = Prisma.sql`
  LEFT JOIN "Order" o ON o."id" = r."event"->'data'->>'order'
  LEFT JOIN "Enrollment" e ON e."id" = coalesce(o."enrollmentId", r."event"->'data'->>'enrollment')`;

function within({ institutions }: Scope): Prisma.Sql {
  return institutions === null ? Prisma.sql`true` : Prisma.sql`e."institutionId" = ANY(${[...institutions]})`;
}

function conditionsOf({ status, enrollment, before, scope }: JobSearch): Prisma.Sql {
  const conditions = [within(scope)];
  if (status) conditions.push(Prisma.sql`r."status" = ${status}::"EngineRunStatus"`);
  if (enrollment) conditions.push(Prisma.sql`e."id" = ${enrollment}`);
  if (before) {
    const dash = before.indexOf("-");
    const at = new Date(Number(before.slice(0, dash)));
    conditions.push(Prisma.sql`(r."createdAt", r."id") < (${at}::timestamptz, ${before.slice(dash + 1)})`);
  }
  return Prisma.join(conditions, " AND ");
}

function rowOf(run: Run, steps: readonly EngineStep[], now: Date): JobRow {
  const { id, event, status, createdAt, endedAt, enrollmentId, number, name } = run;
  return {
    ...{ id, function: run.function, event, status, createdAt, endedAt },
    waiting:
      status === "open"
        ? waitingOf(
            run,
            steps.filter(({ runId }) => runId === id),
            now,
          )
        : null,
    failure: status === "failed" ? messageIn(run.outcome) : null,
    application: enrollmentId === null ? null : { id: enrollmentId, number: number ?? 0, name: name ?? "" },
  };
}

/** What is due first is what it waits for. */
export function waitingOf(
  run: Pick<Run, "dueAt" | "leased" | "refused" | "attempt">,
  [first]: readonly Pick<EngineStep, "status" | "attempt" | "dueAt" | "waitsFor">[],
  now: Date,
): Waiting {
  if (run.leased) return { for: "working" };
  if (run.refused) return { for: "build" };
  if (first?.status === "waiting") return { for: "event", event: first.waitsFor ?? "", until: first.dueAt };
  if (first?.status === "sleeping") return { for: "sleep", until: first.dueAt };
  const failures = first?.attempt ?? run.attempt;
  if (failures > 0) return { for: "retry", failures, until: first?.dueAt ?? run.dueAt };
  return { for: run.dueAt && run.dueAt <= now ? "turn" : "working" };
}

function messageIn(outcome: unknown): string {
  const { name, message } = (outcome ?? {}) as { name?: unknown; message?: unknown };
  return [name, message].filter((text) => typeof text === "string" && text !== "").join(": ");
}

type Deed = { id: string; scope: Scope; now: Date };

/**
 * A run that failed goes on from the steps that it has done; the step whose failure ended it is done once more. False: it has not failed,
 * or goes on already. @throws `not_found` beyond the scope too
 */
export async function retryJob(db: Database, deed: Deed): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const run = await lockRun(tx, deed);
    if (run.status !== "failed") return false;
    // What failed and was got over has something done after it, and stays.
    await tx.$executeRaw`
      DELETE FROM "EngineStep" WHERE "runId" = ${run.id} AND "result"->>'type' = 'error' AND NOT EXISTS (
        SELECT 1 FROM "EngineStep" later WHERE later."runId" = ${run.id} AND later."doneAt" > "EngineStep"."doneAt"
          AND later."result"->>'type' = 'data')`;
    await tx.$executeRaw`
      UPDATE "EngineRun" SET "status" = 'open', "dueAt" = now(), "fresh" = true, "lease" = NULL, "attempt" = 0, "lostLeases" = 0,
        "refusedBy" = '{}', "outcome" = NULL, "endedAt" = NULL WHERE "id" = ${run.id}`;
    await tx.$executeRaw`SELECT pg_notify('portal_engine', '')`;
    await note(tx, "job.retried", run, deed, { failure: messageIn(run.outcome) });
    return true;
  });
}

/** Nobody works on it any more; what it has done stays done. False: it had ended already. @throws `not_found` beyond the scope too */
export async function cancelJob(db: Database, deed: Deed & { reason: string }): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const run = await lockRun(tx, deed);
    if (run.status !== "open") return false;
    await tx.$executeRaw`
      UPDATE "EngineRun" SET "status" = 'cancelled', "lease" = NULL, "dueAt" = NULL, "endedAt" = now() WHERE "id" = ${run.id}`;
    await note(tx, "job.cancelled", run, deed, {});
    return true;
  });
}

type LockedRun = Pick<Run, "id" | "function" | "status" | "outcome"> & {
  institutionId: string | null;
  memberId: string | null;
};

async function lockRun(tx: Transaction, { id, scope }: Deed): Promise<LockedRun> {
  const [run] = await tx.$queryRaw<LockedRun[]>`
    SELECT r."id", r."functionId" AS "function", r."status"::text AS "status", r."outcome", e."institutionId", e."memberId"
    FROM "EngineRun" r ${aboutWhat} WHERE r."id" = ${id} AND ${within(scope)} FOR UPDATE OF r`;
  if (!run) throw new PortalError("not_found");
  return run;
}

async function note(
  tx: Transaction,
  deed: "job.retried" | "job.cancelled",
  run: LockedRun,
  { now: at, reason }: Deed & { reason?: string },
  found: { failure?: string },
): Promise<void> {
  const { id: subjectId, institutionId, memberId, status } = run;
  const before = { function: run.function, status, ...found };
  const after = { status: deed === "job.retried" ? "open" : "cancelled" };
  await append(tx, { deed, at, subject: "job", subjectId, institutionId, memberId, before, after, reason });
}
