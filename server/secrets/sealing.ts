/**
 * Sealing: what lies in the database can be read only with the sealing key, and only as what it was sealed for.
 *
 * A sealed thing is one version octet (2), the key's id of 8 octets, a nonce of 12 octets, the ciphertext, and a tag of 16 octets:
 * AES-256-GCM (NIST SP 800-38D) with version, id and context as associated data. Version 1, of the first release, has no id. Nonces are
 * random, so one sealing key is good for 2³² seals; a portal makes a few for each certificate.
 *
 * While the sealing key is changed there are several: one seals, all open.
 */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";

export type Bytes = Uint8Array<ArrayBuffer>;

export type Sealing = {
  /** Of the key that seals: what it sealed begins with version 2 and these 8 octets, lower-case hexadecimal. */
  keyId: string;
  /** Of all that open, the sealing one's first. */
  keyIds: readonly string[];
  seal: (plain: Uint8Array, context: string) => Bytes;
  /** Throws when it was sealed with another key or for another context, or was changed. */
  open: (sealed: Uint8Array, context: string) => Bytes;
  /** 32 octets for one purpose, the same at every call (HKDF-SHA-256, RFC 5869). */
  childKey: (purpose: Purpose) => KeyObject;
  /** The same of each key, that of the sealing one first. */
  childKeys: (purpose: Purpose) => readonly KeyObject[];
};

/** What else derives from a sealing key. */
export type Purpose = "pin" | "ticket";

const version = 2;
const firstVersion = 1;
const idLength = 8;
const nonceLength = 12;
const tagLength = 16;
const keyLength = 32;

type Key = { id: Buffer; sealKey: KeyObject; children: Record<Purpose, KeyObject> };

/** @param key 32 octets, the one that seals; `former` ones, or those to come, only open */
export function sealing(key: Uint8Array, ...former: readonly Uint8Array[]): Sealing {
  const own = keyFrom(key);
  const keys = [own];
  for (const other of former.map(keyFrom)) if (!keys.some(({ id }) => id.equals(other.id))) keys.push(other);

  return {
    keyId: own.id.toString("hex"),
    keyIds: keys.map(({ id }) => id.toString("hex")),
    seal(plain, context) {
      const head = Buffer.concat([Uint8Array.of(version), own.id]);
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv("aes-256-gcm", own.sealKey, nonce).setAAD(associated(head, context));
      const parts = [cipher.update(plain), cipher.final()];
      return Uint8Array.from(Buffer.concat([head, nonce, ...parts, cipher.getAuthTag()]));
    },
    open(sealed, context) {
      const box = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const headLength = box[0] === version ? 1 + idLength : 1;
      if (box.length < headLength + nonceLength + tagLength) throw notOurs(context);
      const head = box.subarray(0, headLength);
      const able =
        box[0] === firstVersion
          ? keys
          : keys.filter(({ id }) => box[0] === version && id.equals(head.subarray(1)));
      for (const { sealKey } of able) {
        const plain = decrypted(sealKey, head, box.subarray(headLength), context);
        if (plain) return plain;
      }
      throw notOurs(context);
    },
    childKey: (purpose) => own.children[purpose],
    childKeys: (purpose) => keys.map(({ children }) => children[purpose]),
  };
}

/** Of the key that sealed it, lower-case hexadecimal; null where that cannot be seen from outside (version 1). */
export function keyIdOf(sealed: Uint8Array): string | null {
  if (sealed[0] !== version || sealed.length < 1 + idLength) return null;
  return Buffer.from(sealed.subarray(1, 1 + idLength)).toString("hex");
}

/** Uses are told apart by their prefix, so that no purpose can name the key that seals, and no id tells anything of it. */
function keyFrom(key: Uint8Array): Key {
  if (key.length !== keyLength)
    throw new Error(`A sealing key has ${keyLength} octets, this one ${key.length}.`);
  const derive = (info: string) => Buffer.from(hkdfSync("sha256", key, new Uint8Array(), info, keyLength));
  const keyOf = (info: string) => createSecretKey(derive(info));
  return {
    id: derive("id/v1").subarray(0, idLength),
    sealKey: keyOf("seal/v1"),
    children: { pin: keyOf("child/v1/pin"), ticket: keyOf("child/v1/ticket") },
  };
}

/** Null when it is not this key's, or was changed. */
function decrypted(key: KeyObject, head: Uint8Array, rest: Buffer, context: string): Bytes | null {
  const nonce = rest.subarray(0, nonceLength);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength })
    .setAAD(associated(head, context))
    .setAuthTag(rest.subarray(rest.length - tagLength));
  try {
    const plain = decipher.update(rest.subarray(nonceLength, rest.length - tagLength));
    return Uint8Array.from(Buffer.concat([plain, decipher.final()]));
  } catch {
    return null;
  }
}

function associated(head: Uint8Array, context: string): Buffer {
  return Buffer.concat([head, Buffer.from(context, "utf8")]);
}

function notOurs(context: string): Error {
  return new Error(
    `What was sealed for "${context}" cannot be opened: another SEALING_KEY, or it was changed.`,
  );
}
