/**
 * Sealing: what lies in the database can be read only with the sealing key, and only as what it was sealed for.
 *
 * A sealed thing is one version octet, a nonce of 12 octets, the ciphertext, and a tag of 16 octets: AES-256-GCM
 * (NIST SP 800-38D) with the version and the context as associated data. Nonces are random, so one sealing key is
 * good for 2³² seals; a portal makes a few for each certificate.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

export type Bytes = Uint8Array<ArrayBuffer>;

export type Sealing = {
  seal: (plain: Uint8Array, context: string) => Bytes;
  /** Throws when it was sealed with another key or for another context, or was changed. */
  open: (sealed: Uint8Array, context: string) => Bytes;
  /** 32 octets for one purpose, the same at every call (HKDF-SHA-256, RFC 5869). */
  childKey: (purpose: string) => Buffer;
};

const version = 1;
const nonceLength = 12;
const tagLength = 16;
const keyLength = 32;

/** Sealing with the given key of 32 octets. */
export function sealing(key: Uint8Array): Sealing {
  if (key.length !== keyLength)
    throw new Error(`A sealing key has ${keyLength} octets, this one ${key.length}.`);
  const root = Uint8Array.from(key);

  /** Uses are told apart by their prefix, so that no purpose can name the key that seals. */
  const derive = (info: string) => Buffer.from(hkdfSync("sha256", root, new Uint8Array(), info, keyLength));
  const sealKey = derive("seal/v1");

  return {
    seal(plain, context) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv("aes-256-gcm", sealKey, nonce).setAAD(associated(context));
      const parts = [cipher.update(plain), cipher.final()];
      return Uint8Array.from(Buffer.concat([Uint8Array.of(version), nonce, ...parts, cipher.getAuthTag()]));
    },
    open(sealed, context) {
      const box = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      if (box.length < 1 + nonceLength + tagLength || box[0] !== version) throw notOurs(context);
      const nonce = box.subarray(1, 1 + nonceLength);
      const decipher = createDecipheriv("aes-256-gcm", sealKey, nonce, { authTagLength: tagLength })
        .setAAD(associated(context))
        .setAuthTag(box.subarray(box.length - tagLength));
      try {
        const plain = decipher.update(box.subarray(1 + nonceLength, box.length - tagLength));
        return Uint8Array.from(Buffer.concat([plain, decipher.final()]));
      } catch {
        throw notOurs(context);
      }
    },
    childKey: (purpose) => derive(`child/v1/${purpose}`),
  };
}

function associated(context: string): Buffer {
  return Buffer.concat([Uint8Array.of(version), Buffer.from(context, "utf8")]);
}

function notOurs(context: string): Error {
  return new Error(
    `What was sealed for "${context}" cannot be opened: another SEALING_KEY, or it was changed.`,
  );
}
