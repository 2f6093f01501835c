/** もう一度送る: a mail that was sent, or could not be, goes out once more because a registrar wants it. */
import { append } from "../audit/append.ts";
import { PortalError } from "../errors.ts";
import type { Enrollment, Letter, Order } from "../generated/prisma/client.ts";
import type { Ports, TicketView } from "../ports.ts";
import { announce, lockEnrollment } from "./change.ts";
import { isLiving } from "./lifecycle.ts";
import { mayTakePin } from "./orders.ts";
import { isUrlHeld } from "./release-url.ts";

/**
 * Why not: it is on its way; what it tells is no longer so; the CA sent it, and the portal has no URL to send; or it holds the URL and
 * went to another address than the application's is now.
 */
export const refusalsToSend = ["under_way", "over", "sent_by_ca", "elsewhere"] as const;
export type NotAgain = (typeof refusalsToSend)[number];

/** What a mail is told of. `order`: the one its key names, where it names one; `ticket`: that order's. */
export type Matter = {
  enrollment: Pick<Enrollment, "status" | "mail" | "serial">;
  order: Pick<Order, "status" | "serial" | "urlHeldAt" | "urlReleasedAt"> | null;
  ticket: TicketView | null;
};

/** Null where the mail may go out once more. It always goes to the address it went to. */
export function whyNotAgain(
  letter: Pick<Letter, "kind" | "key" | "status" | "recipient">,
  { enrollment, order, ticket }: Matter,
): NotAgain | null {
  if (letter.status === "waiting") return "under_way";
  const { status, serial, mail } = enrollment;
  const holds = (isSo: boolean) => (isSo ? null : "over");
  switch (letter.kind) {
    case "acceptance":
      if (order?.status !== "pin_issued" || isUrlHeld(order) || !ticket) return "over";
      if (ticket.urlFrom === "ca") return "sent_by_ca";
      return letter.recipient === mail ? null : "elsewhere";
    case "held":
      return holds(order !== null && isUrlHeld(order));
    case "locked":
      return holds(ticket?.locked === true);
    case "acquisition":
    case "renewal":
      return holds(order?.status === "collected" && order.serial === serial && isLiving(status));
    case "reminder":
      return holds(status === "active" && partsOf(letter)[1] === serial);
    case "revocation":
    case "declined":
    case "cancelled":
      return holds(status === (letter.kind === "revocation" ? "revoked" : letter.kind));
    default:
      return "over";
  }
}

/** What a letter's key says after its kind: the order or application it is about, and what else makes it one letter. */
export function partsOf({ kind, key }: Pick<Letter, "kind" | "key">): string[] {
  return key.slice(kind.length + 1).split(":");
}

/**
 * Has the mail sent once more. `seen` is how often it had been when the form was made, so that posted twice it goes once.
 * @throws PortalError `not_found`, `not_sendable`
 */
export async function askAgain(
  ports: Ports,
  wish: { letter: string; seen: number; institutions: readonly string[] | null },
): Promise<{ enrollment: string; already: boolean }> {
  const { letter: id, seen, institutions } = wish;
  const found = await ports.db.letter.findFirst({
    where: { id, ...(institutions && { enrollment: { institutionId: { in: [...institutions] } } }) },
  });
  if (!found) throw new PortalError("not_found");
  const { enrollmentId } = found;
  const [about = ""] = partsOf(found);
  const ticket = await ticketOf(ports, about);
  const already = await ports.db.$transaction(async (tx) => {
    const enrollment = await lockEnrollment(tx, enrollmentId);
    const letter = await tx.letter.findUniqueOrThrow({ where: { id } });
    if (seen < letter.again) return true;
    const order = await tx.order.findUnique({ where: { id: about } });
    const because = whyNotAgain(letter, { enrollment, order, ticket });
    if (because) throw new PortalError("not_sendable", { because });
    const again = letter.again + 1;
    const data = { status: "waiting", again, error: null, sentAt: null, providerId: null } as const;
    await tx.letter.update({ where: { id }, data });
    await tx.enrollment.update({ where: { id: enrollmentId }, data: { version: { increment: 1 } } });
    const { memberId, institutionId } = enrollment;
    await append(tx, {
      ...{ deed: "letter.sent_again", at: ports.now(), subject: "letter", subjectId: id },
      ...{ memberId, institutionId, before: { status: letter.status }, after: { kind: letter.kind, again } },
    });
    await announce(tx, "enrollment/letter.wanted", { letter: id, enrollment: enrollmentId });
    return false;
  });
  await ports.wakeOutbox();
  return { enrollment: enrollmentId, already };
}

/** Where the issuing site of an order stands; null where it has none (any more), and for what is no order. */
export async function ticketOf(ports: Ports, orderId: string): Promise<TicketView | null> {
  const order = await ports.db.order.findUnique({ where: { id: orderId } });
  return order && mayTakePin(order.status) ? ports.ca.readTicket(orderId) : null;
}
