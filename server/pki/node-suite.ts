/** What PKCS #12 asks for, by node:crypto. */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  pbkdf2,
  randomBytes,
} from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import type { Pkcs12Suite } from "./pkcs12-suite.ts";

const derive = promisify(pbkdf2);

/**
 * Keys derive in the thread pool, as certificates are signed there: beside each other, and beside what the event loop does. Keys go in as
 * what they are: octets, node:crypto first takes for a key, by errors that it throws and catches.
 */
export const nodeSuite: Pkcs12Suite = {
  digest: (name, octets) => hash(name, octets, "buffer"),
  hmac: (name, key, octets) => createHmac(name, createSecretKey(key)).update(octets).digest(),
  pbkdf2: ({ hash: name, password, salt, iterations, length }) =>
    derive(password, salt, iterations, length, name),
  encrypt({ cipher, key, iv, content }) {
    const encryption = createCipheriv(cipher, createSecretKey(key), iv);
    return Buffer.concat([encryption.update(content), encryption.final()]);
  },
  decrypt({ cipher, key, iv, content }) {
    const decryption = createDecipheriv(cipher, createSecretKey(key), iv);
    return Buffer.concat([decryption.update(content), decryption.final()]);
  },
  random: (length) => randomBytes(length),
  // Half a millisecond or so: what a database has answered meanwhile is asked on, and works beside the next.
  goes: { hashes: 1024, others: () => setImmediate() },
};
