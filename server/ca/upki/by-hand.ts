/**
 * For institutions whose registrar carries the files (UPKI_TRANSPORT=manual): what waits is put into a file, which stays the same however
 * often it is downloaded, until the registrar says what the service made of it.
 */
import { randomUUID } from "node:crypto";
import { type Did, noteDone, theirs } from "./note.ts";
import type { Institutions } from "./reconcile.ts";
import { enterRefusals } from "./refusals.ts";
import { readUploadReply } from "./reply.ts";
import { encodeTsv, type RequestKind } from "./tsv.ts";
import { inOneGo, lineIn, type Row, type World } from "./world.ts";

/** The service takes files of a bounded length. */
const most = 100;

/** Puts what waits of a kind into a file; its id, or null where nothing does. */
export function makeFile(
  world: World,
  kind: RequestKind,
  institutions: Institutions,
): Promise<string | null> {
  return inOneGo(world, async (tx) => {
    const now = world.now();
    const due = await tx.upkiRequest.findMany({
      where: { status: "waiting", kind, ...within(institutions) },
      orderBy: [{ createdAt: "asc" }, { id: "asc" }],
      take: most,
      select: { id: true },
    });
    const upload = randomUUID();
    const put = await tx.upkiRequest.updateManyAndReturn({
      where: { id: { in: due.map(({ id }) => id) }, status: "waiting" },
      data: { status: "sending", upload, sentAt: now, tries: { increment: 1 } },
      select: { institutionId: true },
    });
    if (put.length === 0) return null;
    await noteDone(tx, world, "file_made", upload, { institutionId: theirs(put), kind, lines: put.length });
    return upload;
  });
}

/** The file's octets; null where there is none of that id, or of other institutions. */
export async function fileOf(
  world: World,
  upload: string,
  institutions: Institutions,
): Promise<{ kind: RequestKind; octets: Uint8Array } | null> {
  const rows = await rowsOf(world, upload, institutions);
  const [first] = rows;
  return first ? { kind: first.kind, octets: encodeTsv(rows.map(lineIn)) } : null;
}

/** The registrar's word: the service has taken the file, or it never got it. How many lines moved. */
export function settleFile(
  world: World,
  wish: { upload: string; as: "taken" | "waiting"; institutions: Institutions },
): Promise<number> {
  return settle(world, { ...wish, did: `file_${wish.as}` });
}

function settle(
  world: World,
  {
    upload,
    as,
    institutions,
    did,
    refused,
  }: Parameters<typeof settleFile>[1] & { did: Did; refused?: number },
): Promise<number> {
  return inOneGo(world, async (tx) => {
    const now = world.now();
    const moved = await tx.upkiRequest.updateManyAndReturn({
      where: { upload, status: "sending", ...within(institutions) },
      data:
        as === "taken"
          ? { status: "taken", takenAt: now }
          : { status: "waiting", upload: null, sentAt: null, dueAt: now },
      select: { institutionId: true },
    });
    const lines = moved.length;
    const institutionId = lines > 0 ? theirs(moved) : (institutions?.[0] ?? null);
    if (lines > 0 || refused)
      await noteDone(tx, world, did, upload, { institutionId, lines, ...(refused && { refused }) });
    return lines;
  });
}

export type ReplyTaken =
  | { outcome: "taken"; lines: number }
  | { outcome: "refused"; lines: number }
  | { outcome: "not_understood" };

/** The page with which the service answered, saved by the registrar: what it says of each line is entered; lines that it says nothing of wait again. */
export async function enterReply(
  world: World,
  { upload, page, institutions }: { upload: string; page: Uint8Array; institutions: Institutions },
): Promise<ReplyTaken> {
  const reply = readUploadReply(page);
  if (reply.outcome === "not_understood") return { outcome: reply.outcome };
  if (reply.outcome === "taken") {
    return { outcome: "taken", lines: await settleFile(world, { upload, as: "taken", institutions }) };
  }
  const rows = await rowsOf(world, upload, institutions);
  const refused = reply.rows.flatMap(({ seq, errors: [error] }) => {
    const row = rows[seq - 1];
    return row && error ? [{ row, ...error }] : [];
  });
  await enterRefusals(world, refused);
  await settle(world, { upload, as: "waiting", institutions, did: "reply_refused", refused: refused.length });
  return { outcome: "refused", lines: refused.length };
}

/** In the order of the file. */
function rowsOf(world: World, upload: string, institutions: Institutions): Promise<Row[]> {
  return world.db.upkiRequest.findMany({
    where: { upload, status: "sending", ...within(institutions) },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
  });
}

export function within(institutions: Institutions) {
  return institutions ? { institutionId: { in: [...institutions] } } : {};
}
