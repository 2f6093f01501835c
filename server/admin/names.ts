/** Names of people for those who look after them. */
import type { Database } from "../db.ts";

/** Members by their ids, as they write themselves; who is no member is missing. */
export async function namesOf(
  db: Database,
  ids: readonly (string | null | undefined)[],
): Promise<Map<string, string>> {
  const rows = await db.member.findMany({
    where: { id: { in: ids.filter((id) => id != null) } },
    select: { id: true, displayName: true, displayNameJa: true },
  });
  return new Map(rows.map(({ id, displayName, displayNameJa }) => [id, displayNameJa ?? displayName]));
}
