/** Which certificate of a PKCS #12 file is the key's, and which only lead up to it. For servers and browsers. */
import { DerReader } from "./der-reader.ts";
import { PkiError } from "./errors.ts";
import { glanceAt } from "./glance.ts";
import type { Bag, Bags } from "./open-pkcs12.ts";

export type Matched = {
  pkcs8: Uint8Array;
  certificate: Uint8Array;
  chain: Uint8Array[];
  friendlyName: string | null;
  localKeyId: Uint8Array | null;
};

/**
 * The key that has its certificate in the file, and the other certificates in their order.
 * @throws PkiError `pkcs12_incomplete` without such a key, `pkcs12_ambiguous` with several
 */
export function matchKey({ keys, certificates }: Bags): Matched {
  const own = keys.map((key) => ({ key, certificate: certificateOf(key, certificates, keys.length) }));
  const whole = own.filter((pair): pair is Pair => pair.certificate !== undefined);
  const [only] = whole;
  if (!only) {
    throw new PkiError("pkcs12_incomplete", "It holds no private key together with its certificate.");
  }
  if (whole.length > 1) {
    throw new PkiError("pkcs12_ambiguous", "It holds several private keys with certificates.");
  }
  const { key, certificate } = only;
  return {
    pkcs8: key.octets,
    certificate: certificate.octets,
    chain: others(certificates, certificate),
    friendlyName: certificate.friendlyName ?? key.friendlyName,
    localKeyId: key.localKeyId ?? certificate.localKeyId,
  };
}

type Pair = { key: Bag; certificate: Bag };

/** Each once. */
function others(certificates: readonly Bag[], own: Bag): Uint8Array[] {
  const seen = [own.octets];
  for (const { octets } of certificates) if (!seen.some((known) => isSame(known, octets))) seen.push(octets);
  return seen.slice(1);
}

/** By localKeyId, by the public key that is in the private one, or because there is no other. */
function certificateOf(key: Bag, certificates: readonly Bag[], keys: number): Bag | undefined {
  const { localKeyId } = key;
  const named = certificates.filter(
    (bag) => localKeyId && bag.localKeyId && isSame(bag.localKeyId, localKeyId),
  );
  const mark = publicMark(key.octets);
  const fits = ({ octets }: Bag) => mark !== null && holds(octets, mark);
  return (
    named.find(fits) ??
    (mark === null ? named[0] : certificates.find(fits)) ??
    (mark === null && keys === 1 && certificates.length === 1 ? certificates[0] : undefined)
  );
}

function holds(certificate: Uint8Array, mark: Uint8Array): boolean {
  const found = unlessMalformed(() => {
    const info = DerReader.of(glanceAt(certificate).spki).sequence();
    const isRsa = info.sequence().oid() === RSA;
    const bits = info.bitString();
    return isRsa ? DerReader.of(bits).sequence().unsigned() : bits;
  });
  return found !== null && isSame(found, mark);
}

const RSA = "1.2.840.113549.1.1.1";
const ELLIPTIC = "1.2.840.10045.2.1";

/**
 * What of the public key is in the private one (PrivateKeyInfo, RFC 5958 §2): the modulus of RSA (RFC 8017 appendix A.1.2), the point of
 * an elliptic curve (RFC 5915 §3) or the `publicKey` field. Null where there is none.
 */
function publicMark(pkcs8: Uint8Array): Uint8Array | null {
  return unlessMalformed(() => {
    const info = DerReader.of(pkcs8).sequence();
    info.number();
    const type = info.sequence().oid();
    const key = DerReader.of(info.octetString());
    if (type === RSA) {
      const fields = key.sequence();
      fields.number();
      return fields.unsigned();
    }
    if (type === ELLIPTIC) {
      const fields = key.sequence();
      fields.number();
      fields.octetString();
      fields.optional(0xa0);
      return fields.optional(0xa1)?.bitString() ?? null;
    }
    info.optional(0xa0);
    return info.optionalPrimitive(0x81)?.subarray(1) ?? null;
  });
}

/** Keys and certificates of kinds that are not known here are matched by what else the file says. */
function unlessMalformed<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof PkiError) return null;
    throw error;
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, i) => octet === other[i]);
}
