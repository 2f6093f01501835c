/** Mails of the service: kept first, sealed, then believed, understood and matched. What fails on its way is kept for somebody to look at. */
import { createHash } from "node:crypto";
import { announce } from "../../enrollment/change.ts";
import type { UpkiMailStatus } from "../../generated/prisma/client.ts";
import { log } from "../../log.ts";
import { sealedColumns } from "../../secrets/sealed-columns.ts";
import { enterMail } from "./enter-mail.ts";
import { institutionOfName } from "./institutions.ts";
import { type ServiceMail, understand } from "./mail/kinds.ts";
import { type MailRead, readSignedMail } from "./mail/read.ts";
import { noteDone } from "./note.ts";
import { inOneGo, type World } from "./world.ts";

/** Longer than any mail of the service; the same for every way in. */
export const mostOctets = 512 * 1024;

/** Its URLs are good for a month: what is older tells of nothing that is still to come. */
const longestWay = 62 * 86_400_000;

export type Way = "post" | "imap" | "upload";
/** `again`: it had come before, by whatever way, and nothing was done. */
export type Received = { id: string; status: UpkiMailStatus; reason: string | null; again: boolean };

/** Keeps a mail and deals with it. Null for one that is longer than `mostOctets`: it is not kept. */
export async function receiveMail(world: World, raw: Uint8Array, via: Way): Promise<Received | null> {
  if (raw.length > mostOctets) return null;
  const id = createHash("sha256").update(raw).digest("hex");
  const count = await inOneGo(world, async (tx) => {
    const kept = await tx.upkiMail.createMany({
      data: { id, via, receivedAt: world.now(), sealed: world.sealing.seal(raw, mailContext(id)) },
      skipDuplicates: true,
    });
    if (via === "upload" && kept.count > 0) await noteDone(tx, world, "mail_brought", id);
    return kept.count;
  });
  const again = count === 0;
  if (again) {
    const select = { status: true, reason: true };
    const { status, reason } = await world.db.upkiMail.findUniqueOrThrow({ where: { id }, select });
    if (status !== "received") return { id, status, reason, again };
  }
  return { ...(await dealWithMail(world, id)), again };
}

/** Those that were kept by a process which ended before it dealt with them. Returns how many there were. */
export async function dealWithKept(world: World): Promise<number> {
  const kept = await world.db.upkiMail.findMany({
    where: { status: "received" },
    orderBy: { receivedAt: "asc" },
    select: { id: true },
    take: 500,
  });
  for (const { id } of kept) await dealWithMail(world, id);
  return kept.length;
}

/** Reads it as if it had just come; one that is dead may be read again after whatever was wrong has been put right. */
export async function dealWithMail(world: World, id: string): Promise<Omit<Received, "again">> {
  const kept = await world.db.upkiMail.findUniqueOrThrow({ where: { id } });
  if (!kept.sealed || kept.status === "done" || kept.status === "discarded") {
    return { id, status: kept.status, reason: kept.reason };
  }
  const raw = world.sealing.open(kept.sealed, mailContext(id));
  const mail = await readSignedMail(raw, world.settings.pinned, world.now());
  if ("code" in mail) return bury(world, id, { reason: mail.code, detail: { what: mail.what } });
  return deal(world, id, mail);
}

async function deal(world: World, id: string, mail: MailRead): Promise<Omit<Received, "again">> {
  const said = understand(mail);
  const { subject } = mail;
  if (said.kind === "unknown") {
    return bury(world, id, { reason: `unknown_${said.what}`, detail: { subject } });
  }
  const at = plausible(mail.date, world.now());
  const done = await inOneGo(world, async (tx) => {
    const entered = await enterMail(world, tx, said, { mailId: id, at });
    if ("none" in entered) return entered;
    await tx.upkiMail.update({
      where: { id },
      data: {
        status: "done",
        kind: said.kind,
        reason: null,
        sealed: null,
        requestId: entered.requestId,
        institutionId: entered.institutionId,
        detail: detailOf(said, subject),
      },
    });
    if (entered.page) await announce(tx, "upki/pin.announced", { page: entered.page });
    return entered;
  });
  if ("none" in done) {
    return bury(world, id, { reason: done.none, kind: said.kind, detail: detailOf(said, subject) });
  }
  await world.wakeOutbox();
  return { id, status: "done", reason: null };
}

/** The head, which nobody signed, says when the mail was written: believed only where it may be so. */
function plausible(date: Date | null, now: Date): Date {
  const age = date ? now.getTime() - date.getTime() : -1;
  return date && age >= 0 && age <= longestWay ? date : now;
}

/** What of a mail may be seen by whoever looks after them. */
function detailOf(said: ServiceMail, subject: string): Record<string, string> {
  return "dn" in said ? { subject, dn: said.dn, serial: said.serial } : { subject };
}

/** Kept, sealed, until somebody has dealt with it. */
async function bury(
  world: World,
  id: string,
  { reason, kind = null, detail }: { reason: string; kind?: string | null; detail: Record<string, string> },
): Promise<Omit<Received, "again">> {
  const institutionId = detail.dn ? await institutionOfName(world.db, detail.dn) : null;
  await world.db.upkiMail.updateMany({
    where: { id, status: { in: ["received", "dead"] } },
    data: { status: "dead", reason, kind, detail, institutionId },
  });
  log.warn(
    { event: "upki-mail", mail: id.slice(0, 12), reason },
    "A mail of NII's service could not be dealt with",
  );
  return { id, status: "dead", reason };
}

export const mailContext = sealedColumns.upkiMail.context;
