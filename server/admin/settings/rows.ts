/** The rows that settings stand in. An institution of the metadata whose members are yet to come has none, and is as it would be by itself. */
import type { Database, Transaction } from "../../db.ts";
import { freeBases, makeInstitutions, type Named } from "../../federation/people/institutions.ts";
import type { Scope as MailScope } from "../../federation/people/scopes.ts";
import type { Institution, Prisma } from "../../generated/prisma/client.ts";
import type { Scope } from "../../roles.ts";
import { usual } from "./declared.ts";

export type Row = Institution;

/** By their entityIDs: those of them that are kept, and within the scope. */
export async function rowsOf(
  tx: Pick<Transaction, "institution">,
  entityIds: readonly string[],
  { institutions }: Scope,
): Promise<Map<string, Row>> {
  const rows = await tx.institution.findMany({
    where: { entityId: { in: [...entityIds] }, ...(institutions && { id: { in: [...institutions] } }) },
  });
  return new Map(rows.map((row) => [row.entityId, row]));
}

/** As `rowsOf`; for operators also those that are only in the metadata in force. */
export async function knownOf(
  db: Database,
  entityIds: readonly string[],
  { scope, now }: { scope: Scope; now: Date },
): Promise<Map<string, Row>> {
  const kept = await rowsOf(db, entityIds, scope);
  const missing = scope.institutions === null ? entityIds.filter((one) => !kept.has(one)) : [];
  if (missing.length === 0) return kept;
  const found = await newcomers(db, { entityId: { in: missing } }, now);
  return new Map([...kept, ...found.map((row) => [row.entityId, row] as const)]);
}

/** Of the metadata in force, whether they have a row or not, as they would be by themselves; in the order of their entityIDs. */
export async function newcomers(
  db: Database,
  where: Prisma.IdentityProviderWhereInput,
  now: Date,
  take?: number,
): Promise<Row[]> {
  const found = await inForce(db, where, now, take);
  const bases = await freeBases(db, found);
  return found.map(({ scopes, ...named }) => ({
    ...{ ...named, id: "", version: 1, createdAt: now, ...usual },
    dnBase: bases.get(named.entityId) ?? "",
  }));
}

/** Those that have none get their rows now. */
export async function makeRows(db: Database, entityIds: readonly string[], now: Date): Promise<void> {
  const kept = await rowsOf(db, entityIds, { institutions: null });
  const missing = entityIds.filter((entityId) => !kept.has(entityId));
  if (missing.length === 0) return;
  await makeInstitutions(db, await inForce(db, { entityId: { in: missing } }, now), now);
}

async function inForce(
  db: Database,
  where: Prisma.IdentityProviderWhereInput,
  now: Date,
  take?: number,
): Promise<Named[]> {
  const providers = await db.identityProvider.findMany({
    where: { ...where, validUntil: { gt: now } },
    select: { entityId: true, nameJa: true, nameEn: true, scopes: true },
    orderBy: { entityId: "asc" },
    ...(take !== undefined && { take }),
  });
  return providers.map((provider) => ({ ...provider, scopes: provider.scopes as MailScope[] }));
}
