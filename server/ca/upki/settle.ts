/** Uploads of which nobody knows what came of them: the list is asked before anything is sent again. */

import type { ListRow } from "./list.ts";
import { nameKeyIn } from "./names.ts";
import { compareList } from "./reconcile.ts";
import { SiteFault } from "./site/faults.ts";
import type { Row, World } from "./world.ts";

/** Clocks differ, and the service writes minutes. */
const skew = 10 * 60_000;

/** Does nothing while there is nothing to ask about. @throws SiteFault */
export async function settleUnknown(world: World): Promise<void> {
  const isDue = { status: "sending", dueAt: { lte: world.now() } } as const;
  if ((await world.db.upkiRequest.count({ where: isDue })) === 0) return;
  const compared = await compareList(world, await world.site.list(), { via: "site" });
  if ("fault" in compared) throw new SiteFault("page_changed", { sent: false, excerpt: compared.fault });
  // What the list made up for is no longer unknown.
  const unknown = await world.db.upkiRequest.findMany({ where: isDue });
  for (const row of unknown) {
    const isThere = compared.rows.some((listed) => provesUpload(row, listed, compared.known));
    await world.db.upkiRequest.updateMany({
      where: { id: row.id, status: "sending" },
      data: isThere
        ? { status: "taken", takenAt: world.now() }
        : { status: "waiting", sentAt: null, dueAt: world.now() },
    });
  }
}

/** Whether a row of the list can be there only because this request was taken. `known`: serial numbers of our own certificates. */
export function provesUpload(row: Row, listed: ListRow, known: ReadonlySet<string>): boolean {
  if (row.kind === "revoke") return listed.serial === row.serial && listed.state === "revoked";
  const keys = nameKeyIn(listed.dn);
  const isSame =
    keys?.nameKey === row.nameKey || (row.certificateKind === "smime" && keys?.nameKey === row.commonNameKey);
  if (!isSame || (listed.serial !== "" && known.has(listed.serial))) return false;
  const since = row.sentAt ? row.sentAt.getTime() - skew : 0;
  return listed.requestedAt === null || listed.requestedAt.getTime() >= since;
}
