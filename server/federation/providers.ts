/** The identity providers of the metadata in force: kept as rows, and looked up. */
import type { Database } from "../db.ts";
import type { Prisma } from "../generated/prisma/client.ts";
import type { Listed } from "./institution-index.ts";
import { shownLogo } from "./logo.ts";
import type { Provider } from "./read-providers.ts";
import type { Scope } from "./scopes.ts";

export type ProviderChoice = Listed & {
  entityId: string;
  /** Where the provider helps people whose login failed. */
  errorUrl: string | null;
};

const rowsAtOnce = 500;

/** All at once: a reader sees the old federation or the new one, never half of each. */
export async function replaceProviders(tx: Prisma.TransactionClient, providers: readonly Provider[]) {
  const unique = [...new Map(providers.map((provider) => [provider.id, provider])).values()];
  await tx.identityProvider.deleteMany();
  for (let at = 0; at < unique.length; at += rowsAtOnce)
    await tx.identityProvider.createMany({ data: unique.slice(at, at + rowsAtOnce) });
}

/** The provider, if its metadata is in force now; one that vanished, or whose time is over, is null. */
export async function providerInForce(db: Database, id: string, now: Date): Promise<Provider | null> {
  const row = await db.identityProvider.findUnique({ where: { id } });
  if (!row || row.validUntil <= now) return null;
  return { ...row, scopes: row.scopes as Scope[], contacts: row.contacts as Provider["contacts"] };
}

/** Those of the ids that may log in now, in the order asked for; also such as are not listed, for whoever knows them by name. */
export async function findProviders(db: Database, ids: readonly string[]): Promise<ProviderChoice[]> {
  const rows = await db.identityProvider.findMany({
    where: { id: { in: ids.slice(0, 20) }, validUntil: { gt: new Date() } },
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
