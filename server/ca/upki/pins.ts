/** アクセスPIN: a page gives them out once. What it gave is sealed and kept before anything is made of it. */
import type { Transaction } from "../../db.ts";
import type { UpkiPinPage } from "../../generated/prisma/client.ts";
import { log } from "../../log.ts";
import { sealedColumns } from "../../secrets/sealed-columns.ts";
import { pageUrlContext } from "./enter-mail.ts";
import { enterPin } from "./facts.ts";
import { type Match, matchName } from "./match.ts";
import { noteDone } from "./note.ts";
import { type PinRow, readPinFile } from "./pin-file.ts";
import { PinPageFault } from "./site/faults.ts";
import { inOneGo, lockRequests, pinContext, type Row, type World } from "./world.ts";

/** Who has been at a page for so long is dead; whether its URL is spent, the page itself says. */
const stale = 5 * 60_000;
const atOnce = 100;

/** Fetches and reads all that is due, one after the other. Returns how many pages were dealt with. */
export async function fetchPins(world: World): Promise<number> {
  const now = world.now();
  const due = await world.db.upkiPinPage.findMany({
    where: {
      OR: [
        {
          status: "to_fetch",
          dueAt: { lte: now },
          OR: [{ fetchingAt: null }, { fetchingAt: { lt: new Date(now.getTime() - stale) } }],
        },
        { status: "fetched" },
      ],
    },
    orderBy: { announcedAt: "asc" },
    take: atOnce,
  });
  for (const page of due) {
    if (page.status === "to_fetch" && !(await fetchPage(world, page))) continue;
    await readPage(world, page.id);
  }
  if (due.length > 0) await world.wakeOutbox();
  return due.length;
}

/** True when the file is here. */
async function fetchPage(world: World, page: UpkiPinPage): Promise<boolean> {
  const { id, sealedUrl, fetchingAt, tries } = page;
  const claimed = await world.db.upkiPinPage.updateMany({
    where: { id, status: "to_fetch", fetchingAt },
    data: { fetchingAt: world.now(), tries: { increment: 1 } },
  });
  if (claimed.count === 0 || !sealedUrl) return false;
  const url = Buffer.from(world.sealing.open(sealedUrl, pageUrlContext(id))).toString("utf8");
  try {
    const file = await world.site.pinFile(url);
    const sealedFile = world.sealing.seal(file, fileContext(id));
    // From here on it is nowhere else: a database that is away for a moment must not cost a member their PIN.
    await persistently(() =>
      world.db.upkiPinPage.update({
        where: { id },
        data: { status: "fetched", sealedFile, sealedUrl: null, fetchingAt: null },
      }),
    );
    return true;
  } catch (error) {
    if (!(error instanceof PinPageFault)) throw error;
    await noteFault(world, id, tries + 1, error);
    return false;
  }
}

/** A page that refuses will always. Anything else may pass: also an answer that was cut off, for the page tells at the next visit. */
async function noteFault(world: World, id: string, tries: number, { code }: PinPageFault): Promise<void> {
  const isFinal = code === "refused" || code === "not_allowed";
  log.warn(
    { event: "upki-pin", page: id.slice(0, 12), fault: code, tries },
    "A page with PINs could not be fetched",
  );
  const pause = Math.min(30_000 * 2 ** Math.min(tries - 1, 8), 3_600_000);
  await world.db.upkiPinPage.update({
    where: { id },
    data: {
      fetchingAt: null,
      reason: code,
      ...(isFinal ? { status: "dead", sealedUrl: null } : { dueAt: new Date(world.now().getTime() + pause) }),
    },
  });
}

/** Each PIN to its application. Rows that match nothing stay in the sealed file, and their names are listed. */
export async function readPage(world: World, id: string): Promise<void> {
  const page = await world.db.upkiPinPage.findUniqueOrThrow({ where: { id } });
  if (!page.sealedFile) return;
  const read = await readPinFile(world.sealing.open(page.sealedFile, fileContext(id)));
  if ("fault" in read) {
    await world.db.upkiPinPage.update({ where: { id }, data: { status: "dead", reason: read.fault.code } });
    return;
  }
  const unmatched: string[] = [];
  const assigned = assignedIn(page);
  for (const row of read.rows) {
    if (assigned.includes(row.dn)) continue;
    const isEntered = await inOneGo(world, (tx) => enterPinRow(world, tx, row, page.announcedAt));
    if (!isEntered) unmatched.push(row.dn);
  }
  await world.db.upkiPinPage.update({
    where: { id },
    data:
      unmatched.length === 0
        ? { status: "done", sealedFile: null, reason: null, detail: {} }
        : { status: "dead", reason: "unmatched", detail: { names: unmatched, assigned } },
  });
}

function assignedIn({ detail }: Pick<UpkiPinPage, "detail">): string[] {
  const { assigned } = (detail ?? {}) as { assigned?: string[] };
  return assigned ?? [];
}

async function enterPinRow(world: World, tx: Transaction, row: PinRow, announcedAt: Date): Promise<boolean> {
  const match = await matchName(tx, row.dn, {
    // Of this very page, which is read again.
    fits: (request) =>
      holdsPin(world, request, row.pin) && request.pinAt?.getTime() === announcedAt.getTime(),
    waits: ({ sealedPin, collected }) => sealedPin === null && collected === null,
  });
  const found = "none" in match ? await matchCollected(tx, row.dn) : match;
  if ("none" in found) return false;
  const [locked] = await lockRequests(tx, [found.row.id]);
  if (!locked) return false;
  await enterPin(world, tx, locked, { pin: row.pin, announcedAt });
  return true;
}

/** The mail of the download may have come first. */
function matchCollected(tx: Transaction, dn: string): Promise<Match> {
  return matchName(tx, dn, { fits: () => false, waits: ({ sealedPin }) => sealedPin === null });
}

function holdsPin(world: World, { id, sealedPin }: Row, pin: string): boolean {
  if (!sealedPin) return false;
  return Buffer.from(world.sealing.open(sealedPin, pinContext(id))).toString("utf8") === pin;
}

/** A person says which request a name of a page means; the rest of the page is read again. False where there is nothing to assign. */
export async function assignPin(
  world: World,
  { page: id, name, requestId, by }: { page: string; name: string; requestId: string; by: string },
): Promise<boolean> {
  const page = await world.db.upkiPinPage.findUnique({ where: { id } });
  if (!page?.sealedFile) return false;
  const read = await readPinFile(world.sealing.open(page.sealedFile, fileContext(id)));
  const row = "rows" in read ? read.rows.find(({ dn }) => dn === name) : undefined;
  if (!row) return false;
  const isEntered = await inOneGo(world, async (tx) => {
    const [locked] = await lockRequests(tx, [requestId]);
    if (!locked || locked.sealedPin || locked.collected || locked.kind === "revoke") return false;
    await enterPin(world, tx, locked, { pin: row.pin, announcedAt: page.announcedAt });
    const detail = { ...(page.detail as object), assigned: [...assignedIn(page), name] };
    await tx.upkiPinPage.update({ where: { id }, data: { detail, dealtBy: by, dealtAt: world.now() } });
    const { institutionId } = locked;
    await noteDone(tx, world, "assigned", id, { what: "pins", institutionId, to: requestId, name });
    return true;
  });
  if (isEntered) await readPage(world, id);
  await world.wakeOutbox();
  return isEntered;
}

/** Tries again for half a minute before it gives up. */
async function persistently<T>(deed: () => Promise<T>): Promise<T> {
  for (let pause = 250; ; pause *= 2) {
    try {
      return await deed();
    } catch (error) {
      if (pause > 16_000) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

const fileContext = sealedColumns.upkiPinFile.context;
