/** The cryptography that PKCS #12 asks for, as a port: node:crypto answers on a server, WebCrypto in a browser. */

export type HashName = "sha1" | "sha256" | "sha384" | "sha512";

/** In CBC mode, padded as RFC 8018 §6.1.1 wants it. */
export type CipherName = "aes-128-cbc" | "aes-192-cbc" | "aes-256-cbc" | "des-ede3-cbc";

/** At once, or later: WebCrypto answers with promises only. */
export type Octets = Uint8Array | Promise<Uint8Array>;

export type CipherWork = { cipher: CipherName; key: Uint8Array; iv: Uint8Array; content: Uint8Array };

/** Nothing it is given is kept or changed; nothing it gives is shared. */
export interface Pkcs12Suite {
  digest(hash: HashName, octets: Uint8Array): Octets;
  hmac(hash: HashName, key: Uint8Array, octets: Uint8Array): Octets;
  /** RFC 8018 §5.2, with HMAC; `length` in octets. */
  pbkdf2(of: {
    hash: HashName;
    password: Uint8Array;
    salt: Uint8Array;
    iterations: number;
    length: number;
  }): Octets;
  encrypt(work: CipherWork): Octets;
  /** Throws, or rejects, where the content is no whole number of blocks or its padding is wrong. */
  decrypt(work: CipherWork): Octets;
  /** From a generator fit for keys. */
  random(length: number): Uint8Array;
  /** Hashes in one go, where the page or the server itself hashes: between two goes `others` have their turn. */
  readonly goes: { hashes: number; others: () => Promise<unknown> };
}
