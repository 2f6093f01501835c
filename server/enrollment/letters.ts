/** メール送信: which mails went out for an application, and which is awaited. */
import type { Transaction } from "../db.ts";
import type { Enrollment, Letter, Order } from "../generated/prisma/client.ts";
import { isUrlHeld } from "./release-url.ts";
import type { LetterKind, LetterView } from "./views.ts";

type OrderOfLetters = Pick<Order, "id" | "status" | "purpose" | "urlHeldAt" | "urlReleasedAt">;

/** A mail that this change owes its member: noted with the change, and then sent by the workflow or, where that was dropped, by the sweep. */
export async function expectLetter(
  tx: Transaction,
  { id, memberId, mail }: Pick<Enrollment, "id" | "memberId" | "mail">,
  { kind, about, at }: { kind: LetterKind; about: string; at: Date },
): Promise<void> {
  const { locale } = await tx.member.findUniqueOrThrow({ where: { id: memberId }, select: { locale: true } });
  const key = `${kind}:${about}`;
  await tx.letter.create({ data: { key, kind, enrollmentId: id, recipient: mail, locale, createdAt: at } });
}

/** The mails of an application, the oldest first, with the one that its state lets the member expect. */
export function lettersOf(
  row: Pick<Enrollment, "id" | "mail" | "status"> & { letters: readonly Letter[] },
  order: OrderOfLetters,
): LetterView[] {
  const written = row.letters.map(({ kind, recipient, status, sentAt }) => ({
    kind: kind as LetterKind,
    recipient,
    status,
    sentAt,
  }));
  const awaited = awaitedLetter(row, order);
  const isWritten = row.letters.some(({ key }) => key === awaited?.key);
  if (!awaited || isWritten) return written;
  return [...written, { kind: awaited.kind, recipient: row.mail, status: "waiting", sentAt: null }];
}

/** A letter's key names what it is about, so that it is written once: `acceptance:<order>`, `revocation:<enrollment>`. */
function awaitedLetter(
  row: Pick<Enrollment, "id" | "status">,
  order: OrderOfLetters,
): { kind: LetterKind; key: string } | null {
  if (row.status === "revoking" || row.status === "revoked") {
    return { kind: "revocation", key: `revocation:${row.id}` };
  }
  if (isUrlHeld(order)) return { kind: "held", key: `held:${order.id}` };
  if (order.status === "placed" || order.status === "pin_issued") {
    return { kind: "acceptance", key: `acceptance:${order.id}` };
  }
  if (order.status === "collected" && row.status === "active") {
    const kind = order.purpose === "renew" ? "renewal" : "acquisition";
    return { kind, key: `${kind}:${order.id}` };
  }
  return null;
}
