/** The service's list against our applications: what mails should have told is made up for, and what does not agree is listed. */
import { addCalendarMonths } from "../../pki/validity.ts";
import { type Difference, noteDifferences } from "./differences.ts";
import { enterAllCollected, enterRevoked } from "./facts.ts";
import { type ListRow, readList } from "./list.ts";
import { nameKeyIn } from "./names.ts";
import { noteDone } from "./note.ts";
import { inOneGo, lockRequests, type Row, type World } from "./world.ts";

/** How many facts of each kind had been lost and are now told. */
export type Told = { collected: number; revoked: number; lapsed: number; corrected: number };
/** `known`: serial numbers, decimal, of certificates that are ours. */
export type Compared =
  | { rows: readonly ListRow[]; known: ReadonlySet<string>; told: Told; differences: number }
  | { fault: string };

const hour = 3_600_000;

/** Null: of all. */
export type Institutions = readonly string[] | null;

/**
 * Compares a list as it was fetched or uploaded, and keeps what came of it. Compared again it tells nothing new.
 * `institutions`: whose list it is; what it does not hold of others is not missing.
 */
export async function compareList(
  world: World,
  octets: Uint8Array,
  { via, institutions = null }: { via: "site" | "upload"; institutions?: Institutions },
): Promise<Compared> {
  const at = world.now();
  const institutionId = institutions?.[0] ?? null;
  const list = readList(octets);
  if ("fault" in list) {
    const fault = [list.fault.code, list.fault.line, list.fault.what]
      .filter((part) => part !== undefined)
      .join(" ");
    await keepList(world, { at, via, institutionId, rows: 0, fault });
    return { fault };
  }
  const rows = [...list.rows].sort((one, other) => +(one.requestedAt ?? 0) - +(other.requestedAt ?? 0));
  const own = await readOwn(world, institutions);
  const told: Told = { collected: 0, revoked: 0, lapsed: 0, corrected: 0 };
  const differences: Difference[] = [];
  for (const row of rows) {
    const difference = await compareRow(world, own, row, told);
    if (difference) differences.push(difference);
  }
  await writeCollected(world, own);
  differences.push(...missingOf(own, rows, at));
  await noteDifferences(world, differences, institutions);
  await keepList(world, { at, via, institutionId, rows: rows.length, told });
  await world.wakeOutbox();
  return { rows, known: new Set(own.bySerial.keys()), told, differences: differences.length };
}

type Kept = { at: Date; via: "site" | "upload"; institutionId: string | null; rows: number } & (
  | { told: Told }
  | { fault: string }
);

function keepList(world: World, data: Kept): Promise<void> {
  return inOneGo(world, async (tx) => {
    const { id, via, institutionId, rows } = await tx.upkiList.create({ data });
    const came = "told" in data ? data.told : { fault: data.fault };
    if (via === "upload")
      await noteDone(tx, world, "list_brought", String(id), { institutionId, rows, ...came });
  });
}

/** Our side, by what the list can name it. Changed as the list is gone through; `collected`, by request, is still to be written. */
type Own = {
  rows: Row[];
  bySerial: Map<string, Row>;
  byName: Map<string, Row[]>;
  collected: Map<string, { serial: string; at: Date; notAfter: Date | null }>;
};

async function readOwn({ db }: World, institutions: Institutions): Promise<Own> {
  const rows = await db.upkiRequest.findMany({
    where: {
      status: { not: "refused" },
      ...(institutions && { institutionId: { in: [...institutions] } }),
    },
    omit: { sealedPin: true },
    orderBy: { createdAt: "asc" },
  });
  const own: Own = { rows: rows as Row[], bySerial: new Map(), byName: new Map(), collected: new Map() };
  for (const row of own.rows) {
    if (row.kind === "revoke") continue;
    if (row.collected) own.bySerial.set(row.collected, row);
    add(own.byName, row.nameKey, row);
    if (row.certificateKind === "smime") add(own.byName, row.commonNameKey, row);
  }
  return own;
}

function add(map: Map<string, Row[]>, key: string, row: Row): void {
  const rows = map.get(key);
  if (rows) rows.push(row);
  else map.set(key, [row]);
}

async function compareRow(world: World, own: Own, listed: ListRow, told: Told): Promise<Difference | null> {
  const known = listed.serial === "" ? undefined : own.bySerial.get(listed.serial);
  if (known) return compareKnown(world, own, known, listed, told);
  const waiting = waitingFor(own, listed);
  if (listed.state === "to_collect") return compareWaiting(world, waiting, listed, told);
  if (listed.state === "other") return null;
  if (listed.serial === "") return null;
  if (!waiting) return { kind: "unknown_certificate", about: listed.serial, listed };
  collect(world, own, waiting, listed);
  told.collected += 1;
  if (listed.state === "revoked") await revoke(world, own, waiting, told);
  return null;
}

/** The oldest request of that name that nothing was fetched of; a renewal only where the certificate before it is ours. */
function waitingFor(own: Own, { dn }: ListRow): Row | undefined {
  const keys = nameKeyIn(dn);
  const rows = keys ? (own.byName.get(keys.nameKey) ?? []) : [];
  const waiting = rows.filter((row) => row.collected === null && isSent(row));
  const applications = new Set(waiting.map(({ enrollmentId }) => enrollmentId));
  return applications.size === 1 ? waiting[0] : undefined;
}

function isSent({ status, tries }: Row): boolean {
  return status === "taken" || status === "sending" || tries > 0;
}

async function compareKnown(world: World, own: Own, known: Row, listed: ListRow, told: Told): Promise<null> {
  const { serial, notAfter } = listed;
  if (notAfter && known.notAfter && +notAfter !== +known.notAfter) {
    own.collected.set(known.id, { serial, at: known.collectedAt ?? world.now(), notAfter });
    known.notAfter = notAfter;
    told.corrected += 1;
  }
  if (listed.state === "revoked" && !known.revokedAt) await revoke(world, own, known, told);
  return null;
}

function collect(world: World, own: Own, waiting: Row, { serial, notAfter }: ListRow): void {
  // When it was fetched the list does not say: the months before its end. What a profile's months are, NII changes now and then.
  const now = world.now();
  const reckoned = notAfter ? addCalendarMonths(notAfter, -monthsOf(waiting, world)) : now;
  const at = new Date(Math.min(+now, Math.max(+reckoned, +(waiting.sentAt ?? 0))));
  own.collected.set(waiting.id, { serial, at, notAfter });
  waiting.collected = serial;
  own.bySerial.set(serial, waiting);
}

async function revoke(world: World, own: Own, known: Row, told: Told): Promise<void> {
  // Only what is known to have been fetched can be revoked.
  await writeCollected(world, own);
  await change(world, known.id, (tx, row) => enterRevoked(world, tx, row, world.now()));
  known.revokedAt = world.now();
  told.revoked += 1;
}

/** So many in one transaction: mails that come meanwhile wait for no more than these. */
const atOnce = 100;

async function writeCollected(world: World, { collected }: Own): Promise<void> {
  const ids = [...collected.keys()];
  for (let from = 0; from < ids.length; from += atOnce) {
    await inOneGo(world, async (tx) => {
      const rows = await lockRequests(tx, ids.slice(from, from + atOnce));
      const all = rows.flatMap((row) => {
        const fetched = collected.get(row.id);
        return fetched ? [{ row, ...fetched }] : [];
      });
      await enterAllCollected(world, tx, all);
    });
  }
  collected.clear();
}

/** 取得待ち: it was taken; its URL may be over; and its PIN should be here. */
async function compareWaiting(
  world: World,
  waiting: Row | undefined,
  listed: ListRow,
  told: Told,
): Promise<Difference | null> {
  if (!waiting) return { kind: "unknown_request", about: listed.requestId || listed.dn, listed };
  const now = world.now();
  const { collectUntil } = listed;
  const isOver = collectUntil !== null && collectUntil <= now;
  const isNews =
    waiting.status !== "taken" || (collectUntil && +collectUntil !== +(waiting.collectUntil ?? 0));
  if (isNews || isOver)
    await change(world, waiting.id, async (tx, row) => {
      const taken = row.status === "taken" ? {} : ({ status: "taken", takenAt: now } as const);
      await tx.upkiRequest.update({
        where: { id: row.id },
        data: { ...taken, ...(collectUntil && { collectUntil }) },
      });
      if (isOver && row.orderId) await world.tell(tx, [{ type: "lapsed", orderId: row.orderId }]);
    });
  const wasOver = waiting.collectUntil !== null && waiting.collectUntil <= now;
  if (isOver && !wasOver) told.lapsed += 1;
  const isLate = (waiting.sentAt ?? now).getTime() + hour <= now.getTime();
  const hasPin = waiting.pinAt !== null;
  return isLate && !hasPin && !isOver && !waiting.withdrawnAt
    ? { kind: "pin_missing", about: waiting.id, listed, row: waiting }
    : null;
}

/** What we sent and the list does not hold. Within the first hour it may still be on its way through the service. */
function missingOf(own: Own, listed: readonly ListRow[], at: Date): Difference[] {
  const names = new Set(listed.map(({ dn }) => nameKeyIn(dn)?.nameKey));
  const before = at.getTime() - hour;
  const states = new Map(listed.map(({ serial, state }) => [serial, state]));
  return own.rows.flatMap((row): Difference[] => {
    if (row.status !== "taken" || (row.takenAt ?? at).getTime() > before) return [];
    if (row.kind === "revoke") {
      const state = states.get(row.serial ?? "");
      const isDone = row.revokedAt !== null || state === "revoked";
      return isDone ? [] : [{ kind: "revocation_missing", about: row.id, row }];
    }
    const isThere =
      names.has(row.nameKey) || (row.certificateKind === "smime" && names.has(row.commonNameKey));
    return row.collected || isThere ? [] : [{ kind: "request_missing", about: row.id, row }];
  });
}

function monthsOf({ line, certificateKind }: Row, { settings }: World): number {
  const { profile } = line as { profile?: string | null };
  for (const [months, id] of settings.profiles[certificateKind]) if (id === profile) return months;
  return 0;
}

async function change(
  world: World,
  id: string,
  deed: (tx: Parameters<Parameters<typeof inOneGo>[1]>[0], row: Row) => Promise<void>,
): Promise<void> {
  await inOneGo(world, async (tx) => {
    const [row] = await lockRequests(tx, [id]);
    if (row) await deed(tx, row);
  });
}
