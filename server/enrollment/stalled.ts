/** What should have moved on by now and has not: the safety net below the workflows. */
import type { Ports } from "../ports.ts";

/** Ids of what to take up again. Each list is bounded: what does not fit comes with the next sweep. */
export type Stalled = {
  /** Placed, but the CA has said nothing. */
  orders: readonly string[];
  /** PIN there, time over, not closed. */
  overdue: readonly string[];
  /** Enrollments whose revocation is not done. */
  revocations: readonly string[];
  /** Orders and enrollments whose mail is still to be sent. */
  acceptances: readonly string[];
  /** Orders whose URL waits for a proof, and whose member is still to be told so. */
  holds: readonly string[];
  acquisitions: readonly string[];
  revocationNotices: readonly string[];
  /** Applications that were declined or cancelled, and whose member is still to be told so. */
  turnedDown: readonly string[];
  /** Letters that somebody wanted sent once more. */
  again: readonly string[];
};

const atOnce = 100;
const patience = 5 * 60_000;
/** A mail that is later than this would confuse more than it tells. */
const mailWindow = 7 * 86_400_000;

export async function findStalled(ports: Ports): Promise<Stalled> {
  const now = ports.now().getTime();
  const before = new Date(now - patience);
  const since = new Date(now - mailWindow);
  const { db } = ports;
  const [orders, overdue, revocations, pinIssued, held, collected, revoked, letters] = await Promise.all([
    db.order.findMany({ where: { status: "placed", placedAt: { lt: before } }, take: atOnce }),
    db.order.findMany({ where: { status: "pin_issued", collectUntil: { lt: before } }, take: atOnce }),
    db.revocation.findMany({ where: { doneAt: null, askedAt: { lt: before } }, take: atOnce }),
    db.order.findMany({
      where: {
        status: "pin_issued",
        OR: [
          { urlHeldAt: null, placedAt: { lt: before, gt: since } },
          { urlReleasedAt: { lt: before, gt: since } },
        ],
      },
      orderBy: { placedAt: "desc" },
      take: atOnce,
    }),
    db.order.findMany({
      where: { status: "pin_issued", urlHeldAt: { lt: before, gt: since }, urlReleasedAt: null },
      orderBy: { urlHeldAt: "desc" },
      take: atOnce,
    }),
    db.order.findMany({
      where: { status: "collected", collectedAt: { lt: before, gt: since } },
      orderBy: { collectedAt: "desc" },
      take: atOnce,
    }),
    db.revocation.findMany({
      where: { doneAt: { lt: before, gt: since } },
      orderBy: { doneAt: "desc" },
      take: atOnce,
    }),
    db.letter.findMany({
      where: {
        status: "waiting",
        createdAt: { lt: before },
        OR: [{ kind: { in: ["declined", "cancelled"] }, createdAt: { gt: since } }, { again: { gt: 0 } }],
      },
      take: atOnce,
    }),
  ]);
  const [acceptances, holds, acquisitions, revocationNotices] = await Promise.all([
    withoutLetter(ports, ["acceptance"], ids(pinIssued)),
    withoutLetter(ports, ["held"], ids(held)),
    withoutLetter(ports, ["acquisition", "renewal"], ids(collected)),
    withoutLetter(
      ports,
      ["revocation"],
      revoked.map(({ enrollmentId }) => enrollmentId),
    ),
  ]);
  return {
    orders: ids(orders),
    overdue: ids(overdue),
    revocations: revocations.map(({ enrollmentId }) => enrollmentId),
    acceptances,
    holds,
    acquisitions,
    revocationNotices,
    turnedDown: letters.filter(({ again }) => again === 0).map(({ enrollmentId }) => enrollmentId),
    again: ids(letters.filter(({ again }) => again > 0)),
  };
}

/** Those of `about` of which no letter of these kinds was sent, nor given up. */
async function withoutLetter(ports: Ports, kinds: readonly string[], about: readonly string[]) {
  const keys = about.flatMap((id) => kinds.map((kind) => `${kind}:${id}`));
  const letters = await ports.db.letter.findMany({
    where: { key: { in: keys }, status: { not: "waiting" } },
    select: { key: true },
  });
  const written = new Set(letters.map(({ key }) => key));
  return about.filter((id) => !kinds.some((kind) => written.has(`${kind}:${id}`)));
}

function ids(rows: readonly { id: string }[]): string[] {
  return rows.map(({ id }) => id);
}

/** Days before its end at which a certificate is reminded of. */
export const reminderDays = 30;

/** Applications whose certificate ends within `days` days, for the reminder; also those whose reminder did not go out when it was tried. */
export async function expiringWithin(ports: Ports, days: number, limit = 500): Promise<string[]> {
  const now = ports.now();
  const rows = await ports.db.enrollment.findMany({
    where: {
      status: "active",
      notAfter: { gt: now, lte: new Date(now.getTime() + days * 86_400_000) },
      letters: {
        none: {
          kind: "reminder",
          status: { not: "waiting" },
          createdAt: { gt: new Date(now.getTime() - days * 86_400_000) },
        },
      },
    },
    orderBy: { notAfter: "asc" },
    take: limit,
    select: { id: true },
  });
  return ids(rows);
}
