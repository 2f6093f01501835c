/** What registrars do about mails, files and differences that nothing could be made of. `by` is the member who did it. */
import { announce } from "../../enrollment/change.ts";
import { within } from "./by-hand.ts";
import { enterMail } from "./enter-mail.ts";
import { dealWithMail, mailContext } from "./intake.ts";
import { understand } from "./mail/kinds.ts";
import { readSignedMail } from "./mail/read.ts";
import { noteDone } from "./note.ts";
import { assignPin, readPage } from "./pins.ts";
import type { Institutions } from "./reconcile.ts";
import { inOneGo, lockRequests, type World } from "./world.ts";

type Whose = { institutions: Institutions; by: string };
export type Dealt = "done" | "still_dead" | "gone" | "not_fitting";

/** Reads it again: whatever was wrong may have been put right. */
export async function retryDead(
  world: World,
  { id, what, institutions }: { id: string; what: "mail" | "pins" } & Whose,
): Promise<Dealt> {
  if (what === "pins") return retryPins(world, id, institutions);
  if (!(await isTheirs(world, id, institutions))) return "gone";
  await noteRetry(world, id, what, institutions);
  const { status } = await dealWithMail(world, id);
  return status === "done" ? "done" : "still_dead";
}

async function retryPins(world: World, id: string, institutions: Institutions): Promise<Dealt> {
  const page = institutions === null ? await world.db.upkiPinPage.findUnique({ where: { id } }) : null;
  if (page?.status !== "dead") return "gone";
  if (!page.sealedFile) return "still_dead";
  await noteRetry(world, id, "pins", institutions);
  await readPage(world, id);
  const { status } = await world.db.upkiPinPage.findUniqueOrThrow({ where: { id } });
  return status === "done" ? "done" : "still_dead";
}

/** Before it is read: each thing that is then entered is a transaction of its own. */
function noteRetry(world: World, id: string, what: "mail" | "pins", institutions: Institutions) {
  return inOneGo(world, (tx) =>
    noteDone(tx, world, "read_again", id, { what, institutionId: institutions?.[0] ?? null }),
  );
}

/** It means this application: of a mail that was verified and understood, or of a row of a file with PINs. */
export async function assignDead(
  world: World,
  wish: { id: string; what: "mail" | "pins"; name?: string | undefined; requestId: string } & Whose,
): Promise<Dealt> {
  const { id, what, name, requestId, institutions, by } = wish;
  const target = await world.db.upkiRequest.findFirst({ where: { id: requestId, ...within(institutions) } });
  if (!target) return "gone";
  if (what === "pins") {
    if (institutions !== null || name === undefined) return "gone";
    return (await assignPin(world, { page: id, name, requestId, by })) ? "done" : "not_fitting";
  }
  if (!(await isTheirs(world, id, institutions))) return "gone";
  const mail = await world.db.upkiMail.findUniqueOrThrow({ where: { id } });
  if (!mail.sealed) return "gone";
  const raw = world.sealing.open(mail.sealed, mailContext(id));
  const read = await readSignedMail(raw, world.settings.pinned, mail.receivedAt);
  if ("code" in read) return "not_fitting";
  const said = understand(read);
  if (!("dn" in said)) return "not_fitting";
  const done = await inOneGo(world, async (tx): Promise<Dealt> => {
    const [row] = await lockRequests(tx, [requestId]);
    if (!row || row.kind === "revoke") return "not_fitting";
    const at = read.date ?? mail.receivedAt;
    const entered = await enterMail(world, tx, said, { mailId: id, at, row });
    if ("none" in entered) return "not_fitting";
    await tx.upkiMail.update({
      where: { id },
      data: { status: "done", sealed: null, requestId, dealtBy: by, dealtAt: world.now() },
    });
    await noteDone(tx, world, "assigned", id, { what, institutionId: row.institutionId, to: requestId });
    return "done";
  });
  await world.wakeOutbox();
  return done;
}

/** What it said is taken out of the world. */
export async function discardDead(
  world: World,
  { id, what, institutions, by }: { id: string; what: "mail" | "pins" } & Whose,
): Promise<Dealt> {
  if (what === "pins" && institutions !== null) return "gone";
  return inOneGo(world, async (tx): Promise<Dealt> => {
    const dealt = { dealtBy: by, dealtAt: world.now() };
    const gone =
      what === "pins"
        ? await tx.upkiPinPage.updateManyAndReturn({
            where: { id, status: "dead" },
            data: { status: "done", sealedFile: null, sealedUrl: null, reason: "discarded", ...dealt },
            select: { reason: true },
          })
        : await tx.upkiMail.updateManyAndReturn({
            where: { id, status: "dead", ...within(institutions) },
            data: { status: "discarded", sealed: null, ...dealt },
            select: { institutionId: true },
          });
    const [one] = gone;
    if (!one) return "gone";
    const institutionId = "institutionId" in one ? one.institutionId : null;
    await noteDone(tx, world, "discarded", id, { what, institutionId });
    return "done";
  });
}

/** Seen, and left as it is. */
export function dismissDifference(
  world: World,
  { id, institutions, by }: { id: string } & Whose,
): Promise<Dealt> {
  return inOneGo(world, async (tx): Promise<Dealt> => {
    const [one] = await tx.upkiDifference.updateManyAndReturn({
      where: { id, status: "open", ...within(institutions) },
      data: { status: "dismissed", dealtBy: by, dealtAt: world.now() },
    });
    if (!one) return "gone";
    const { institutionId, kind, dn } = one;
    await noteDone(tx, world, "dismissed", id, { institutionId, kind, dn });
    return "done";
  });
}

/** A PIN that never came will not come any more: the application ends, its member is told to apply again, and what is fetched of it is revoked. */
export async function endWithoutPin(
  world: World,
  { id, institutions, by }: { id: string } & Whose,
): Promise<Dealt> {
  const done = await inOneGo(world, async (tx): Promise<Dealt> => {
    const difference = await tx.upkiDifference.findFirst({
      where: { id, kind: "pin_missing", status: "open", ...within(institutions) },
    });
    const [row] = difference?.requestId ? await lockRequests(tx, [difference.requestId]) : [];
    if (!row?.orderId || row.pinAt || row.collected) return "gone";
    const now = world.now();
    await tx.upkiRequest.update({ where: { id: row.id }, data: { withdrawnAt: now } });
    await world.tell(tx, [{ type: "refused", orderId: row.orderId, code: "pin_lost" }]);
    await tx.upkiDifference.update({
      where: { id },
      data: { status: "settled", dealtBy: by, dealtAt: now },
    });
    await noteDone(tx, world, "ended_without_pin", id, { institutionId: row.institutionId, dn: row.dn });
    return "done";
  });
  await world.wakeOutbox();
  return done;
}

/** The list is compared as soon as the site is free. */
export async function wantList(world: World): Promise<void> {
  await inOneGo(world, async (tx) => {
    await announce(tx, "upki/list.wanted", {});
    await noteDone(tx, world, "list_wanted", "list");
  });
  await world.wakeOutbox();
}

async function isTheirs(world: World, id: string, institutions: Institutions): Promise<boolean> {
  const mail = await world.db.upkiMail.findFirst({ where: { id, status: "dead", ...within(institutions) } });
  return mail !== null;
}
