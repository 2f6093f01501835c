/** 取り込み: a file of settings becomes a plan that shows what it would change; then it is done, in one go, or not at all. */
import type { Database } from "../../db.ts";
import { PortalError } from "../../errors.ts";
import type { Prisma } from "../../generated/prisma/client.ts";
import { type Changer, changeWithin, type Outcome, patience, prepareRows } from "./change.ts";
import { type Fault, readValues, type SettingName, type Settings, textOf } from "./declared.ts";
import { type FileFault, type FileRow, type Format, readFile } from "./file.ts";
import { knownOf, type Row } from "./rows.ts";
import type { Difference } from "./versions.ts";
import { type Judge, type Wish, weigh } from "./weigh.ts";

/** What is wrong with a row of a file: with a setting, or (null) with the row. */
export type RowFault = Omit<Fault, "setting"> & { setting: SettingName | null };

export type PlanRow = {
  line: number;
  entityId: string;
  nameJa: string | null;
  nameEn: string | null;
  version: number;
  /** Of those that would differ. */
  values: Partial<Settings>;
  differences: readonly Difference[];
  faults: readonly RowFault[];
};

export type PlanPage = {
  id: string;
  at: Date;
  appliedAt: Date | null;
  named: number;
  unchanged: number;
  /** How many would change, and of how many something is wrong: then nothing can be done. */
  changing: number;
  faulty: number;
  /** Those that something is wrong with first, each in the order of the file. */
  rows: readonly PlanRow[];
  next: number | null;
};

/** Milliseconds that a plan is kept. */
const kept = 24 * 60 * 60_000;
const perPage = 50;

/** Nothing of the settings is written. */
export async function planSettings(
  db: Database,
  file: { format: Format; octets: Uint8Array },
  { by, now, judge }: { by: string; now: Date; judge: Judge },
): Promise<{ result: "planned"; id: string } | ({ result: "unreadable" } & FileFault)> {
  const read = readFile(file.format, file.octets);
  if ("fault" in read) return { result: "unreadable", ...read };
  const rows = await judged(db, read, { now, judge });
  const told = rows.filter(({ differences, faults }) => differences.length + faults.length > 0);
  await db.settingsPlan.deleteMany({ where: { at: { lt: new Date(now.getTime() - kept) } } });
  const { id } = await db.settingsPlan.create({
    data: {
      ...{ by, at: now, named: rows.length, unchanged: rows.length - told.length },
      rows: JSON.parse(JSON.stringify(told)) as Prisma.InputJsonValue,
    },
    select: { id: true },
  });
  return { result: "planned", id };
}

async function judged(
  db: Database,
  read: readonly FileRow[],
  { now, judge }: { now: Date; judge: Judge },
): Promise<PlanRow[]> {
  const known = await knownOf(
    db,
    read.map(({ entityId }) => entityId),
    { scope: judge.scope, now },
  );
  const seen = new Set<string>();
  // Of an institution that is named again, the later line says what is wrong.
  const again = new Set(read.filter(({ entityId }) => seen.size === seen.add(entityId).size));
  const pairs = read.flatMap((fileRow) => {
    const row = again.has(fileRow) ? undefined : known.get(fileRow.entityId);
    return row ? [{ row, values: fileRow.values }] : [];
  });
  const changes = new Map((await weigh(db, pairs, judge)).map((change) => [change.row.entityId, change]));
  return read.map((fileRow) => {
    const { line, entityId } = fileRow;
    const change = changes.get(entityId);
    if (!change || again.has(fileRow)) {
      const rule = again.has(fileRow) ? "named_twice" : "unknown_institution";
      return {
        ...{ line, entityId, nameJa: null, nameEn: null, version: 0, values: {}, differences: [] },
        faults: [{ setting: null, rule, value: entityId }],
      };
    }
    const { row, before, names, faults } = change;
    const differences = names.map((setting) => ({
      setting,
      before: textOf(setting, before[setting]),
      after: textOf(setting, change.values[setting]),
    }));
    return {
      ...{ line, entityId, nameJa: row.nameJa, nameEn: row.nameEn, version: row.version, differences },
      values: Object.fromEntries(names.map((name) => [name, change.values[name]])),
      faults: [...staleness(fileRow, row), ...fileRow.faults, ...faults],
    };
  });
}

/** A file that was written before somebody changed something would take that back. */
function staleness({ version }: FileRow, row: Row): RowFault[] {
  if (version === null || version === row.version) return [];
  return [{ setting: null, rule: "stale", value: String(row.version) }];
}

/** `from`: how many rows come before. @throws PortalError `not_found` */
export async function planOf(
  db: Database,
  { id, from = 0, now }: { id: string; from?: number | undefined; now: Date },
): Promise<PlanPage> {
  const plan = await db.settingsPlan.findUnique({ where: { id } });
  if (!plan || isOver(plan, now)) throw new PortalError("not_found");
  const rows = rowsIn(plan);
  const [faulty, sound] = [rows.filter(isFaulty), rows.filter((row) => !isFaulty(row))];
  const shown = [...faulty, ...sound].slice(from, from + perPage);
  const { at, appliedAt, named, unchanged } = plan;
  return {
    ...{ id, at, appliedAt, named, unchanged, changing: sound.length, faulty: faulty.length, rows: shown },
    next: from + perPage < rows.length ? from + perPage : null,
  };
}

const isOver = ({ at }: { at: Date }, now: Date) => now.getTime() - at.getTime() > kept;
const isFaulty = ({ faults }: PlanRow) => faults.length > 0;
const rowsIn = ({ rows }: { rows: Prisma.JsonValue }) => rows as unknown as PlanRow[];

export type Applied =
  | Outcome
  /** Somebody has done it already. */
  | { result: "already" }
  /** Something is wrong with it, or there is nothing to change. */
  | { result: "not_applicable" };

/** Changes every institution of the plan, if none of them has changed since it was made. @throws PortalError `not_found` */
export async function applyPlan(db: Database, id: string, changer: Changer): Promise<Applied> {
  const plan = await db.settingsPlan.findUnique({ where: { id } });
  if (!plan || isOver(plan, changer.now)) throw new PortalError("not_found");
  const rows = rowsIn(plan);
  if (rows.length === 0 || rows.some(isFaulty)) return { result: "not_applicable" };
  const wishes = rows.map(
    ({ entityId, version, values }): Wish => ({ entityId, seen: version, values: readValues(values).values }),
  );
  await prepareRows(db, wishes, changer);
  return db.$transaction(async (tx) => {
    const { count } = await tx.settingsPlan.updateMany({
      where: { id, appliedAt: null },
      data: { appliedAt: changer.now },
    });
    if (count === 0) return { result: "already" };
    const outcome = await changeWithin(tx, wishes, changer);
    if (outcome.result !== "saved") {
      await tx.settingsPlan.update({ where: { id }, data: { appliedAt: null } });
    }
    return outcome;
  }, patience);
}
