/** PKCS #12 files put together by hand, for what no tool at hand would write. */
import { createHmac, pbkdf2Sync } from "node:crypto";
import {
  contextConstructed,
  type Der,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
} from "@/server/pki/der.ts";
import { bmpPassword, pkcs12Kdf, purpose } from "@/server/pki/kdf.ts";
import { nodeSuite } from "@/server/pki/node-suite.ts";

export const password = "Xk7Rm2Tq9WbN4vHs";

const data = oid("1.2.840.113549.1.7.1");
const sha1 = sequence(oid("1.3.14.3.2.26"), nullValue);
const hmacSha512 = sequence(oid("1.2.840.113549.2.11"), nullValue);

/** ContentInfo of type data. */
export function plain(content: Uint8Array): Der {
  return sequence(data, contextConstructed(0, octetString(content)));
}

/** The file with a right MAC, of few iterations, whatever its authenticated safe is. */
export async function pfx(authenticatedSafe: Uint8Array, iterations = 1): Promise<Der> {
  const salt = Buffer.from("saltsalt");
  const from = { hash: "sha1", password: bmpPassword(password), salt, iterations: 1, length: 20 } as const;
  const key = await pkcs12Kdf({ ...from, purpose: purpose.mac }, nodeSuite);
  const value = createHmac("sha1", key).update(authenticatedSafe).digest();
  return withMac(
    authenticatedSafe,
    sequence(sha1, octetString(value)),
    octetString(salt),
    integer(iterations),
  );
}

/** The file with PBMAC1 (RFC 9879) by HMAC-SHA512. @param keyLength null leaves it out, which §4 forbids */
export function pfxWithPbmac1(authenticatedSafe: Uint8Array, keyLength: number | null): Der {
  const salt = Buffer.from("saltsaltsaltsalt");
  const key = pbkdf2Sync(password, salt, 2048, keyLength ?? 64, "sha512");
  const value = createHmac("sha512", key).update(authenticatedSafe).digest();
  const length = keyLength === null ? [] : [integer(keyLength)];
  const derivation = sequence(octetString(salt), integer(2048), ...length, hmacSha512);
  const scheme = sequence(sequence(oid("1.2.840.113549.1.5.12"), derivation), hmacSha512);
  const pbmac1 = sequence(oid("1.2.840.113549.1.5.14"), scheme);
  const unused = octetString(Buffer.from("NOT USED"));
  return withMac(authenticatedSafe, sequence(pbmac1, octetString(value)), unused, integer(1));
}

function withMac(authenticatedSafe: Uint8Array, ...macData: readonly Der[]): Der {
  return sequence(integer(3), plain(authenticatedSafe), sequence(...macData));
}

const bagTypes = { key: 1, shroudedKey: 2, certificate: 3, crl: 4, secret: 5, nested: 6 };

/** SafeBag. @param id localKeyId */
export function bag(type: keyof typeof bagTypes, value: Der, id?: string): Der {
  const attributes = id
    ? [setOf(sequence(oid("1.2.840.113549.1.9.21"), setOf(octetString(Buffer.from(id)))))]
    : [];
  return sequence(
    oid(`1.2.840.113549.1.12.10.1.${bagTypes[type]}`),
    contextConstructed(0, value),
    ...attributes,
  );
}

export function certificateBag(certificate: Uint8Array, id?: string): Der {
  const value = contextConstructed(0, octetString(certificate));
  return bag("certificate", sequence(oid("1.2.840.113549.1.9.22.1"), value), id);
}

/** The authenticated safe of unencrypted bags: the MAC alone asks for the password. */
export function safeOf(...bags: readonly Der[]): Der {
  return sequence(plain(sequence(...bags)));
}
