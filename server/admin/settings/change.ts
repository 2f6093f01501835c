/** 機関の設定の変更: of one institution or of many, all or none; each change a version of its own, with who and why. */
import { append, type Facts } from "../../audit/append.ts";
import type { Database, Transaction } from "../../db.ts";
import { PortalError } from "../../errors.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import { type Fault, type SettingName, type Settings, settingNames, textOf } from "./declared.ts";
import { makeRows, rowsOf } from "./rows.ts";
import { type Change, type Judge, type Wish, weigh } from "./weigh.ts";

export type Changer = Judge & { by: string; reason: string; now: Date };

export type Outcome =
  /** `versions`: of those that differ now; those that were so already are not among them. */
  | { result: "saved"; versions: readonly { entityId: string; version: number }[] }
  /** Nothing was written: these have changed since they were seen. */
  | { result: "changed_meanwhile"; entityIds: readonly string[] }
  /** Nothing was written. */
  | { result: "refused"; faults: readonly (Fault & { entityId: string })[] };

/** Long enough for every institution of a federation. */
export const patience = { maxWait: 20_000, timeout: 120_000 };

/**
 * Holds from the next request on, except that what was applied for keeps its name, and what was ordered its keys. Every institution once.
 * @throws PortalError `not_found` where one is not known, or not within the scope.
 */
export async function changeSettings(
  db: Database,
  wishes: readonly Wish[],
  changer: Changer,
): Promise<Outcome> {
  await prepareRows(db, wishes, changer);
  return db.$transaction((tx) => changeWithin(tx, wishes, changer), patience);
}

/** Before `changeWithin`: institutions that are only in the metadata get their rows. */
export async function prepareRows(db: Database, wishes: readonly Wish[], changer: Changer): Promise<void> {
  if (changer.scope.institutions !== null) return;
  await makeRows(
    db,
    wishes.map(({ entityId }) => entityId),
    changer.now,
  );
}

/** As `changeSettings`, in a transaction of the caller's. */
export async function changeWithin(
  tx: Transaction,
  wishes: readonly Wish[],
  changer: Changer,
): Promise<Outcome> {
  const entityIds = wishes.map(({ entityId }) => entityId);
  // In one order, so that two who change the same institutions do not wait for each other.
  await tx.$queryRaw`SELECT id FROM "Institution" WHERE "entityId" = ANY(${entityIds}) ORDER BY id FOR UPDATE`;
  const rows = await rowsOf(tx, entityIds, changer.scope);
  const pairs = wishes.map(({ entityId, seen, values }) => {
    const row = rows.get(entityId);
    if (!row) throw new PortalError("not_found", { entityId });
    return { row, seen, values };
  });
  const stale = pairs.filter(({ row, seen }) => row.version !== seen);
  if (stale.length > 0) {
    return { result: "changed_meanwhile", entityIds: stale.map(({ row }) => row.entityId) };
  }
  const changes = (await weigh(tx, pairs, changer)).filter(({ names }) => names.length > 0);
  const faults = changes.flatMap(({ row: { entityId }, faults }) =>
    faults.map((fault) => ({ ...fault, entityId })),
  );
  if (faults.length > 0) return { result: "refused", faults };
  await write(tx, changes, changer);
  return {
    result: "saved",
    versions: changes.map(({ row: { entityId, version } }) => ({ entityId, version: version + 1 })),
  };
}

async function write(tx: Transaction, changes: readonly Change[], { by, reason, now }: Changer) {
  // How it was before its first change is a version, too.
  await tx.institutionVersion.createMany({
    data: changes.map(({ row, before }) => ({
      ...{ institutionId: row.id, version: row.version, settings: asJson(before) },
      ...{ by: null, reason: null, at: row.createdAt },
    })),
    skipDuplicates: true,
  });
  await rewrite(
    tx,
    changes.map(({ row, before, values, names }) => ({
      ...{ id: row.id, version: row.version + 1, ...before, ...picked(values, names) },
    })),
  );
  await tx.institutionVersion.createMany({
    data: changes.map(({ row, before, values, names }) => ({
      ...{ institutionId: row.id, version: row.version + 1, by, reason, at: now },
      settings: asJson({ ...before, ...picked(values, names) }),
    })),
  });
  await append(
    tx,
    ...changes.map(({ row, before, values, names }) => ({
      deed: "institution.changed" as const,
      ...{ at: now, subject: "institution" as const, subjectId: row.id, institutionId: row.id, reason },
      before: { version: row.version, ...factsOf(before, names) },
      after: { version: row.version + 1, ...factsOf(values, names) },
    })),
  );
}

/** All rows in one statement: a federation's institutions one by one would keep the others waiting. */
async function rewrite(tx: Transaction, rows: readonly (Settings & { id: string; version: number })[]) {
  const columns = [...settingNames, "version"].map((name) => `"${name}"`);
  const [own, read] = [columns.join(", "), columns.map((column) => `r.${column}`).join(", ")];
  await tx.$executeRaw`UPDATE "Institution" i SET (${Prisma.raw(own)}) = (${Prisma.raw(read)})
    FROM json_populate_recordset(NULL::"Institution", ${JSON.stringify(rows)}::json) r WHERE i.id = r.id`;
}

function picked(values: Partial<Settings>, names: readonly SettingName[]): Partial<Settings> {
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

function asJson(settings: object): Prisma.InputJsonValue {
  return JSON.parse(JSON.stringify(settings));
}

/** As a form shows them. */
function factsOf(settings: Partial<Settings>, names: readonly SettingName[]): Facts {
  return Object.fromEntries(names.map((name) => [name, textOf(name, settings[name])]));
}
