/** 申請の詳細, for registrars and operators: all that its member sees but the PIN, the URL and their own memo; and how its mails and jobs went. */
import { append } from "../audit/append.ts";
import type { Database } from "../db.ts";
import { whyMayNot } from "../enrollment/deeds-for.ts";
import { certificateState } from "../enrollment/lifecycle.ts";
import { thatOf } from "../enrollment/own.ts";
import { saidOf } from "../enrollment/records.ts";
import { isUrlHeld } from "../enrollment/release-url.ts";
import { partsOf, ticketOf, whyNotAgain } from "../enrollment/send-again.ts";
import type { Deed, LetterKind } from "../enrollment/views.ts";
import { writtenName, writtenSerial } from "../enrollment/written.ts";
import { PortalError } from "../errors.ts";
import type { Order } from "../generated/prisma/client.ts";
import type { Ports } from "../ports.ts";
import type { Scope } from "../roles.ts";
import { searchJobs } from "./jobs.ts";
import { namesOf } from "./names.ts";

export type AdminApplication = Awaited<ReturnType<typeof applicationOf>>;

/** Who looks, and over what. */
export type Looker = { scope: Scope; by: string };

/** How many entries of its trail are shown; all of them are in the audit. */
const trailLength = 20;

/** Not the PIN, and not whether any was typed. @throws PortalError `not_found`, also for one of another institution. */
export async function applicationOf(ports: Ports, id: string, { scope, by }: Looker) {
  const { db } = ports;
  const now = ports.now();
  const { institutions } = scope;
  const row = await db.enrollment.findFirst({
    where: thatOf({ id, institutions }),
    include: {
      member: { include: { institution: true } },
      orders: { orderBy: { sequence: "asc" } },
      revocations: true,
      letters: { orderBy: [{ createdAt: "asc" }, { id: "asc" }] },
      history: { orderBy: { id: "asc" } },
    },
  });
  const newest = row?.orders.at(-1);
  if (!row || !newest) throw new PortalError("not_found");
  const [ticket, approval, { jobs }, trail] = await Promise.all([
    ticketOf(ports, newest.id),
    db.approval.findUnique({ where: { enrollmentId: id } }),
    searchJobs(db, { enrollment: id, scope, now }),
    trailOf(db, id),
  ]);
  const [revocation] = row.revocations;
  const names = await namesOf(db, [approval?.by, revocation?.by, ...trail.map(({ actorId }) => actorId)]);
  const { member, status } = row;
  const { institution } = member;
  return {
    id,
    number: row.number,
    formerNumber: row.formerNumber,
    member: {
      id: member.id,
      name: member.displayNameJa ?? member.displayName,
      nameLatin: member.displayName,
      eppn: member.eppn,
      lastLoginAt: member.lastLoginAt,
    },
    institution: { id: institution.id, nameJa: institution.nameJa, nameEn: institution.nameEn },
    kind: row.kind,
    months: row.months,
    status,
    certificateState: certificateState(status, row.notAfter, now),
    requestedAt: row.requestedAt,
    mail: row.mail,
    dn: writtenName(row.dn),
    serial: row.serial ? writtenSerial(row.serial) : null,
    notBefore: row.notBefore,
    notAfter: row.notAfter,
    revokedAt: row.revokedAt,
    failure: row.failure,
    failureWords: row.failure ? saidOf(row.history, "refused", "words") : null,
    pin: await pinState(ports, newest, status),
    ticket: ticket && { locked: ticket.locked, expiresAt: ticket.expiresAt, urlFrom: ticket.urlFrom },
    urlHeld: isUrlHeld(newest),
    orders: row.orders.map((order) => ({
      id: order.id,
      ...{ sequence: order.sequence, purpose: order.purpose, months: order.months, status: order.status },
      ...{ placedAt: order.placedAt, collectUntil: order.collectUntil, collectedAt: order.collectedAt },
      serial: order.serial ? writtenSerial(order.serial) : null,
    })),
    approval: approval && {
      askedAt: approval.askedAt,
      decidedAt: approval.decidedAt,
      approved: approval.approved,
      by: approval.by && (names.get(approval.by) ?? approval.by),
      reason: approval.reason,
    },
    revocation: revocation
      ? {
          ...{ reason: revocation.reason, words: revocation.words },
          ...{ askedAt: revocation.askedAt, doneAt: revocation.doneAt },
          by: revocation.by && (names.get(revocation.by) ?? revocation.by),
        }
      : null,
    letters: row.letters.map((letter) => {
      const [about] = partsOf(letter);
      const order = row.orders.find((one) => one.id === about) ?? null;
      const matter = { enrollment: row, order, ticket: about === newest.id ? ticket : null };
      return {
        id: letter.id,
        kind: letter.kind as LetterKind,
        ...{ recipient: letter.recipient, status: letter.status, again: letter.again },
        ...{ createdAt: letter.createdAt, sentAt: letter.sentAt },
        ...{ providerId: letter.providerId, error: letter.error },
        notAgain: whyNotAgain(letter, matter),
      };
    }),
    history: row.history.map(({ at, deed, detail }) => ({
      at,
      deed: deed as Deed,
      detail: detail as Record<string, string | number>,
    })),
    jobs,
    trail: trail.map(({ actorId, ...entry }) => ({
      ...entry,
      who: actorId && (names.get(actorId) ?? (entry.role === "workflow" ? null : actorId)),
    })),
    /** Why each deed may not be done now; null where it may. */
    mayNot: whyMayNot({ status, ticket, memberId: member.id }, scope, by),
  };
}

/** `issued` while its owner can read it. */
async function pinState(ports: Ports, order: Order, status: string): Promise<"not_yet" | "issued" | "gone"> {
  if (order.status === "awaiting" || order.status === "placed") return "not_yet";
  const isOver = status === "revoking" || status === "revoked" || order.status === "withdrawn";
  return !isOver && (await ports.ca.hasPin(order.id)) ? "issued" : "gone";
}

function trailOf(db: Database, id: string) {
  return db.auditEntry.findMany({
    where: { subject: "enrollment", subjectId: id },
    orderBy: { at: "desc" },
    take: trailLength,
    select: { id: true, at: true, deed: true, role: true, actorId: true, reason: true },
  });
}

const seenAgainAfter = 10 * 60_000;

/** Opening the page is a deed of its own, noted once in ten minutes a person and application. */
export async function noteSeen(
  ports: Ports,
  { id, member, institution }: Pick<AdminApplication, "id" | "member" | "institution">,
  by: string,
): Promise<void> {
  const at = ports.now();
  await ports.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtext(${`seen ${id} ${by}`}))) AS taken`;
    const lately = await tx.auditEntry.findFirst({
      where: {
        ...{ subject: "enrollment", subjectId: id, deed: "enrollment.seen", actorId: by },
        at: { gt: new Date(at.getTime() - seenAgainAfter) },
      },
      select: { id: true },
    });
    if (lately) return;
    await append(tx, {
      ...{ deed: "enrollment.seen", at, subject: "enrollment", subjectId: id },
      ...{ memberId: member.id, institutionId: institution.id },
    });
  });
}
