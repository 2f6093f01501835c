/** The rows of institutions: made when somebody of theirs first comes or an operator first sets something. */
import { createHash } from "node:crypto";
import type { Database, Transaction } from "../../db.ts";
import type { Institution } from "../../generated/prisma/client.ts";
import type { Provider } from "../metadata/read-providers.ts";

export type Named = Pick<Provider, "entityId" | "nameJa" | "nameEn" | "scopes">;

/** Its names follow the metadata. Its distinguished names stay as they were: certificates and NII's records know it by them. */
export async function institutionOf(db: Database, provider: Named, now: Date): Promise<Institution> {
  const { entityId, nameJa, nameEn } = provider;
  const known = await db.institution.findUnique({ where: { entityId } });
  if (known?.nameJa === nameJa && known.nameEn === nameEn) return known;
  if (known === null) await makeInstitutions(db, [provider], now);
  return db.institution.update({ where: { entityId }, data: { nameJa, nameEn } });
}

/** Those that have no row get one, with names that nobody else has. */
export async function makeInstitutions(db: Database, providers: readonly Named[], now: Date): Promise<void> {
  await db.$transaction(async (tx) => {
    await lockBases(tx);
    const kept = await tx.institution.findMany({
      where: { entityId: { in: providers.map(({ entityId }) => entityId) } },
      select: { entityId: true },
    });
    const missing = providers.filter((one) => !kept.some(({ entityId }) => entityId === one.entityId));
    const bases = await freeBases(tx, missing);
    await tx.institution.createMany({
      data: missing.map(({ entityId, nameJa, nameEn }) => ({
        ...{ entityId, nameJa, nameEn, dnBase: bases.get(entityId) ?? "", createdAt: now },
      })),
    });
  });
}

/** Until the transaction is over nobody else takes the end of a distinguished name for an institution. */
export async function lockBases(tx: Pick<Transaction, "$queryRaw">): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('institution.dnBase'))::text`;
}

/**
 * By entityID, the end of each one's distinguished names until an operator sets another. Certificates of two institutions must not look
 * alike: where somebody has the name already, the letters' case aside (RFC 4518), it is told apart by its scope.
 */
export async function freeBases(
  tx: Pick<Transaction, "$queryRaw">,
  providers: readonly Named[],
): Promise<Map<string, string>> {
  const wanted = providers.map((provider) => ({ provider, bases: basesOf(provider) }));
  const folded = wanted.flatMap(({ bases }) => bases.map((base) => base.toLowerCase()));
  const rows = await tx.$queryRaw<{ base: string; entityId: string }[]>`
    SELECT lower("dnBase") AS base, "entityId" FROM "Institution" WHERE lower("dnBase") = ANY(${folded})`;
  const holders = new Map(rows.map(({ base, entityId }) => [base, entityId]));
  const free = new Map<string, string>();
  for (const { provider, bases } of wanted) {
    const { entityId } = provider;
    const mayHave = (base: string) => (holders.get(base.toLowerCase()) ?? entityId) === entityId;
    const base = bases.find(mayHave) ?? bases.at(-1) ?? bases[0];
    holders.set(base.toLowerCase(), entityId);
    free.set(entityId, base);
  }
  return free;
}

/**
 * What an institution may be called, the plainest first; the last is nobody else's. What NII's service does not allow in O, and what would
 * have to be escaped in a DN, is left out.
 */
export function basesOf({ entityId, nameEn, scopes }: Omit<Named, "nameJa">): [string, ...string[]] {
  const scope = safe(scopes.find(({ regexp }) => !regexp)?.value ?? "");
  const name = safe(nameEn) || scope || "Unnamed Institution";
  const ownCode = createHash("sha256").update(entityId, "utf8").digest("hex").slice(0, 12);
  return [base(name), ...(scope && scope !== name ? [base(name, scope)] : []), base(name, ownCode)];
}

function base(name: string, apart?: string): string {
  const end = apart === undefined ? "" : ` (${apart.slice(0, longestName - 4)})`;
  return `O=${name.slice(0, longestName - end.length).trim()}${end},L=Academe,C=JP`;
}

/** RFC 5280 appendix A.1, ub-organization-name. */
const longestName = 64;

function safe(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9 '().:/-]/g, " ")
    .replace(/ +/g, " ")
    .trim();
}
