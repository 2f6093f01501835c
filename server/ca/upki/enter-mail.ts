/** What a mail says, entered. */
import { createHash } from "node:crypto";
import type { Transaction } from "../../db.ts";
import { sealedColumns } from "../../secrets/sealed-columns.ts";
import { enterCollected, enterRevoked } from "./facts.ts";
import type { ServiceMail } from "./mail/kinds.ts";
import { type Match, matchName } from "./match.ts";
import { lockRequests, type Row, type World } from "./world.ts";

type Said = Exclude<ServiceMail, { kind: "unknown" }>;
type Told = Extract<Said, { dn: string }>;

/** `page`: one with PINs that is now to be fetched. `none`: no request is known that it could mean. */
export type Entered =
  | { requestId: string | null; institutionId: string | null; page?: string }
  | Extract<Match, { none: string }>;

/** `row`: which request it means, where a person has said so. */
export async function enterMail(
  world: World,
  tx: Transaction,
  said: Said,
  { mailId, at, row }: { mailId: string; at: Date; row?: Row },
): Promise<Entered> {
  // The member's own URL: not for the portal, and not kept.
  if (said.kind === "acceptance") return { requestId: null, institutionId: null };
  if (said.kind === "pin") return enterPage(world, tx, said.url, { mailId, at });
  const match = row ? { row } : await matchTold(tx, said);
  if ("none" in match) return match;
  const [locked] = await lockRequests(tx, [match.row.id]);
  if (!locked || (locked.collected !== null && locked.collected !== said.serial))
    return { none: "ambiguous" };
  await enterCollected(world, tx, locked, { serial: said.serial, at, notAfter: null });
  if (said.kind === "revoked") {
    const [collected] = await lockRequests(tx, [locked.id]);
    if (collected) await enterRevoked(world, tx, collected, at);
  }
  return { requestId: locked.id, institutionId: locked.institutionId };
}

/** A serial number that is known says all; else it is what waits under that name. */
async function matchTold(tx: Transaction, said: Told): Promise<Match> {
  const known = await tx.upkiRequest.findUnique({ where: { collected: said.serial } });
  if (known) return { row: known };
  return matchName(tx, said.dn, {
    fits: ({ collected }) => collected === said.serial,
    waits: (row) => row.collected === null && isOf(said, row),
  });
}

function isOf(said: Told, row: Row): boolean {
  if (said.kind === "renewed") return row.kind === "renew" && row.serial === said.oldSerial;
  // A revocation can come before the mail that told of the certificate.
  return said.kind === "revoked" || row.kind === "issue";
}

/** The URL is sealed until it was used, and is then forgotten. The same page is announced once, in however many mails. */
async function enterPage(
  world: World,
  tx: Transaction,
  url: string,
  { mailId, at }: { mailId: string; at: Date },
): Promise<Entered> {
  const id = createHash("sha256").update(url).digest("hex");
  const sealedUrl = world.sealing.seal(Buffer.from(url, "utf8"), pageUrlContext(id));
  await tx.upkiPinPage.createMany({
    data: { id, mailId, announcedAt: at, dueAt: world.now(), sealedUrl },
    skipDuplicates: true,
  });
  return { requestId: null, institutionId: null, page: id };
}

export const pageUrlContext = sealedColumns.upkiPinUrl.context;
