/** What PKCS #12 asks for, by node:crypto. */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  pbkdf2Sync,
  randomBytes,
} from "node:crypto";
import type { Pkcs12Suite } from "./pkcs12-suite.ts";

/**
 * In the thread that calls: half a millisecond of work must not wait behind the key pairs that the thread pool makes. Keys go in as what
 * they are: octets, node:crypto first takes for a key, by errors that it throws and catches.
 */
export const nodeSuite: Pkcs12Suite = {
  digest: (name, octets) => hash(name, octets, "buffer"),
  hmac: (name, key, octets) => createHmac(name, createSecretKey(key)).update(octets).digest(),
  pbkdf2: ({ hash: name, password, salt, iterations, length }) =>
    pbkdf2Sync(password, salt, iterations, length, name),
  encrypt({ cipher, key, iv, content }) {
    const encryption = createCipheriv(cipher, createSecretKey(key), iv);
    return Buffer.concat([encryption.update(content), encryption.final()]);
  },
  decrypt({ cipher, key, iv, content }) {
    const decryption = createDecipheriv(cipher, createSecretKey(key), iv);
    return Buffer.concat([decryption.update(content), decryption.final()]);
  },
  random: (length) => randomBytes(length),
};
