/** An issuing CA is revoked by a root whose key is here: its key became known, or it is no longer wanted. All that it issued falls with it. */
import type { Issuer as IssuerRow } from "../../../generated/prisma/client.ts";
import { log } from "../../../log.ts";
import { type CeremonyOffice, changing, isOffline, note } from "./office.ts";

/** CRLReason (RFC 5280 §5.3.1), those that fit a CA. */
export const issuerReasons = {
  unspecified: 0,
  cACompromise: 2,
  superseded: 4,
  cessationOfOperation: 5,
} as const;
export type IssuerReason = keyof typeof issuerReasons;

export type IssuerRevoked =
  | { done: IssuerRow; already: boolean }
  | { refused: "unknown" | "is_root" | "waiting" | "root_offline" };

/** It issues nothing more, at latest within a minute, and no other takes its place before it is told to. The root's next list names it. */
export async function revokeIssuer(
  office: CeremonyOffice,
  wish: { id: string; reason: IssuerReason },
): Promise<IssuerRevoked> {
  return changing(office, async (tx): Promise<IssuerRevoked> => {
    const row = await tx.issuer.findUnique({ where: { id: wish.id }, include: { parent: true } });
    if (!row) return { refused: "unknown" };
    const { parent, ...issuer } = row;
    if (row.kind === "root" || !parent) return { refused: row.kind === "root" ? "is_root" : "waiting" };
    if (row.revokedAt) return { done: issuer, already: true };
    if (isOffline(parent)) return { refused: "root_offline" };
    // As a member's certificate: a list lacks just those revocations that are later than itself.
    await tx.$queryRaw`SELECT 1 FROM "Issuer" WHERE "id" = ${parent.id} FOR SHARE`;
    const lists = await tx.revocationList.findMany({
      where: { issuerId: parent.id },
      select: { thisUpdate: true, horizon: true },
    });
    const spoken = lists.flatMap(({ thisUpdate, horizon }) => [thisUpdate, horizon ?? thisUpdate]);
    const revokedAt = new Date(Math.max(office.now().getTime(), ...spoken.map((date) => date.getTime() + 1)));
    const revocationReason = issuerReasons[wish.reason];
    const done = await tx.issuer.update({ where: { id: row.id }, data: { revokedAt, revocationReason } });
    await note(tx, office, row.id, "revoked", { reason: wish.reason });
    log.warn({ event: "issuer_revoked", issuer: row.id, reason: wish.reason }, "An issuing CA was revoked");
    return { done, already: false };
  });
}
