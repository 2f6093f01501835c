/** Whose a name is: every institution's names end with a base of its own. */
import type { Transaction } from "../../db.ts";
import { parseName } from "../../pki/name.ts";
import { type Rdn, sameName, splitServiceDn } from "./dn.ts";

type Reader = Pick<Transaction, "institution">;

/** Of a name in the service's form; null where it is nobody's, as one of a common name alone. */
export async function institutionOfName(db: Reader, dn: string): Promise<string | null> {
  const rdns = splitServiceDn(dn);
  if (!rdns) return null;
  const institutions = await db.institution.findMany({ select: { id: true, dnBase: true } });
  const found = institutions.filter(({ dnBase }) => endsWith(rdns, parseName(dnBase)));
  // The longest base: one institution's may be the end of another's.
  found.sort((one, other) => other.dnBase.length - one.dnBase.length);
  return found[0]?.id ?? null;
}

function endsWith(name: readonly Rdn[], base: readonly Rdn[]): boolean {
  return name.length > base.length && sameName(name.slice(-base.length), base);
}
