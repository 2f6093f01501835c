/** PKCS #12 (RFC 7292): a key, its certificate and the chain in one file that a password opens. For servers and browsers. */
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
  utf8,
} from "./der.ts";
import { PkiError } from "./errors.ts";
import { bmpPassword, pkcs12Kdf, purpose } from "./kdf.ts";
import type { Pkcs12Suite } from "./pkcs12-suite.ts";

/**
 * `modern`: PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA256, MAC by SHA-256; systems since about 2020 read it.
 * `compatible`: pbeWithSHAAnd3-KeyTripleDES-CBC for both bags, MAC by SHA-1; everything reads it.
 */
export type Pkcs12Encryption = "modern" | "compatible";

export type Pkcs12Content = {
  /** PrivateKeyInfo (RFC 5208 §5), in DER. */
  pkcs8: Uint8Array;
  /** Of that key, which the caller sees to; in DER. */
  certificate: Uint8Array;
  /** The issuing CA's certificate and those above it, in DER. */
  chain: readonly Uint8Array[];
  /** What key stores list it as; 〓 stands in for characters beyond the first plane (𠮷). */
  friendlyName: string | null;
  /** What joins key and certificate; unless given, the certificate's SHA-1. */
  localKeyId?: Uint8Array | null;
};

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
 * Makes the file, about a millisecond of work.
 * @param of.certificate may still be being signed: what does not need it is done meanwhile
 * @param of.password printable ASCII: beyond it, readers disagree on how a password is encoded
 * @returns DER
 * @throws PkiError `password_unusable`
 */
export async function buildPkcs12(
  of: Omit<Pkcs12Content, "certificate"> & {
    certificate: Uint8Array | Promise<Uint8Array>;
    password: string;
    encryption: Pkcs12Encryption;
  },
  suite: Pkcs12Suite,
): Promise<Uint8Array> {
  if (!/^[\x20-\x7e]+$/.test(of.password)) {
    throw new PkiError("password_unusable", "A password is of printable ASCII and not empty.");
  }
  const { encrypt, mac } =
    of.encryption === "modern" ? modern(of.password, suite) : compatible(of.password, suite);
  const [key, macOf] = await Promise.all([encrypt(of.pkcs8), mac()]);

  const certificate = await of.certificate;
  const localKeyId = of.localKeyId ?? (await suite.digest("sha1", certificate));
  const attributes = setOf(
    ...(of.friendlyName === null
      ? []
      : [attribute(friendlyNameId, bmpString(withinFirstPlane(of.friendlyName)))]),
    attribute(localKeyIdId, octetString(localKeyId)),
  );
  const certificates = sequence(
    safeBag(certBag, certificateValue(certificate), attributes),
    ...of.chain.map((certificate) => safeBag(certBag, certificateValue(certificate))),
  );
  const keys = sequence(
    safeBag(shroudedKeyBag, sequence(key.algorithm, octetString(key.content)), attributes),
  );

  const authenticatedSafe = sequence(encryptedContent(await encrypt(certificates)), plainContent(keys));
  return sequence(integer(3), plainContent(authenticatedSafe), await macOf(authenticatedSafe));
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

/** PKCS12Attribute (§4.2) of one value. */
function attribute(type: Der, value: Der): Der {
  return sequence(type, setOf(value));
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
  encrypt: (content: Uint8Array) => Promise<Encrypted>;
  /** Derives the key of the MAC; then MacData (§4) of the authenticated safe. */
  mac: () => Promise<(authenticatedSafe: Uint8Array) => Promise<Der>>;
};

const hmacWithSha256 = sequence(oid("1.2.840.113549.2.9"), nullValue);
const aes256Cbc = oid("2.16.840.1.101.3.4.1.42");
const pbkdf2 = oid("1.2.840.113549.1.5.12");
const pbes2 = oid("1.2.840.113549.1.5.13");
const sha256 = sequence(oid("2.16.840.1.101.3.4.2.1"), nullValue);

/** PBES2 (RFC 8018 §6.2). One key is derived a file: what it encrypts has an initialization vector of its own each time. */
function modern(password: string, suite: Pkcs12Suite): Protection {
  const octets = utf8(password);
  const salt = suite.random(16);
  const derived = { hash: "sha256", password: octets, salt, iterations: ITERATIONS, length: 32 } as const;
  const key = suite.pbkdf2(derived);
  const derivation = sequence(pbkdf2, sequence(octetString(salt), integer(ITERATIONS), hmacWithSha256));
  return {
    async encrypt(content) {
      const iv = suite.random(16);
      return {
        algorithm: sequence(pbes2, sequence(derivation, sequence(aes256Cbc, octetString(iv)))),
        content: await suite.encrypt({ cipher: "aes-256-cbc", key: await key, iv, content }),
      };
    },
    mac: () => macData({ hash: "sha256", algorithm: sha256, length: 32, password }, suite),
  };
}

const pbeWithSha1And3Des = oid("1.2.840.113549.1.12.1.3");
const sha1 = sequence(oid("1.3.14.3.2.26"), nullValue);

/** The password-based encryption of PKCS #12 itself (appendix C). */
function compatible(password: string, suite: Pkcs12Suite): Protection {
  const octets = bmpPassword(password);
  return {
    async encrypt(content) {
      const salt = suite.random(8);
      const derived = { hash: "sha1", password: octets, salt, iterations: ITERATIONS } as const;
      const key = await pkcs12Kdf({ ...derived, purpose: purpose.key, length: 24 }, suite);
      const iv = await pkcs12Kdf({ ...derived, purpose: purpose.iv, length: 8 }, suite);
      return {
        algorithm: sequence(pbeWithSha1And3Des, sequence(octetString(salt), integer(ITERATIONS))),
        content: await suite.encrypt({ cipher: "des-ede3-cbc", key, iv, content }),
      };
    },
    mac: () => macData({ hash: "sha1", algorithm: sha1, length: 20, password }, suite),
  };
}

/** The salt is 8 octets: longer ones have kept macOS from reading the file. */
async function macData(
  of: { hash: "sha1" | "sha256"; algorithm: Der; length: number; password: string },
  suite: Pkcs12Suite,
): Promise<(authenticatedSafe: Uint8Array) => Promise<Der>> {
  const salt = suite.random(8);
  const derived = { hash: of.hash, password: bmpPassword(of.password), salt, iterations: ITERATIONS };
  const key = await pkcs12Kdf({ ...derived, purpose: purpose.mac, length: of.length }, suite);
  return async (authenticatedSafe) => {
    const value = await suite.hmac(of.hash, key, authenticatedSafe);
    return sequence(sequence(of.algorithm, octetString(value)), octetString(salt), integer(ITERATIONS));
  };
}
