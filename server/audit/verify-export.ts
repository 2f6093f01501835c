/** Checks an exported trail without the portal: the file, and the public keys that the portal publishes at /api/audit/head. */
import { canonicalOf } from "./append.ts";
import { digestOf, following, hex, isSignedBy, keyIdOf } from "./chain.ts";
import type { PublicHead } from "./heads.ts";

/** `line`: the first at which it does not hold, from 1. */
export type ExportVerdict =
  | { holds: true; entries: number; upTo: PublicHead }
  | {
      holds: false;
      line: number;
      because: "unreadable" | "gap" | "no_head" | "signature" | "unknown_key" | "hash";
    };

/** @param publicKeys SubjectPublicKeyInfo, DER */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  publicKeys: readonly Uint8Array[],
): Promise<ExportVerdict> {
  const keys = new Map(publicKeys.map((key) => [keyIdOf(key), key]));
  let [n, seq, entries, hash] = [0, 0n, 0, new Uint8Array(32)];
  for await (const text of lines) {
    n += 1;
    const said = parsed(text);
    const stop = (because: (ExportVerdict & { holds: false })["because"]) =>
      ({ holds: false, line: n, because }) as const;
    if (!said) return stop("unreadable");
    if (n === 1) {
      if (said.type !== "start") return stop("unreadable");
      [seq, hash] = [BigInt(String(said.seq)), octets(said.hash)];
      const wrong = said.head ? faultOf(said.head, seq, hash, keys) : seq === 0n ? null : "no_head";
      if (wrong) return stop(wrong);
    } else if (said.type === "end") {
      const wrong = said.head ? faultOf(said.head, seq, hash, keys) : "no_head";
      return wrong ? stop(wrong) : { holds: true, entries, upTo: said.head as PublicHead };
    } else {
      if (BigInt(String(said.seq)) !== seq + 1n) return stop("gap");
      const digest = said.entry ? digestOf(canonicalOf(said.entry)) : octets(said.digest);
      [seq, hash] = [seq + 1n, new Uint8Array(following(hash, digest))];
      if (said.entry) entries += 1;
    }
  }
  return { holds: false, line: n, because: "no_head" };
}

type Said = Partial<{
  type: string;
  seq: string;
  hash: string;
  digest: string;
  entry: object;
  head: PublicHead;
}>;

function parsed(text: string): Said | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Said) : null;
  } catch {
    return null;
  }
}

const octets = (text: string | undefined) => new Uint8Array(Buffer.from(text ?? "", "hex"));

function faultOf(
  head: PublicHead,
  seq: bigint,
  hash: Uint8Array,
  keys: ReadonlyMap<string, Uint8Array>,
): "unknown_key" | "signature" | "hash" | null {
  const key = keys.get(head.key);
  if (!key) return "unknown_key";
  const signed = { seq: BigInt(head.seq), hash: octets(head.hash), at: new Date(head.at), keyId: head.key };
  if (!isSignedBy(key, signed, Buffer.from(head.signature, "base64"))) return "signature";
  return head.hash === hex(hash) && head.seq === String(seq) ? null : "hash";
}
