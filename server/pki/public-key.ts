/** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), read octet by octet: which key it is, of the few kinds that are certified here. */
import { nullValue, oid, sequence } from "./der.ts";
import { DerReader } from "./der-reader.ts";
import { PkiError } from "./errors.ts";

export type PublicKeyInfo = {
  /** The content of subjectPublicKey. */
  bits: Uint8Array;
} & (
  | { kind: "rsa"; modulus: bigint; exponent: bigint }
  | { kind: "ec"; curve: "P-256" | "P-384" }
  | { kind: "ed25519" }
);

const ecPublicKey = "1.2.840.10045.2.1";
const algorithms = {
  // RFC 3279 §2.3.1: with NULL.
  rsa: sequence(oid("1.2.840.113549.1.1.1"), nullValue),
  "P-256": sequence(oid(ecPublicKey), oid("1.2.840.10045.3.1.7")),
  "P-384": sequence(oid(ecPublicKey), oid("1.3.132.0.34")),
  // RFC 8410 §3: with nothing.
  ed25519: sequence(oid("1.3.101.112")),
};

/** Longer than RSA keys of 4096 bits by far. */
const LONGEST = 4096;

/**
 * Reads a key, and refuses one that is not written as certificates write it; how strong it is is another question.
 * @throws PkiError `key_malformed`, `key_unsupported`, `key_curve`, `key_point` for a point that is not one of the curve
 */
export function readPublicKey(spki: Uint8Array): PublicKeyInfo {
  try {
    return read(spki);
  } catch (cause) {
    if (cause instanceof PkiError && !cause.code.startsWith("der_")) throw cause;
    throw new PkiError("key_malformed", "A public key is not written as certificates write it.", cause);
  }
}

function read(spki: Uint8Array): PublicKeyInfo {
  const outer = DerReader.of(spki, { size: LONGEST });
  const info = outer.sequence();
  outer.end();
  const algorithm = info.element();
  const bits = info.bitString();
  info.end();
  if (same(algorithm, algorithms.rsa)) return { kind: "rsa", bits, ...rsaNumbers(bits) };
  if (same(algorithm, algorithms["P-256"])) return { kind: "ec", bits, curve: pointOn("P-256", bits) };
  if (same(algorithm, algorithms["P-384"])) return { kind: "ec", bits, curve: pointOn("P-384", bits) };
  if (same(algorithm, algorithms.ed25519)) return { kind: "ed25519", bits: edwardsPoint(bits) };
  if (DerReader.of(algorithm).sequence().oid() === ecPublicKey) {
    throw new PkiError("key_curve", "An elliptic curve other than P-256 and P-384.");
  }
  throw new PkiError("key_unsupported", "A key of a kind that is not certified here.");
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

/** RSAPublicKey (RFC 8017 appendix A.1.1). */
function rsaNumbers(bits: Uint8Array): { modulus: bigint; exponent: bigint } {
  const outer = DerReader.of(bits);
  const key = outer.sequence();
  outer.end();
  const numbers = { modulus: numberOf(key.unsigned()), exponent: numberOf(key.unsigned()) };
  key.end();
  return numbers;
}

function numberOf(octets: Uint8Array): bigint {
  const { buffer, byteOffset, byteLength } = octets;
  return BigInt(`0x${Buffer.from(buffer, byteOffset, byteLength).toString("hex")}`);
}

/** The fields and coefficients of y² = x³ - 3x + b (NIST SP 800-186 §3.2.1). */
const curves = {
  "P-256": {
    octets: 32,
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  "P-384": {
    octets: 48,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
};

/** A point in full (RFC 5480 §2.2): half of it is not in every reader's power. Both cofactors are 1: any point of the curve will do. */
function pointOn(name: "P-256" | "P-384", bits: Uint8Array): "P-256" | "P-384" {
  const { octets, p, b } = curves[name];
  if (bits.length !== 1 + 2 * octets || bits[0] !== 4) throw notAPoint(name);
  const x = numberOf(bits.subarray(1, 1 + octets));
  const y = numberOf(bits.subarray(1 + octets));
  if (x >= p || y >= p || (y * y - (x * x - 3n) * x - b) % p !== 0n) throw notAPoint(name);
  return name;
}

/** 2²⁵⁵ - 19, and the heights of the eight points of small order: with such a key some verify anything (RFC 8032 §5.1; one of order 8, and its mirror). */
const edwardsField = 2n ** 255n - 19n;
const orderEight = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const smallOrder = new Set([0n, 1n, edwardsField - 1n, orderEight, edwardsField - orderEight]);

/** Whether it lies on the curve shows when it verifies a signature; a request always has one. */
function edwardsPoint(bits: Uint8Array): Uint8Array {
  if (bits.length !== 32) throw notAPoint("Ed25519");
  const y = numberOf(bits.toReversed()) & (2n ** 255n - 1n);
  if (y >= edwardsField || smallOrder.has(y)) throw notAPoint("Ed25519");
  return bits;
}

function notAPoint(curve: string): PkiError {
  return new PkiError(
    "key_point",
    `An elliptic key that is not a point of ${curve} that keys may be, written in full.`,
  );
}
