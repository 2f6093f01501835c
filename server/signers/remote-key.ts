/** A key elsewhere as a signer: what it signs is verified here before anybody sees it. */
import { hash, type KeyObject, verify, webcrypto } from "node:crypto";
import { KeyFault } from "../kms/fault.ts";
import { spki } from "../pki/keys.ts";
import type { SignatureAlgorithm, Signer } from "../pki/signer.ts";

/** Those that are signed over a digest. */
export type RemoteAlgorithm = Exclude<SignatureAlgorithm, "Ed25519">;

export interface RemoteKey {
  /** As its keyRef names it, for messages. */
  name: string;
  /** Asked for where it is kept; null where only the private one is. */
  publicKey(): Promise<KeyObject | null>;
  /** What it signs with, given its public key. */
  algorithm(publicKey: KeyObject): Promise<RemoteAlgorithm>;
  /** `digest` is that of `tbs` by the algorithm's hash. Answers as X.509 carries it (see Signer). */
  sign(algorithm: RemoteAlgorithm, digest: Uint8Array, tbs: Uint8Array): Promise<Uint8Array>;
}

/**
 * @param publicKey as the certificate says
 * @throws KeyFault
 */
export async function signerOf(key: RemoteKey, publicKey: KeyObject): Promise<Signer> {
  const theirs = await key.publicKey();
  if (theirs && !isSame(theirs, publicKey)) throw otherKey(key);
  const algorithm = await key.algorithm(publicKey);

  const sign = async (tbs: Uint8Array) => {
    const signature = await key.sign(algorithm, await digestOf(algorithm, tbs), tbs);
    return (await isSignature(algorithm, tbs, publicKey, signature)) ? signature : null;
  };
  // Whether it is the one and may be used shows when it signs: better now than at a member's download.
  if (!(await sign(Buffer.from(`Is ${key.name} the key?`)))) throw otherKey(key);

  return {
    algorithm,
    publicKey,
    async sign(tbs) {
      const signature = await sign(tbs);
      if (signature) return signature;
      throw new KeyFault(
        "wrong_answer",
        `A signature by ${key.name} does not verify with the certificate's key. It was thrown away, and nothing was issued.`,
      );
    },
  };
}

/** What keys of this kind sign with where nothing else is settled: the same as those kept in the database. */
export function usualAlgorithm(name: string, publicKey: KeyObject): RemoteAlgorithm {
  const { namedCurve, modulusLength = 0 } = publicKey.asymmetricKeyDetails ?? {};
  if (publicKey.asymmetricKeyType === "rsa" && modulusLength >= 2048) return "sha256WithRSAEncryption";
  if (namedCurve === "prime256v1") return "ecdsa-with-SHA256";
  if (namedCurve === "secp384r1") return "ecdsa-with-SHA384";
  throw new KeyFault("unusable", `${name} is no RSA key from 2048 bits on, and none of P-256 or P-384.`);
}

export function hashOf(algorithm: RemoteAlgorithm): "sha256" | "sha384" | "sha512" {
  return algorithm.toLowerCase().match(/sha(256|384|512)/)?.[0] as "sha256" | "sha384" | "sha512";
}

export function isSame(one: KeyObject, other: KeyObject): boolean {
  return Buffer.from(spki(one)).equals(spki(other));
}

/** A revocation list may have many megabytes: those are hashed in the thread pool. */
async function digestOf(algorithm: RemoteAlgorithm, tbs: Uint8Array): Promise<Uint8Array> {
  const name = hashOf(algorithm);
  if (tbs.length < 65_536) return hash(name, tbs, "buffer");
  return new Uint8Array(await webcrypto.subtle.digest(name.replace("sha", "SHA-"), Uint8Array.from(tbs)));
}

function isSignature(
  algorithm: RemoteAlgorithm,
  tbs: Uint8Array,
  publicKey: KeyObject,
  signature: Uint8Array,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify(hashOf(algorithm), tbs, publicKey, signature, (error, right) =>
      error ? reject(error) : resolve(right),
    );
  });
}

function otherKey(key: RemoteKey): KeyFault {
  return new KeyFault(
    "other_key",
    `${key.name} is another key than the one in the certificate. Nothing was signed: name the key that the certificate was made for.`,
  );
}
