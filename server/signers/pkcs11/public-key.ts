/** The public half of a token's key, as SubjectPublicKeyInfo. */
import { createPublicKey, type KeyObject } from "node:crypto";
import type { Handle } from "pkcs11js";
import { KeyFault } from "../../kms/fault.ts";
import { bitString, nullValue, oid, sequence, unsigned } from "../../pki/der.ts";
import type { Cryptoki } from "./cryptoki.ts";
import { findObjects, type Pkcs11Ref } from "./key.ts";

/** Null where the token has no object for it. @throws KeyFault `not_found` of several, `unusable` */
export function readPublicKey(module: Cryptoki, session: Handle, ref: Pkcs11Ref): KeyObject | null {
  const { js } = module;
  const [key, ...others] = findObjects(module, session, js.CKO_PUBLIC_KEY, ref.uri);
  if (!key) return null;
  if (others.length > 0)
    throw new KeyFault("not_found", `Several keys are called ${ref.text}: name the one with id= as well.`);
  return publicKeyOf(module, session, key, ref.text);
}

export function publicKeyOf(module: Cryptoki, session: Handle, key: Handle, name: string): KeyObject {
  const { js, p11 } = module;
  const read = (...types: number[]) =>
    p11
      .C_GetAttributeValue(
        session,
        key,
        types.map((type) => ({ type })),
      )
      .map(({ value }) => Buffer.from(value as Buffer));
  const [kind] = read(js.CKA_KEY_TYPE);
  if (kind?.readUInt32LE() === js.CKK_RSA) {
    const [modulus, exponent] = read(js.CKA_MODULUS, js.CKA_PUBLIC_EXPONENT);
    return fromSpki(
      sequence(oid("1.2.840.113549.1.1.1"), nullValue),
      sequence(unsigned(modulus ?? Buffer.alloc(0)), unsigned(exponent ?? Buffer.alloc(0))),
    );
  }
  if (kind?.readUInt32LE() === js.CKK_EC) {
    const [curve, point] = read(js.CKA_EC_PARAMS, js.CKA_EC_POINT);
    return fromSpki(sequence(oid("1.2.840.10045.2.1"), curve ?? Buffer.alloc(0)), bare(point));
  }
  throw new KeyFault("unusable", `${name} is neither an RSA nor an elliptic key.`);
}

/** CKA_EC_POINT is the point inside an OCTET STRING (PKCS #11 v2.40 §2.3.3); some tokens leave that away. */
function bare(point = Buffer.alloc(0)): Uint8Array {
  const isWrapped = point[0] === 0x04 && point[1] === point.length - 2;
  return isWrapped ? point.subarray(2) : point;
}

function fromSpki(algorithm: Uint8Array, key: Uint8Array): KeyObject {
  const der = Buffer.from(sequence(algorithm, bitString(key)));
  return createPublicKey({ key: der, format: "der", type: "spki" });
}
