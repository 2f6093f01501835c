/** Reads a revocation list that another CA made (RFC 5280 §5), such as one from a root elsewhere. */
import { type KeyObject, verify } from "node:crypto";
import { DerReader } from "./der-reader.ts";
import { PkiError } from "./errors.ts";

export type ReadCrl = {
  /** Name, as it is encoded. */
  issuer: Uint8Array;
  /** CRLNumber (§5.2.3); null where there is none. */
  number: bigint | null;
  thisUpdate: Date;
  nextUpdate: Date | null;
  /** Serials in lower-case hexadecimal, two digits an octet. `reason`: CRLReason (§5.3.1). */
  entries: readonly { serial: string; at: Date; reason: number }[];
  /** Whether it is for a part of the certificates only: a delta, or of one distribution point. */
  isPartial: boolean;
  /** Whether the holder of this key signed it. */
  isSignedBy: (publicKey: KeyObject) => boolean;
};

/** A list of a root is small. */
const largest = 4 << 20;

/** The digests of what other CAs sign with: RSA and ECDSA with SHA-2, and Ed25519, which has its own. */
const digests: Record<string, string | null> = {
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.3.101.112": null,
};

const ids = { number: "2.5.29.20", reason: "2.5.29.21", delta: "2.5.29.27", distributionPoint: "2.5.29.28" };

/**
 * @param der a CertificateList of version 2
 * @throws PkiError `der_malformed`, `der_too_large`
 */
export function readCrl(der: Uint8Array): ReadCrl {
  const whole = DerReader.of(der, { size: largest });
  const list = whole.sequence();
  whole.end();
  const tbsOctets = list.element();
  const algorithm = list.sequence().oid();
  const signature = list.bitString();
  list.end();

  const tbs = DerReader.of(tbsOctets, { size: largest }).sequence();
  if (tbs.number() !== 1) throw new PkiError("der_malformed", "Not a list of version 2.");
  tbs.sequence();
  const issuer = tbs.element();
  const thisUpdate = tbs.time();
  const nextUpdate = tbs.next === 0x17 || tbs.next === 0x18 ? tbs.time() : null;
  const revoked = tbs.optional(0x30);
  const entries: ReadCrl["entries"][number][] = [];
  while (revoked && !revoked.atEnd) entries.push(entryOf(revoked.sequence()));
  const extensions = extensionsOf(tbs.optional(0xa0)?.sequence());
  tbs.end();

  const number = extensions.get(ids.number);
  return {
    issuer,
    number: number === undefined ? null : bigOf(DerReader.of(number).unsigned()),
    thisUpdate,
    nextUpdate,
    entries,
    isPartial: extensions.has(ids.delta) || extensions.has(ids.distributionPoint),
    isSignedBy: (publicKey) => isSigned(tbsOctets, { algorithm, signature, publicKey }),
  };
}

function entryOf(entry: DerReader): ReadCrl["entries"][number] {
  const serial = Buffer.from(entry.unsigned()).toString("hex");
  const at = entry.time();
  const reason = extensionsOf(entry.optional(0x30)).get(ids.reason);
  return { serial, at, reason: reason === undefined ? 0 : DerReader.of(reason).enumerated() };
}

/** The values by object identifier. */
function extensionsOf(list: DerReader | null | undefined): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  while (list && !list.atEnd) {
    const extension = list.sequence();
    const id = extension.oid();
    if (extension.next === 0x01) extension.boolean();
    found.set(id, extension.octetString());
    extension.end();
  }
  return found;
}

function isSigned(
  tbs: Uint8Array,
  { algorithm, signature, publicKey }: { algorithm: string; signature: Uint8Array; publicKey: KeyObject },
): boolean {
  const digest = digests[algorithm];
  if (digest === undefined) return false;
  try {
    return verify(digest, tbs, publicKey, signature);
  } catch {
    // The key is of another kind than the signature.
    return false;
  }
}

function bigOf(octets: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(octets).toString("hex") || "0"}`);
}
