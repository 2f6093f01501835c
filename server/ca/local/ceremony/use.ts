/** Rollover: certificates of a kind come from another issuer from now on. The one before keeps its lists and answers for what it issued. */
import { type Kind, kinds } from "../../../enrollment/kind.ts";
import type { Issuer as IssuerRow } from "../../../generated/prisma/client.ts";
import { log } from "../../../log.ts";
import { readIssuer } from "../../../pki/read.ts";
import { addCalendarMonths } from "../../../pki/validity.ts";
import { signerOf } from "../issuer-keys.ts";
import { type CeremonyOffice, changing, isOffline, note } from "./office.ts";

export type Used =
  /** `already`: it is the one that issues. */
  | { done: IssuerRow; already: boolean }
  | {
      refused:
        | "unknown"
        | "is_root"
        | "waiting"
        | "revoked"
        | "root_revoked"
        | "in_the_past"
        | "not_yet_valid"
        | "ends_too_soon"
        | "root_list_missing"
        | "root_list_outdated";
    };

/**
 * Every process follows within a minute. May be said of an earlier generation too: so a change is taken back.
 * @param wish.at when it begins to issue; now, when it is not said
 * @throws when its key cannot be opened
 */
export async function switchTo(office: CeremonyOffice, wish: { id: string; at?: Date }): Promise<Used> {
  return changing(office, async (tx): Promise<Used> => {
    const now = office.now();
    const at = wish.at ?? now;
    const row = await tx.issuer.findUnique({ where: { id: wish.id }, include: { parent: true } });
    if (!row) return { refused: "unknown" };
    const { parent, ...issuer } = row;
    if (row.kind === "root") return { refused: "is_root" };
    if (!row.certificate) return { refused: "waiting" };
    if (row.revokedAt) return { refused: "revoked" };
    if (parent?.revokedAt) return { refused: "root_revoked" };
    if (at < now) return { refused: "in_the_past" };
    const { publicKey, notBefore, notAfter } = readIssuer(row.certificate);
    if (notBefore && notBefore > at) return { refused: "not_yet_valid" };
    if (addCalendarMonths(at, longestTerm(row.kind)) > notAfter) return { refused: "ends_too_soon" };

    // Who checks a certificate of its own asks for the root's list first. One with its key here is published when it is missing.
    if (parent && isOffline(parent)) {
      const list = await tx.revocationList.findUnique({
        where: { issuerId_shard: { issuerId: parent.id, shard: 0 } },
        select: { nextUpdate: true },
      });
      if (!list) return { refused: "root_list_missing" };
      if (list.nextUpdate <= at) return { refused: "root_list_outdated" };
    }
    const { openSigner } = office.elsewhere;
    await signerOf(row, publicKey, { sealing: office.sealing, openSigner });

    const current = await tx.issuer.findFirst({
      where: { kind: row.kind, issuesFrom: { lte: now } },
      orderBy: [{ issuesFrom: "desc" }, { generation: "desc" }],
    });
    // One decision at a time: what was set for later is taken back.
    await tx.issuer.updateMany({
      where: { kind: row.kind, issuesFrom: { gt: now } },
      data: { issuesFrom: null },
    });
    if (current?.id === row.id) return { done: issuer, already: true };
    // Of two that begin at the same moment the later generation would win: this one begins after any that has begun.
    const after = Math.max(at.getTime(), (current?.issuesFrom?.getTime() ?? 0) + 1);
    const done = await tx.issuer.update({ where: { id: row.id }, data: { issuesFrom: new Date(after) } });
    await note(tx, office, row.id, "used", {
      from: new Date(after).toISOString(),
      before: current?.id ?? null,
    });
    log.info(
      { event: "issuer_used", issuer: row.id, from: done.issuesFrom },
      "Another CA issues from now on",
    );
    return { done, already: false };
  });
}

/** Months, of the longest certificate that may be applied for. */
export function longestTerm(kind: Kind): number {
  return Math.max(...kinds[kind].months);
}
