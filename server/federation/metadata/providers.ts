/** The identity providers of the metadata in force: kept as rows, and looked up. */
import type { Database } from "../../db.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import type { Listed } from "../discovery/institution-index.ts";
import { shownLogo } from "../discovery/logo.ts";
import type { Scope } from "../people/scopes.ts";
import type { Provider } from "./read-providers.ts";

export type ProviderChoice = Listed & {
  entityId: string;
  /** Where the provider helps people whose login failed. */
  errorUrl: string | null;
};

/** Columns of a row as metadata fill them; what only MDQ knows stays empty. */
const columns = [
  "id",
  "entityId",
  "nameJa",
  "nameEn",
  "search",
  "scopes",
  "ssoRedirect",
  "ssoPost",
  "certificates",
  "logoJa",
  "logoEn",
  "domains",
  "errorUrl",
  "contacts",
  "categories",
  "registrationAuthority",
  "hidden",
  "validUntil",
] as const satisfies readonly (keyof Provider)[];

/** What a refresh changed: entityIDs, at most a hundred of each. */
export type Changes = { appeared: string[]; vanished: string[] };

/**
 * All at once: a reader sees the old federation or the new one, never half of each. Each of `rows` is the text of a JSON array of
 * providers, which only the database takes apart: ten thousand rows pass through without holding anybody up.
 */
export async function replaceProviders(
  tx: Prisma.TransactionClient,
  rows: AsyncIterable<string> | Iterable<string>,
): Promise<Changes> {
  const names = Prisma.raw(columns.map((column) => `"${column}"`).join(", "));
  await tx.$executeRaw`CREATE TEMPORARY TABLE incoming (LIKE "IdentityProvider") ON COMMIT DROP`;
  for await (const portion of rows)
    await tx.$executeRaw`INSERT INTO incoming (${names})
      SELECT ${names} FROM json_populate_recordset(NULL::"IdentityProvider", ${portion}::json)`;
  const appeared = await tx.$queryRaw<{ entityId: string }[]>`SELECT "entityId" FROM incoming
    WHERE id NOT IN (SELECT id FROM "IdentityProvider") ORDER BY "entityId" LIMIT 100`;
  const vanished = await tx.$queryRaw<{ entityId: string }[]>`SELECT "entityId" FROM "IdentityProvider"
    WHERE id NOT IN (SELECT id FROM incoming) ORDER BY "entityId" LIMIT 100`;
  await tx.$executeRaw`DELETE FROM "IdentityProvider"`;
  await tx.$executeRaw`INSERT INTO "IdentityProvider" (${names}) SELECT ${names} FROM incoming`;
  const entityIds = (found: { entityId: string }[]) => found.map(({ entityId }) => entityId);
  return { appeared: entityIds(appeared), vanished: entityIds(vanished) };
}

/** What no id looks like is not put to the database, which takes no text with a NUL. */
export function isProviderId(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** The provider, if its metadata is in force now; one that vanished, or whose time is over, is null. */
export async function providerInForce(db: Database, id: string, now: Date): Promise<Provider | null> {
  if (!isProviderId(id)) return null;
  const row = await db.identityProvider.findUnique({ where: { id } });
  if (!row || row.validUntil <= now) return null;
  return { ...row, scopes: row.scopes as Scope[], contacts: row.contacts as Provider["contacts"] };
}

/** Those of the ids that may log in now, in the order asked for; also such as are not listed, for whoever knows them by name. */
export async function findProviders(db: Database, ids: readonly string[]): Promise<ProviderChoice[]> {
  const rows = await db.identityProvider.findMany({
    where: { id: { in: ids.filter(isProviderId).slice(0, 20) }, validUntil: { gt: new Date() } },
    select: choice,
  });
  return ids.flatMap((wanted) => {
    const row = rows.find(({ id }) => id === wanted);
    if (!row) return [];
    const { ssoRedirect, ssoPost, certificates, ...named } = row;
    return {
      ...named,
      logoJa: shownLogo(row.id, "ja", row.logoJa),
      logoEn: shownLogo(row.id, "en", row.logoEn),
      usable: (ssoRedirect ?? ssoPost) !== null && certificates.length > 0,
    };
  });
}

const choice = {
  id: true,
  nameJa: true,
  nameEn: true,
  entityId: true,
  logoJa: true,
  logoEn: true,
  errorUrl: true,
  ssoRedirect: true,
  ssoPost: true,
  certificates: true,
} as const;
