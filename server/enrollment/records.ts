/** The reads: what a member may see of their own applications. */
import type { Missing } from "../assurance.ts";
import { PortalError } from "../errors.ts";
import type { Enrollment, Order } from "../generated/prisma/client.ts";
import type { Ports } from "../ports.ts";
import type { Kind } from "./kind.ts";
import { lettersOf } from "./letters.ts";
import {
  certificateState,
  type Hindrance,
  hindranceToRenewal,
  hindranceToRevocation,
  isLiving,
  isUnderWay,
} from "./lifecycle.ts";
import { isFull, isStillOffered, type Offering, termsOffered } from "./offer.ts";
import { isOpen, mayTakePin } from "./orders.ts";
import { ownNumber } from "./own.ts";
import { isUrlHeld } from "./release-url.ts";
import { requestKeyOf } from "./request.ts";
import type { Dashboard, Deed, EnrollmentDetail, EnrollmentSummary, PinView } from "./views.ts";
import { writtenName, writtenSerial } from "./written.ts";

/** The member's applications, the newest first; only those alive unless `all`. */
export async function dashboardOf(ports: Ports, memberId: string, all: boolean): Promise<Dashboard> {
  const { db } = ports;
  const now = ports.now();
  const [member, rows, client, smime] = await Promise.all([
    db.member.findUniqueOrThrow({ where: { id: memberId }, include: { institution: true } }),
    db.enrollment.findMany({
      where: { memberId },
      orderBy: { number: "desc" },
      include: { orders: { orderBy: { sequence: "desc" }, take: 1 } },
    }),
    requestKeyOf(db, memberId, "client"),
    requestKeyOf(db, memberId, "smime"),
  ]);
  const { institution } = member;
  const living = rows.filter((row) => isLiving(row.status));
  const shown = all ? rows : living;
  const holders = new Map(living.filter((row) => row.kind === "smime").map((row) => [row.mail, row.number]));
  return {
    enrollments: shown.map((row) => summaryOf(row, row.orders[0]?.sequence ?? 0, institution, now)),
    hidden: rows.length - shown.length,
    requestKeys: { client, smime } satisfies Record<Kind, string>,
    terms: termsOffered(ports.rules, institution),
    mails: member.mails.map((mail) => ({ mail, takenBy: holders.get(mail) ?? null })),
    clientCertificates: {
      living: living.filter((row) => row.kind === "client").length,
      limit: institution.memberLimit ?? ports.settings.clientCertificateLimit,
    },
    institution: {
      isEnabled: institution.isEnabled,
      approvalFor: institution.approvalFor,
      isFull: await isFull(db, institution),
      contact: institution.contact,
      notice: { ja: institution.noticeJa, en: institution.noticeEn },
    },
    underWay: shown.some((row) => isUnderWay(row.status)),
    pulse: beat(
      rows.length,
      rows.reduce((sum, row) => sum + row.version, 0),
    ),
  };
}

/**
 * One application in full. `missing`: why the PIN may not be shown; it is then not even made.
 * @throws PortalError `not_found`, also for another member's number.
 */
export async function detailOf(
  ports: Ports,
  memberId: string,
  number: number,
  { missing = null }: { missing?: Missing | null } = {},
): Promise<EnrollmentDetail> {
  const row = await ports.db.enrollment.findFirst({
    where: ownNumber(memberId, number),
    include: {
      orders: { orderBy: { sequence: "desc" }, take: 1 },
      letters: { orderBy: { createdAt: "asc" } },
      history: { orderBy: { id: "asc" } },
      member: { select: { institution: true } },
    },
  });
  const order = row?.orders[0];
  if (!row || !order) throw new PortalError("not_found", { number });
  const now = ports.now();
  const letters = lettersOf(row, order);
  return {
    ...summaryOf(row, order.sequence, row.member.institution, now),
    underWay: isUnderWay(row.status) || letters.some(({ status }) => status === "waiting"),
    pin: await pinOf(ports, row, order, missing),
    ticket: mayTakePin(order.status) ? await ports.ca.readTicket(order.id) : null,
    urlHeld: isUrlHeld(order),
    mail: row.mail,
    letters,
    serial: row.serial ? writtenSerial(row.serial) : null,
    dn: writtenName(row.dn),
    notBefore: row.notBefore,
    revokedAt: row.revokedAt,
    failure: row.failure,
    failureWords: row.failure ? saidOf(row.history, "refused", "words") : null,
    turnedDownWords:
      row.status === "declined" || row.status === "cancelled"
        ? saidOf(row.history, row.status, "reason")
        : null,
    revocationHindrance: hindranceToRevocation(row.status),
    history: row.history.map(({ at, deed, detail }) => ({
      at,
      deed: deed as Deed,
      detail: detail as Record<string, string | number>,
    })),
    pulse: beat(1, row.version),
  };
}

/** A word that changes whenever the dashboard, or the named application, would look different. */
export async function pulseOf(ports: Ports, memberId: string, number?: number): Promise<string> {
  const where = number === undefined ? { memberId } : ownNumber(memberId, number);
  const { _count, _sum } = await ports.db.enrollment.aggregate({
    where,
    _count: true,
    _sum: { version: true },
  });
  return beat(_count, _sum.version ?? 0);
}

/** What was written when this was last done: by the CA when it refused, by a registrar when they declined. */
export function saidOf(
  history: readonly { deed: string; detail: unknown }[],
  deed: Deed,
  name: "words" | "reason",
): string | null {
  const last = history.findLast((entry) => entry.deed === deed);
  const text = ((last?.detail ?? {}) as Record<string, unknown>)[name];
  return typeof text === "string" ? text : null;
}

function beat(count: number, versions: number): string {
  return `${count}.${versions}`;
}

function summaryOf(row: Enrollment, sequence: number, institution: Offering, now: Date): EnrollmentSummary {
  const { number, kind, months, requestedAt, status, memo, notAfter } = row;
  return {
    number,
    kind,
    months,
    requestedAt,
    status,
    certificateState: certificateState(status, notAfter, now),
    memo,
    notAfter,
    renewalHindrance: renewalHindrance(row, institution, now),
    sequence,
  };
}

function renewalHindrance(row: Enrollment, institution: Offering, now: Date): Hindrance | null {
  if (row.notAfter && row.notAfter <= now) return "expired";
  return hindranceToRenewal(row.status) ?? (isStillOffered(institution, row) ? null : "not_offered");
}

/** The PIN of the newest order: it opens the issuing site until the download, and the .p12 for as long as the CA keeps it. */
async function pinOf(ports: Ports, row: Enrollment, order: Order, missing: Missing | null): Promise<PinView> {
  if (order.status === "awaiting" || order.status === "placed") return { state: "not_yet" };
  if (!isOpen(order.status) && order.status !== "collected") return { state: "gone" };
  if (row.status === "revoking" || row.status === "revoked") return { state: "gone" };
  if (missing) return (await ports.ca.hasPin(order.id)) ? { state: "guarded", missing } : { state: "gone" };
  const value = await ports.ca.readPin(order.id);
  return value ? { state: "ready", value } : { state: "gone" };
}
