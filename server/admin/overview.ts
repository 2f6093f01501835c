/** What there is and what is late: of one institution, or of all that somebody looks after. */
import type { Database } from "../db.ts";
import type { Kind } from "../enrollment/kind.ts";
import { type CertificateState, certificateStates, type Status, statuses } from "../enrollment/lifecycle.ts";
import { Prisma } from "../generated/prisma/client.ts";
import { type Count, counts, type Measure, measures } from "./tally.ts";
import { among, type Within } from "./within.ts";

export type ByKind = Readonly<Record<Kind, number>>;

export type Overview = {
  applications: readonly { status: Status; count: ByKind }[];
  certificates: readonly { state: CertificateState; count: ByKind }[];
  /** The last twelve, the newest last; `month` as `2026-11`, Japan's time. */
  months: readonly ({ month: string } & Readonly<Record<Measure, ByKind>>)[];
  expiring: readonly { days: number; count: ByKind }[];
  /** Applications that the CA has not answered within an hour, and that nobody has decided on for three days. */
  waiting: { requested: number; awaitingApproval: number };
  failed: { letters: number; jobs: number };
};

const day = 86_400_000;
const soon = [30, 90] as const;
const longAtCa = 3_600_000;
const longUndecided = 3 * day;

export async function overviewOf(
  db: Database,
  { institutions, now }: { institutions: Within; now: Date },
): Promise<Overview> {
  const months = lastMonths(now, 12);
  const [counted, expiring, waiting, letters, jobs] = await Promise.all([
    counts(db, institutions, { statuses, months }),
    expiringOf(db, institutions, now),
    waitingOf(db, institutions, now),
    failedLetters(db, institutions),
    failedJobs(db, institutions),
  ]);
  const applications = statuses.map((status) => ({ status, count: pick(counted, "status", status) }));
  return {
    applications,
    certificates: certificateStates.map((state) => ({
      state,
      count: applications
        .filter(({ status }) => stateOf[status] === state)
        .reduce((sum, { count }) => plus(sum, count), none),
    })),
    months: months.map((month) => ({
      month,
      ...(Object.fromEntries(measures.map((one) => [one, pick(counted, one, month)])) as Record<
        Measure,
        ByKind
      >),
    })),
    expiring,
    waiting,
    failed: { letters, jobs },
  };
}

/** 証明書の状態 as far as the status alone tells it; terms that ended are made `expired` every five minutes. */
const stateOf: Record<Status, CertificateState> = {
  awaiting_approval: "waiting",
  requested: "waiting",
  pin_ready: "waiting",
  active: "valid",
  renewing: "valid",
  renewal_pin_ready: "valid",
  revoking: "valid",
  revoked: "revoked",
  expired: "expired",
  lapsed: "uncollected",
  failed: "none",
  declined: "none",
  cancelled: "none",
};

const none: ByKind = { client: 0, smime: 0 };

function plus(one: ByKind, other: ByKind): ByKind {
  return { client: one.client + other.client, smime: one.smime + other.smime };
}

function pick(counted: readonly Count[], measure: Count["measure"], of: string): ByKind {
  const own = counted.filter((one) => one.measure === measure && one.of === of);
  return own.reduce((sum, { kind, count }) => plus(sum, { ...none, [kind]: count }), none);
}

/** Months of Japan's calendar, the one of `now` last. Pure. */
export function lastMonths(now: Date, count: number): string[] {
  const inJapan = new Date(now.getTime() + 9 * 3_600_000);
  const [year, month] = [inJapan.getUTCFullYear(), inJapan.getUTCMonth()];
  return Array.from({ length: count }, (_, n) =>
    new Date(Date.UTC(year, month - count + 1 + n, 1)).toISOString().slice(0, 7),
  );
}

async function expiringOf(db: Database, institutions: Within, now: Date): Promise<Overview["expiring"]> {
  const until = (days: number) => new Date(now.getTime() + days * day);
  const [near, far] = soon;
  const rows = await db.$queryRaw<{ kind: Kind; near: number; far: number }[]>`
    SELECT kind, count(*) FILTER (WHERE "notAfter" <= ${until(near)})::int AS near, count(*)::int AS far FROM "Enrollment"
    WHERE status IN ('active', 'renewing', 'renewal_pin_ready') AND "notAfter" > ${now} AND "notAfter" <= ${until(far)}
      AND ${among(Prisma.sql`"institutionId"`, institutions)}
    GROUP BY kind`;
  const of = (field: "near" | "far") => ({
    ...none,
    ...Object.fromEntries(rows.map((row) => [row.kind, row[field]])),
  });
  return [
    { days: near, count: of("near") },
    { days: far, count: of("far") },
  ];
}

async function waitingOf(db: Database, institutions: Within, now: Date): Promise<Overview["waiting"]> {
  const [row] = await db.$queryRaw<{ requested: number; awaitingApproval: number }[]>`
    SELECT count(*) FILTER (WHERE status = 'requested' AND "requestedAt" < ${new Date(now.getTime() - longAtCa)})::int AS "requested",
      count(*) FILTER (WHERE status = 'awaiting_approval' AND "requestedAt" < ${new Date(now.getTime() - longUndecided)})::int AS "awaitingApproval"
    FROM "Enrollment" WHERE status IN ('requested', 'awaiting_approval')
      AND ${among(Prisma.sql`"institutionId"`, institutions)}`;
  return row ?? { requested: 0, awaitingApproval: 0 };
}

function failedLetters(db: Database, institutions: Within): Promise<number> {
  return db.letter.count({
    where: {
      status: "failed",
      ...(institutions && { enrollment: { institutionId: { in: [...institutions] } } }),
    },
  });
}

/** Of an institution: those that were about one of its applications. */
async function failedJobs(db: Database, institutions: Within): Promise<number> {
  if (institutions === null) return db.engineRun.count({ where: { status: "failed" } });
  const [row] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM "EngineRun" r
    LEFT JOIN "Order" o ON o.id = r.event -> 'data' ->> 'order'
    JOIN "Enrollment" e ON e.id = coalesce(r.event -> 'data' ->> 'enrollment', o."enrollmentId")
    WHERE r.status = 'failed' AND ${among(Prisma.sql`e."institutionId"`, institutions)}`;
  return row?.count ?? 0;
}
