/** The identity providers of the metadata in force: kept as rows, looked up, searched. */

import type { Database } from "../db.ts";
import type { Prisma } from "../generated/prisma/client.ts";
import { foldForSearch } from "./fold.ts";
import type { Provider } from "./read-providers.ts";
import type { Scope } from "./scopes.ts";

export type ProviderChoice = {
  id: string;
  nameJa: string;
  nameEn: string;
  entityId: string;
  logoJa: string | null;
  logoEn: string | null;
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

/** Providers whose name, keyword or domain holds every word, by name in the reader's language. */
export async function searchProviders(
  db: Database,
  { q, locale, limit = 50 }: { q: string; locale: string; limit?: number },
): Promise<ProviderChoice[]> {
  const words = foldForSearch(q)
    .split(/[\s\p{Cc}]+/u)
    .filter(Boolean)
    .slice(0, 8);
  return db.identityProvider.findMany({
    where: {
      hidden: false,
      validUntil: { gt: new Date() },
      AND: words.map((word) => ({ search: { contains: literal(word) } })),
    },
    select: choice,
    orderBy: locale === "ja" ? [{ nameJa: "asc" }, { id: "asc" }] : [{ nameEn: "asc" }, { id: "asc" }],
    take: Math.min(Math.max(limit, 1), 200),
  });
}

/** Prisma hands the pattern signs of LIKE on as they are. */
function literal(word: string): string {
  return word.replace(/[\\%_]/g, "\\$&");
}

/** Those of the ids that may log in now, in the order asked for. */
export async function findProviders(db: Database, ids: readonly string[]): Promise<ProviderChoice[]> {
  const rows = await db.identityProvider.findMany({
    where: { id: { in: ids.slice(0, 20) }, validUntil: { gt: new Date() } },
    select: choice,
  });
  return ids.flatMap((id) => rows.find((row) => row.id === id) ?? []);
}

const choice = {
  id: true,
  nameJa: true,
  nameEn: true,
  entityId: true,
  logoJa: true,
  logoEn: true,
  errorUrl: true,
} as const;
