/** Which request a name in a mail, a PIN file or the list means. The service knows no numbers of ours: the name is the only key. */
import type { Transaction } from "../../db.ts";
import { splitServiceDn } from "./dn.ts";
import { isBare, nameKeyIn } from "./names.ts";
import type { Row } from "./world.ts";

export type Match = { row: Row } | { none: "unknown_name" | "ambiguous" | "malformed_name" };

/**
 * The request of that name which `waits`, else the newest that `fits` (it has been told of before). A whole name is matched RDN by RDN;
 * one of a common name alone, as S/MIME certificates have it since 2023, only to requests for S/MIME, and only where it is one.
 */
export async function matchName(
  tx: Transaction,
  dn: string,
  { waits, fits }: { waits: (row: Row) => boolean; fits: (row: Row) => boolean },
): Promise<Match> {
  const rdns = splitServiceDn(dn);
  const keys = nameKeyIn(dn);
  if (!rdns || !keys) return { none: "malformed_name" };
  // One after the other for one common name: who comes second sees what the first has found.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${keys.commonNameKey}, 0))`;
  const bare = isBare(rdns);
  const candidates = await tx.upkiRequest.findMany({
    where: {
      kind: { in: ["issue", "renew"] },
      // Brought back after a fault, and there all the same.
      OR: [
        { status: { in: ["sending", "taken"] } },
        { status: { in: ["waiting", "dropped"] }, tries: { gt: 0 } },
      ],
      ...(bare ? { commonNameKey: keys.commonNameKey, certificateKind: "smime" } : { nameKey: keys.nameKey }),
    },
    orderBy: { createdAt: "asc" },
  });
  const known = candidates.findLast(fits);
  if (known) return { row: known };
  const waiting = candidates.filter(waits);
  const [row] = waiting;
  if (!row) return { none: "unknown_name" };
  // Several of one whole name follow each other; of a bare one they may be different applications.
  const applications = new Set(waiting.map(({ enrollmentId }) => enrollmentId));
  return applications.size > 1 ? { none: "ambiguous" } : { row };
}
