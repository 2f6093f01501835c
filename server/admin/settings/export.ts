/** 書き出し: the settings of every institution, those that are only in the metadata too, a part at a time. */
import type { Database } from "../../db.ts";
import { type Format, headOf, writeRows } from "./file.ts";
import { newcomers } from "./rows.ts";

const perPart = 200;

/** Where a part begins: after this entityID, among the kept ones or the newcomers. */
export type Place = { among: "kept" | "new"; after: string };

/** `next`: where the next part begins; null after the last. */
export async function exportPart(
  db: Database,
  { format, place, now }: { format: Format; place: Place | null; now: Date },
): Promise<{ text: string; next: Place | null }> {
  const { among, after } = place ?? { among: "kept", after: "" };
  const head = place ? "" : headOf(format);
  if (among === "kept") {
    const rows = await db.institution.findMany({
      where: { entityId: { gt: after } },
      orderBy: { entityId: "asc" },
      take: perPart,
    });
    const last = rows.length === perPart ? rows.at(-1) : undefined;
    const next: Place = last ? { among, after: last.entityId } : { among: "new", after: "" };
    return { text: head + writeRows(format, rows), next };
  }
  const found = await newcomers(db, { entityId: { gt: after } }, now, perPart);
  const kept = await db.institution.findMany({
    where: { entityId: { in: found.map(({ entityId }) => entityId) } },
    select: { entityId: true },
  });
  const known = new Set(kept.map(({ entityId }) => entityId));
  const last = found.length === perPart ? found.at(-1) : undefined;
  return {
    text: writeRows(
      format,
      found.filter(({ entityId }) => !known.has(entityId)),
    ),
    next: last ? { among, after: last.entityId } : null,
  };
}
