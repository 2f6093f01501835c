/** Keys that certificates were made for: whose they are, and which of them are never certified again. */
import type { Statements } from "../../db.ts";
import type { Bytes } from "../../secrets/sealing.ts";
import { reasonCodes } from "./revoke.ts";
import type { KeyRefusal } from "./views.ts";

/** Tells the locks of keys from all others of this database. */
const keyLocks = 0x6b65_7973;

export type KnownKeys = {
  /** Gives the key to the application of this name, or says why it cannot be. A renewal may keep its application's key. */
  take: (keyHash: Uint8Array, dn: string) => KeyRefusal | null;
};

/** What is known of these keys, and stays so until the transaction ends: of two tickets that bring one key at once, one is refused. */
export async function lockKeys(tx: Statements, keyHashes: readonly Bytes[]): Promise<KnownKeys> {
  const owners = new Map<string, Set<string>>();
  const compromised = new Set<string>();
  if (keyHashes.length > 0) {
    const locks = keyHashes.map((keyHash) => Buffer.from(keyHash).readInt32BE()).sort((a, b) => a - b);
    const names = keyHashes.map(nameOf);
    const [, certificates] = await Promise.all([
      tx.$queryRaw`SELECT count(pg_advisory_xact_lock(${keyLocks}::int, n)) FROM unnest(${locks}::int[]) AS n`,
      tx.$queryRaw<{ key: string; dn: string; revocationReason: number | null }[]>`
        SELECT encode("keyHash", 'hex') AS key, dn, "revocationReason" FROM "Certificate"
        WHERE "keyHash" = ANY(ARRAY(SELECT decode(name, 'hex') FROM unnest(${names}::text[]) AS name))`,
    ]);
    for (const { key, dn, revocationReason } of certificates) {
      owners.set(key, (owners.get(key) ?? new Set()).add(dn));
      if (revocationReason === reasonCodes.keyCompromise) compromised.add(key);
    }
  }
  return {
    take(keyHash, dn) {
      const key = nameOf(keyHash);
      const names = owners.get(key) ?? new Set([dn]);
      if (compromised.has(key)) return "key_compromised";
      // No two applications share a name.
      if (names.size > 1 || !names.has(dn)) return "key_in_use";
      owners.set(key, names);
      return null;
    },
  };
}

function nameOf(keyHash: Uint8Array): string {
  return Buffer.from(keyHash).toString("hex");
}
