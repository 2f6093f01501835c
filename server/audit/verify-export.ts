/** Checks an exported trail without the portal: the file, and the public keys that the portal publishes at /api/audit/head. */
import { z } from "zod";
import { canonicalOf } from "./append.ts";
import { digestOf, following, hex, isSignedBy, keyIdOf } from "./chain.ts";
import { type PublicHead, publicHeadShape, signedHead } from "./heads.ts";

/** `line`: the first at which it does not hold, from 1. `upTo`: null where there are no entries, and nothing is vouched for. */
export type ExportVerdict =
  | { holds: true; entries: number; upTo: PublicHead | null }
  | { holds: false; line: number; because: Because };

type Because =
  | "unreadable"
  | "gap"
  | "no_head"
  | "signature"
  | "unknown_key"
  | "hash"
  /** Something stands behind the end, for which nothing vouches. */
  | "after_the_end";

/** @param publicKeys SubjectPublicKeyInfo, DER */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  publicKeys: readonly Uint8Array[],
): Promise<ExportVerdict> {
  const keys = new Map(publicKeys.map((key) => [keyIdOf(key), key]));
  let [n, seq, entries, hash] = [0, 0n, 0, new Uint8Array(32)];
  let ended: (ExportVerdict & { holds: true }) | null = null;
  for await (const text of lines) {
    n += 1;
    const stop = (because: Because) => ({ holds: false, line: n, because }) as const;
    if (ended) return stop("after_the_end");
    const said = parsed(text);
    if (!said || (n === 1) !== (said.type === "start")) return stop("unreadable");
    if (said.type === "start") {
      [seq, hash] = [BigInt(said.seq), octets(said.hash)];
      const isBeginning = seq === 0n && hash.every((octet) => octet === 0);
      const wrong = said.head ? faultOf(said.head, seq, hash, keys) : isBeginning ? null : "no_head";
      if (wrong) return stop(wrong);
    } else if (said.type === "end") {
      // Without a head there is nothing that it would vouch for.
      const wrong = said.head ? faultOf(said.head, seq, hash, keys) : n === 2 ? null : "no_head";
      if (wrong) return stop(wrong);
      ended = { holds: true, entries, upTo: said.head };
    } else {
      if (BigInt(said.seq) !== seq + 1n) return stop("gap");
      const digest = said.type === "entry" ? digestOf(said.canonical) : octets(said.digest);
      [seq, hash] = [seq + 1n, new Uint8Array(following(hash, digest))];
      if (said.type === "entry") entries += 1;
    }
  }
  return ended ?? { holds: false, line: n, because: "no_head" };
}

const { seq, hash } = publicHeadShape.shape;
const head = publicHeadShape.nullable();
const shape = z.union([
  z.strictObject({ type: z.literal("start"), head, seq, hash }),
  z.strictObject({ type: z.literal("end"), head }),
  z.strictObject({ seq, digest: hash }).transform((said) => ({ type: "digest" as const, ...said })),
  z
    .strictObject({ seq, entry: z.record(z.string(), z.unknown()) })
    .transform(({ seq, entry }) => ({ type: "entry" as const, seq, canonical: canonicalOf(entry) })),
]);

/** An entry has to stand as it was hashed, so that everybody reads in it the same: a name that is there twice each would read in their own way. */
function parsed(text: string): z.infer<typeof shape> | null {
  try {
    const said = shape.parse(JSON.parse(text));
    if (said.type !== "entry") return said;
    return text === `{"seq":"${said.seq}","entry":${said.canonical}}` ? said : null;
  } catch {
    return null;
  }
}

const octets = (text: string) => new Uint8Array(Buffer.from(text, "hex"));

function faultOf(
  head: PublicHead,
  seq: bigint,
  hash: Uint8Array,
  keys: ReadonlyMap<string, Uint8Array>,
): "unknown_key" | "signature" | "hash" | null {
  const key = keys.get(head.key);
  if (!key) return "unknown_key";
  const signed = signedHead(head);
  if (!isSignedBy(key, signed, signed.signature)) return "signature";
  return head.hash === hex(hash) && head.seq === String(seq) ? null : "hash";
}
