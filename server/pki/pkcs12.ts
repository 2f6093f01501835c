/** PKCS #12 (RFC 7292): a key, its certificate and the chain in one file that a password opens. */
import {
  createCipheriv,
  createHmac,
  hash,
  type KeyObject,
  pbkdf2Sync,
  randomBytes,
  X509Certificate,
} from "node:crypto";
import {
  bmpString,
  contextConstructed,
  contextPrimitive,
  type Der,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
} from "./der.ts";
import { PkiError } from "./errors.ts";
import { bmpPassword, pkcs12Kdf, purpose } from "./kdf.ts";

/**
 * `modern`: PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA256, MAC by SHA-256; systems since about 2020 read it.
 * `compatible`: pbeWithSHAAnd3-KeyTripleDES-CBC for both bags, MAC by SHA-1; everything reads it.
 */
export type Pkcs12Encryption = "modern" | "compatible";

/** Against guessing a password of some bits only; the passwords here are random and long. */
const ITERATIONS = 2048;

const data = oid("1.2.840.113549.1.7.1");
const encryptedData = oid("1.2.840.113549.1.7.6");
const shroudedKeyBag = oid("1.2.840.113549.1.12.10.1.2");
const certBag = oid("1.2.840.113549.1.12.10.1.3");
const x509Certificate = oid("1.2.840.113549.1.9.22.1");
const friendlyNameId = oid("1.2.840.113549.1.9.20");
const localKeyIdId = oid("1.2.840.113549.1.9.21");

/**
 * Makes the file, a few milliseconds of work.
 * @param of.certificate of `privateKey`, in DER
 * @param of.chain the issuing CA's certificate and those above it, in DER
 * @param of.password printable ASCII: beyond it, readers disagree on how a password is encoded
 * @param of.friendlyName what key stores list it as; 〓 stands in for characters beyond the first plane (𠮷)
 * @returns DER
 * @throws PkiError `key_mismatch`, `password_unusable`, `certificate_unreadable`
 */
export function buildPkcs12(of: {
  privateKey: KeyObject;
  certificate: Uint8Array;
  chain: readonly Uint8Array[];
  password: string;
  encryption: Pkcs12Encryption;
  friendlyName: string;
}): Uint8Array {
  if (!/^[\x20-\x7e]+$/.test(of.password)) {
    throw new PkiError("password_unusable", "A password is of printable ASCII and not empty.");
  }
  checkPair(of.privateKey, of.certificate);
  const { encrypt, mac } = of.encryption === "modern" ? modern(of.password) : compatible(of.password);

  const attributes = setOf(
    sequence(friendlyNameId, setOf(bmpString(withinFirstPlane(of.friendlyName)))),
    sequence(localKeyIdId, setOf(octetString(hash("sha1", of.certificate, "buffer")))),
  );
  const certificates = sequence(
    safeBag(certBag, certificateValue(of.certificate), attributes),
    ...of.chain.map((certificate) => safeBag(certBag, certificateValue(certificate))),
  );
  const key = encrypt(of.privateKey.export({ type: "pkcs8", format: "der" }));
  const keys = sequence(
    safeBag(shroudedKeyBag, sequence(key.algorithm, octetString(key.content)), attributes),
  );

  const authenticatedSafe = sequence(encryptedContent(encrypt(certificates)), plainContent(keys));
  return sequence(integer(3), plainContent(authenticatedSafe), mac(authenticatedSafe));
}

function checkPair(privateKey: KeyObject, certificate: Uint8Array): void {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
  } catch (cause) {
    throw new PkiError("certificate_unreadable", "Not a certificate.", cause);
  }
  if (!parsed.checkPrivateKey(privateKey)) {
    throw new PkiError("key_mismatch", "The certificate is of another key.");
  }
}

/** BMPString has no other characters (X.680 §41.15): OpenSSL drops a name that tries, who knows what others do. */
function withinFirstPlane(text: string): string {
  return text.replace(/[\u{10000}-\u{10ffff}\p{Cs}]/gu, "〓");
}

/** CertBag (§4.2.3). */
function certificateValue(certificate: Uint8Array): Der {
  return sequence(x509Certificate, contextConstructed(0, octetString(certificate)));
}

/** SafeBag (§4.2). */
function safeBag(type: Der, value: Der, ...attributes: readonly Der[]): Der {
  return sequence(type, contextConstructed(0, value), ...attributes);
}

/** ContentInfo of type data (RFC 5652 §4). */
function plainContent(content: Der): Der {
  return sequence(data, contextConstructed(0, octetString(content)));
}

/** ContentInfo of type encrypted-data (RFC 5652 §8). */
function encryptedContent({ algorithm, content }: Encrypted): Der {
  const info = sequence(data, algorithm, contextPrimitive(0, content));
  return sequence(encryptedData, contextConstructed(0, sequence(integer(0), info)));
}

type Encrypted = { algorithm: Der; content: Uint8Array };

type Protection = {
  encrypt: (content: Uint8Array) => Encrypted;
  /** MacData (§4) of the authenticated safe. */
  mac: (authenticatedSafe: Uint8Array) => Der;
};

const hmacWithSha256 = sequence(oid("1.2.840.113549.2.9"), nullValue);
const aes256Cbc = oid("2.16.840.1.101.3.4.1.42");
const pbkdf2 = oid("1.2.840.113549.1.5.12");
const pbes2 = oid("1.2.840.113549.1.5.13");
const sha256 = sequence(oid("2.16.840.1.101.3.4.2.1"), nullValue);

/** PBES2 (RFC 8018 §6.2). */
function modern(password: string): Protection {
  return {
    encrypt(content) {
      const salt = randomBytes(16);
      const iv = randomBytes(16);
      const key = pbkdf2Sync(password, salt, ITERATIONS, 32, "sha256");
      const derivation = sequence(pbkdf2, sequence(octetString(salt), integer(ITERATIONS), hmacWithSha256));
      return {
        algorithm: sequence(pbes2, sequence(derivation, sequence(aes256Cbc, octetString(iv)))),
        content: ciphered("aes-256-cbc", key, iv, content),
      };
    },
    mac: (content) => macData("sha256", sha256, 32, password, content),
  };
}

const pbeWithSha1And3Des = oid("1.2.840.113549.1.12.1.3");
const sha1 = sequence(oid("1.3.14.3.2.26"), nullValue);

/** The password-based encryption of PKCS #12 itself (appendix C). */
function compatible(password: string): Protection {
  const octets = bmpPassword(password);
  return {
    encrypt(content) {
      const salt = randomBytes(8);
      const derived = { hash: "sha1", password: octets, salt, iterations: ITERATIONS } as const;
      const key = pkcs12Kdf({ ...derived, purpose: purpose.key, length: 24 });
      const iv = pkcs12Kdf({ ...derived, purpose: purpose.iv, length: 8 });
      return {
        algorithm: sequence(pbeWithSha1And3Des, sequence(octetString(salt), integer(ITERATIONS))),
        content: ciphered("des-ede3-cbc", key, iv, content),
      };
    },
    mac: (content) => macData("sha1", sha1, 20, password, content),
  };
}

function ciphered(cipher: string, key: Uint8Array, iv: Uint8Array, content: Uint8Array): Uint8Array {
  const encryption = createCipheriv(cipher, key, iv);
  return Buffer.concat([encryption.update(content), encryption.final()]);
}

/** The salt is 8 octets: longer ones have kept macOS from reading the file. */
function macData(
  digest: "sha1" | "sha256",
  algorithm: Der,
  length: number,
  password: string,
  content: Uint8Array,
): Der {
  const salt = randomBytes(8);
  const key = pkcs12Kdf({
    hash: digest,
    purpose: purpose.mac,
    password: bmpPassword(password),
    salt,
    iterations: ITERATIONS,
    length,
  });
  const value = createHmac(digest, key).update(content).digest();
  return sequence(sequence(algorithm, octetString(value)), octetString(salt), integer(ITERATIONS));
}
