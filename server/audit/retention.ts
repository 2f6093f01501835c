/**
 * 保存期間: entries older than the policy says are taken away, with all that they say of people. Their links stay, and with them the digest:
 * the chain is checked as before, and what is gone can neither be read nor be made up.
 */
import type { Database } from "../db.ts";
import { append } from "./append.ts";

const atOnce = 5_000;

/** @returns how many were taken away; what it did is an entry itself. Each portion is a transaction of its own. */
export async function forget({ db, now }: { db: Database; now: () => Date }, years: number): Promise<number> {
  const before = new Date(now());
  before.setUTCFullYear(before.getUTCFullYear() - years);
  for (let gone = 0; ; ) {
    const portion = await db.$transaction((tx) => forgetSome(tx, { before, at: now(), years }));
    gone += portion;
    if (portion < atOnce) return gone;
  }
}

type Transaction = Parameters<Parameters<Database["$transaction"]>[0]>[0];

/**
 * From the beginning of the chain, as far as everything is old: so that one place says up to where. Only what a signed head vouches for
 * may go, for afterwards nothing else does. What retention did stays.
 */
async function forgetSome(
  tx: Transaction,
  { before, at, years }: { before: Date; at: Date; years: number },
): Promise<number> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('portal.audit.retention'))`;
  const rows = await tx.$queryRaw<{ seq: bigint; id: string }[]>`
    SELECT l.seq, e.id FROM "AuditEntry" e JOIN "AuditLink" l ON l."entryId" = e.id
    WHERE e.at < ${before} AND e.deed <> 'audit.forgotten'
      AND l.seq < coalesce((SELECT min(k.seq) FROM "AuditEntry" y JOIN "AuditLink" k ON k."entryId" = y.id
        WHERE y.at >= ${before}), l.seq + 1)
      AND l.seq <= (SELECT max(seq) FROM "AuditHead" WHERE at <= ${at})
    ORDER BY l.seq LIMIT ${atOnce}`;
  const last = rows.at(-1);
  if (!last) return 0;
  await tx.$executeRaw`SELECT set_config('portal.audit_retention', 'on', true)`;
  await tx.auditEntry.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
  await append(tx, {
    ...{ deed: "audit.forgotten", at, subject: "audit", subjectId: "retention" },
    after: { seq: Number(last.seq), entries: rows.length, before: before.toISOString(), years },
  });
  return rows.length;
}
