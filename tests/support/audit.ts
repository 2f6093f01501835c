import type { Database } from "@/server/db.ts";
import type { AuditEntry, Prisma } from "@/server/generated/prisma/client.ts";

/** Entries of the audit in the order of its chain: several may be of one moment. */
export async function auditEntries(
  db: Database,
  where: Prisma.AuditEntryWhereInput = {},
): Promise<AuditEntry[]> {
  const entries = new Map((await db.auditEntry.findMany({ where })).map((entry) => [entry.id, entry]));
  const links = await db.auditLink.findMany({
    where: { entryId: { in: [...entries.keys()] } },
    orderBy: { seq: "asc" },
  });
  return links.flatMap(({ entryId }) => entries.get(entryId) ?? []);
}
