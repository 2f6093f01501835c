/** How a request is signed: the algorithms that are verified, and those that prove nothing any more. */
import { constants } from "node:crypto";
import { DerReader } from "./der-reader.ts";
import { PkiError } from "./errors.ts";

export type Verification = {
  /** Whose signatures these are. */
  key: "rsa" | "ec" | "ed25519";
  /** Null for Ed25519, which hashes by itself. */
  hash: "sha256" | "sha384" | "sha512" | null;
  /** For RSASSA-PSS. */
  pss?: { padding: number; saltLength: number };
};

/** NULL or nothing as parameters: both are to be accepted with RSA (RFC 4055 §5); nothing else ever. */
const rsa = { key: "rsa", nullAllowed: true } as const;
const ec = { key: "ec", nullAllowed: false } as const;
const algorithms: Record<string, Verification & { nullAllowed: boolean }> = {
  "1.2.840.113549.1.1.11": { ...rsa, hash: "sha256" },
  "1.2.840.113549.1.1.12": { ...rsa, hash: "sha384" },
  "1.2.840.113549.1.1.13": { ...rsa, hash: "sha512" },
  "1.2.840.10045.4.3.2": { ...ec, hash: "sha256" },
  "1.2.840.10045.4.3.3": { ...ec, hash: "sha384" },
  "1.2.840.10045.4.3.4": { ...ec, hash: "sha512" },
  "1.3.101.112": { key: "ed25519", hash: null, nullAllowed: false },
};
const pss = "1.2.840.113549.1.1.10";

const broken: Record<string, string> = {
  "1.2.840.113549.1.1.2": "MD2",
  "1.2.840.113549.1.1.3": "MD4",
  "1.2.840.113549.1.1.4": "MD5",
  "1.2.840.113549.1.1.5": "SHA-1",
  "1.3.14.3.2.29": "SHA-1",
  "1.2.840.10045.4.1": "SHA-1",
  "1.3.14.3.2.26": "SHA-1",
};

/**
 * @param algorithm AlgorithmIdentifier of the signature
 * @throws PkiError `signature_too_weak` for SHA-1 and MD5; `signature_unsupported`; `der_malformed`
 */
export function verificationOf(algorithm: Uint8Array): Verification {
  const identifier = DerReader.of(algorithm).sequence();
  const id = identifier.oid();
  if (id === pss) return pssOf(identifier);
  const known = acceptable(algorithms, id);
  if (known.nullAllowed && !identifier.atEnd) identifier.null();
  identifier.end();
  const { key, hash } = known;
  return { key, hash };
}

function acceptable<T>(known: Record<string, T>, id: string): T {
  if (Object.hasOwn(broken, id)) {
    throw new PkiError(
      "signature_too_weak",
      `The request is signed with ${broken[id]}, which proves nothing: SHA-256 is wanted.`,
    );
  }
  const found = Object.hasOwn(known, id) ? known[id] : undefined;
  if (!found)
    throw new PkiError(
      "signature_unsupported",
      `The request is signed by an algorithm that is not verified here: ${id}`,
    );
  return found;
}

const hashes: Record<string, "sha256" | "sha384" | "sha512"> = {
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};
const sha1 = "1.3.14.3.2.26";
const mgf1 = "1.2.840.113549.1.1.8";

/** RSASSA-PSS-params (RFC 4055 §3.1), whose defaults are all SHA-1's. */
function pssOf(identifier: DerReader): Verification {
  const parameters = identifier.sequence();
  identifier.end();
  const hash = acceptable(hashes, hashOf(parameters.optional(0xa0)));
  const mask = parameters.optional(0xa1)?.sequence();
  if (mask?.oid() !== mgf1 || acceptable(hashes, hashOf(mask)) !== hash) throw unsupportedPss();
  const saltLength = only(parameters.optional(0xa2)) ?? 20;
  if ((only(parameters.optional(0xa3)) ?? 1) !== 1) throw unsupportedPss();
  parameters.end();
  return { key: "rsa", hash, pss: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength } };
}

/** The AlgorithmIdentifier of a hash, the last element of what holds it; NULL or nothing as parameters (RFC 4055 §2.1). */
function hashOf(within: DerReader | null): string {
  if (!within) return sha1;
  const identifier = within.sequence();
  within.end();
  const id = identifier.oid();
  if (!identifier.atEnd) identifier.null();
  identifier.end();
  return id;
}

function only(within: DerReader | null): number | null {
  if (!within) return null;
  const number = within.number();
  within.end();
  return number;
}

function unsupportedPss(): PkiError {
  return new PkiError(
    "signature_unsupported",
    "The request is signed by RSASSA-PSS of a kind that is not verified here.",
  );
}
