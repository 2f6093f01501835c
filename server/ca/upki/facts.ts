/** What the service has told, entered: in one transaction with the request that it is about, and with what it means to the application. */
import type { Transaction } from "../../db.ts";
import { announce } from "../../enrollment/change.ts";
import { addCalendarMonths } from "../../pki/validity.ts";
import type { Fact, RevocationReason } from "../../ports.ts";
import { hexOf } from "./line.ts";
import { queueRevocation } from "./queue-revocation.ts";
import { pinContext, type Row, type World } from "./world.ts";

/** アクセスPIN is here; the service has mailed its holder the URL at that time. The first PIN stays; it opens the .p12 after the download, too. */
export async function enterPin(
  world: World,
  tx: Transaction,
  row: Row,
  { pin, announcedAt }: { pin: string; announcedAt: Date },
): Promise<void> {
  if (row.sealedPin) return;
  const collectUntil = row.collectUntil ?? addCalendarMonths(announcedAt, 1);
  const sealedPin = world.sealing.seal(Buffer.from(pin, "utf8"), pinContext(row.id));
  await tx.upkiRequest.update({
    where: { id: row.id },
    data: { ...taken(row, announcedAt), sealedPin, pinAt: announcedAt, collectUntil },
  });
  await world.tell(tx, [pinIssued(row, collectUntil, announcedAt)]);
}

type Collected = { serial: string; at: Date; notAfter: Date | null };

/**
 * A certificate was fetched. Without the list its dates are reckoned from the download, at which the service lets the months begin;
 * `notAfter` of the list puts them right. What nobody wanted any more is revoked.
 */
export function enterCollected(world: World, tx: Transaction, row: Row, told: Collected): Promise<void> {
  return enterAllCollected(world, tx, [{ row, ...told }]);
}

/** Of requests that are each there once; in as many statements as of one. */
export async function enterAllCollected(
  world: World,
  tx: Transaction,
  all: readonly (Collected & { row: Row })[],
): Promise<void> {
  const entered = all
    .filter(({ row, serial }) => row.collected === null || row.collected === serial)
    .map(({ row, serial, at, notAfter }) => {
      const collectedAt = row.collectedAt ?? at;
      return {
        row,
        serial,
        takenAt: row.status === "taken" ? row.takenAt : at,
        collectedAt,
        collectUntil: row.collectUntil ?? addCalendarMonths(collectedAt, 1),
        until: notAfter ?? row.notAfter ?? addCalendarMonths(collectedAt, monthsOf(world, row)),
      };
    });
  if (entered.length === 0) return;
  const written = entered.map(({ row, ...values }) => ({ id: row.id, ...values }));
  await tx.$executeRaw`
    UPDATE "UpkiRequest" AS r SET status = 'taken', "takenAt" = n."takenAt", collected = n.serial,
      "collectedAt" = n."collectedAt", "collectUntil" = n."collectUntil", "notAfter" = n.until
    FROM jsonb_to_recordset(${JSON.stringify(written)}::jsonb) AS n(id text, "takenAt" timestamptz, serial text,
      "collectedAt" timestamptz, "collectUntil" timestamptz, until timestamptz)
    WHERE r.id = n.id`;
  const facts = entered.flatMap(({ row, serial, collectedAt, collectUntil, until }): Fact[] => [
    pinIssued(row, collectUntil, row.pinAt ?? collectedAt),
    {
      type: "collected",
      orderId: row.orderId ?? "",
      serial: hexOf(serial),
      notBefore: collectedAt,
      notAfter: until,
    },
  ]);
  await world.tell(tx, facts);
  for (const { row, serial } of entered)
    if (row.withdrawnAt && row.collected === null) await revokeUnwanted(world, tx, row, serial);
}

/** 失効完了: of the application's present certificate it is the end; of one that was renewed, nothing more than that. */
export async function enterRevoked(world: World, tx: Transaction, row: Row, at: Date): Promise<void> {
  const { collected: serial, enrollmentId } = row;
  if (!serial || row.revokedAt) return;
  await tx.upkiRequest.update({ where: { id: row.id }, data: { revokedAt: at } });
  await tx.upkiRequest.updateMany({
    where: { kind: "revoke", serial, status: { notIn: ["refused", "dropped"] } },
    data: { status: "taken", takenAt: at, revokedAt: at },
  });
  await tx.upkiRequest.updateMany({
    where: { kind: "revoke", serial, status: "refused" },
    data: { revokedAt: at },
  });
  const living = await livingCertificates(tx, enrollmentId);
  if (living.length > 0) return;
  await world.tell(tx, [{ type: "revoked", enrollmentId, at }]);
}

/** Certificates of the application that the service has not ended: the newest, and what came of orders that were withdrawn. */
export async function livingCertificates(tx: Transaction, enrollmentId: string): Promise<Row[]> {
  const rows = await tx.upkiRequest.findMany({
    where: { enrollmentId, kind: { in: ["issue", "renew"] }, collected: { not: null } },
    orderBy: { createdAt: "asc" },
  });
  // A renewal ends the one before it when it is fetched.
  return rows.slice(-1).filter(({ revokedAt }) => revokedAt === null);
}

async function revokeUnwanted(world: World, tx: Transaction, row: Row, serial: string): Promise<void> {
  const asked = await tx.revocation.findUnique({ where: { enrollmentId: row.enrollmentId } });
  const reason = (asked?.reason ?? "cessationOfOperation") as RevocationReason;
  await queueRevocation(world, tx, { ...row, collected: serial }, reason);
  await announce(tx, "upki/queue.changed", {});
}

function monthsOf({ settings }: World, row: Row): number {
  const { profile } = row.line as { profile?: string | null };
  const terms = [...settings.profiles[row.certificateKind]];
  return terms.find(([, id]) => id === profile)?.[0] ?? terms[0]?.[0] ?? 13;
}

function pinIssued(row: Row, collectUntil: Date, urlMailed: Date): Fact {
  return { type: "pin_issued", orderId: row.orderId ?? "", collectUntil, urlMailed };
}

/** Whatever the service tells of a request, it has it. */
function taken(row: Row, at: Date) {
  return row.status === "taken" ? {} : ({ status: "taken", takenAt: at } as const);
}
