/** How others protect a PKCS #12 file: algorithm identifiers read, keys derived, contents decrypted, MACs checked. For servers and browsers. */

import { utf8 } from "./der.ts";
import type { DerReader } from "./der-reader.ts";
import { PkiError } from "./errors.ts";
import { bmpPassword, pkcs12Kdf, purpose } from "./kdf.ts";
import type { CipherName, HashName, Pkcs12Suite } from "./pkcs12-suite.ts";

/** All derivations of one file together; tools write thousands, careful ones some hundred thousands. */
const MOST_ITERATIONS = 10_000_000;
/** A round of SHA-384 or SHA-512 is a call of its own, and that much slower than one of SHA-1 or SHA-256. */
const SLOW_ROUND = 20;

/** What is known of the file while it is opened. */
export type Opening = { password: string; suite: Pkcs12Suite; iterationsLeft: number };

export function newOpening(password: string, suite: Pkcs12Suite): Opening {
  return { password, suite, iterationsLeft: MOST_ITERATIONS };
}

/** @throws PkiError `pkcs12_malformed`, `pkcs12_too_costly` */
function spend(opening: Opening, iterations: number, weight = 1): void {
  if (iterations < 1) throw new PkiError("pkcs12_malformed", "A key is derived in no iterations.");
  opening.iterationsLeft -= iterations * weight;
  if (opening.iterationsLeft < 0) {
    throw new PkiError("pkcs12_too_costly", `More than ${MOST_ITERATIONS} iterations.`);
  }
}

function unsupported(what: string): PkiError {
  return new PkiError("pkcs12_unsupported", `Not known here: ${what}.`, undefined, what);
}

type Named = { oid: string; parameters: DerReader };

/** AlgorithmIdentifier (RFC 5280 §4.1.1.2). */
function algorithm(reader: DerReader): Named {
  const sequence = reader.sequence();
  return { oid: sequence.oid(), parameters: sequence };
}

const digests: Readonly<Record<string, HashName>> = {
  "1.3.14.3.2.26": "sha1",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};
const hashLengths = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 } satisfies Record<HashName, number>;

const hmacs: Readonly<Record<string, HashName>> = {
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
};

const ciphers: Readonly<Record<string, { cipher: CipherName; keyLength: number; ivLength: number }>> = {
  "2.16.840.1.101.3.4.1.2": { cipher: "aes-128-cbc", keyLength: 16, ivLength: 16 },
  "2.16.840.1.101.3.4.1.22": { cipher: "aes-192-cbc", keyLength: 24, ivLength: 16 },
  "2.16.840.1.101.3.4.1.42": { cipher: "aes-256-cbc", keyLength: 32, ivLength: 16 },
  "1.2.840.113549.3.7": { cipher: "des-ede3-cbc", keyLength: 24, ivLength: 8 },
};

const PBKDF2 = "1.2.840.113549.1.5.12";
const PBES2 = "1.2.840.113549.1.5.13";
const PBMAC1 = "1.2.840.113549.1.5.14";
const PBE_SHA1_3DES = "1.2.840.113549.1.12.1.3";

/** What is met now and then and not taken, by its name. */
const names: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.12.1.1": "pbeWithSHAAnd128BitRC4",
  "1.2.840.113549.1.12.1.2": "pbeWithSHAAnd40BitRC4",
  "1.2.840.113549.1.12.1.4": "pbeWithSHAAnd2-KeyTripleDES-CBC",
  "1.2.840.113549.1.12.1.5": "pbeWithSHAAnd128BitRC2-CBC",
  "1.2.840.113549.1.12.1.6": "pbeWithSHAAnd40BitRC2-CBC",
  "1.2.840.113549.1.5.3": "pbeWithMD5AndDES-CBC",
  "1.2.840.113549.2.5": "MD5",
  "1.2.840.113549.2.8": "hmacWithSHA224",
  "1.2.840.113549.3.2": "RC2-CBC",
  "1.3.6.1.4.1.11591.4.11": "scrypt",
  "2.16.840.1.101.3.4.2.4": "SHA-224",
};

function known<T>(table: Readonly<Record<string, T>>, oid: string): T {
  const found = Object.hasOwn(table, oid) ? table[oid] : undefined;
  if (found === undefined) throw unsupported(names[oid] ?? oid);
  return found;
}

/**
 * Decrypts with what an AlgorithmIdentifier names: PBES2 (RFC 8018 §6.2) or pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292 appendix C).
 * The password is known to be right, from the MAC: what does not decrypt was never whole.
 * @throws PkiError `pkcs12_malformed`, `pkcs12_unsupported`, `pkcs12_too_costly`
 */
export async function decrypt(
  reader: DerReader,
  content: () => Uint8Array,
  opening: Opening,
): Promise<{ content: Uint8Array; isModern: boolean }> {
  const { oid, parameters } = algorithm(reader);
  const isModern = oid === PBES2;
  if (!isModern && oid !== PBE_SHA1_3DES) throw unsupported(names[oid] ?? oid);
  const { cipher, key, iv } = await (isModern ? pbes2(parameters, opening) : pkcs12Pbe(parameters, opening));
  try {
    return { content: await opening.suite.decrypt({ cipher, key, iv, content: content() }), isModern };
  } catch (cause) {
    throw new PkiError("pkcs12_malformed", "What is encrypted does not decrypt.", cause);
  } finally {
    key.fill(0);
  }
}

type CipherKey = { cipher: CipherName; key: Uint8Array; iv: Uint8Array };

async function pbes2(parameters: DerReader, opening: Opening): Promise<CipherKey> {
  const scheme = parameters.sequence();
  const derivation = algorithm(scheme);
  const encryption = algorithm(scheme);
  const { cipher, keyLength, ivLength } = known(ciphers, encryption.oid);
  const iv = encryption.parameters.octetString();
  if (iv.length !== ivLength)
    throw new PkiError("pkcs12_malformed", "An initialization vector of another length.");
  return { cipher, key: await pbkdf2(derivation, keyLength, opening), iv };
}

/** PBKDF2-params (RFC 8018 appendix A.2). @param wanted null where the length must be given (RFC 9879 §4) */
async function pbkdf2(derivation: Named, wanted: number | null, opening: Opening): Promise<Uint8Array> {
  if (derivation.oid !== PBKDF2) throw unsupported(names[derivation.oid] ?? derivation.oid);
  const parameters = derivation.parameters.sequence();
  const salt = parameters.octetString();
  const iterations = parameters.number();
  const given = parameters.next === 0x02 ? parameters.number() : null;
  const hash = parameters.atEnd ? "sha1" : known(hmacs, algorithm(parameters).oid);
  const length = given ?? wanted;
  if (length === null || length < 1 || length > 64 || (wanted !== null && length !== wanted)) {
    throw new PkiError("pkcs12_malformed", "A key of another length.");
  }
  spend(opening, iterations);
  const password = utf8(opening.password);
  return opening.suite.pbkdf2({ hash, password, salt, iterations, length });
}

async function pkcs12Pbe(parameters: DerReader, opening: Opening): Promise<CipherKey> {
  const { salt, iterations } = saltAndIterations(parameters.sequence());
  // The key takes two digests, the vector one.
  spend(opening, iterations, 3);
  const from = { hash: "sha1", password: bmpPassword(opening.password), salt, iterations } as const;
  const key = await pkcs12Kdf({ ...from, purpose: purpose.key, length: 24 }, opening.suite);
  const iv = await pkcs12Kdf({ ...from, purpose: purpose.iv, length: 8 }, opening.suite);
  return { cipher: "des-ede3-cbc", key, iv };
}

function saltAndIterations(reader: DerReader): { salt: Uint8Array; iterations: number } {
  return { salt: reader.octetString(), iterations: reader.atEnd ? 1 : reader.number() };
}

/**
 * MacData (RFC 7292 §4): by PKCS #12's own derivation, or PBMAC1 (RFC 9879).
 * @returns whether it is the one that old devices know, by SHA-1
 * @throws PkiError `password_wrong`, `pkcs12_malformed`, `pkcs12_unsupported`, `pkcs12_too_costly`
 */
export async function checkMac(
  macData: DerReader,
  content: Uint8Array,
  opening: Opening,
): Promise<{ isModern: boolean }> {
  const info = macData.sequence();
  const { oid, parameters } = algorithm(info);
  const expected = info.octetString();
  const { hash, key } =
    oid === PBMAC1 ? await pbmac1(parameters, opening) : await macKey(known(digests, oid), macData, opening);
  const found = await opening.suite.hmac(hash, key, content);
  const isRight = found.length === expected.length && found.every((octet, i) => octet === expected[i]);
  if (!isRight) throw new PkiError("password_wrong", "The password is another.");
  return { isModern: oid === PBMAC1 || hash !== "sha1" };
}

type MacKey = { hash: HashName; key: Uint8Array };

async function macKey(hash: HashName, macData: DerReader, opening: Opening): Promise<MacKey> {
  const { salt, iterations } = saltAndIterations(macData);
  spend(opening, iterations, hash === "sha1" || hash === "sha256" ? 1 : SLOW_ROUND);
  const from = { hash, password: bmpPassword(opening.password), salt, iterations, length: hashLengths[hash] };
  return { hash, key: await pkcs12Kdf({ ...from, purpose: purpose.mac }, opening.suite) };
}

async function pbmac1(parameters: DerReader, opening: Opening): Promise<MacKey> {
  const scheme = parameters.sequence();
  const derivation = algorithm(scheme);
  const hash = known(hmacs, algorithm(scheme).oid);
  return { hash, key: await pbkdf2(derivation, null, opening) };
}
