/** A signing key in Google Cloud KMS: one version of it, which has one algorithm. */
import { createPublicKey, type KeyObject } from "node:crypto";
import { crc32c } from "../kms/crc32c.ts";
import { KeyFault } from "../kms/fault.ts";
import { askGcp, checked, type GcpSettings } from "../kms/gcp.ts";
import type { KeyRef } from "../kms/key-ref.ts";
import { hashOf, type RemoteAlgorithm, type RemoteKey } from "./remote-key.ts";

/** By google.cloud.kms.v1.CryptoKeyVersion.CryptoKeyVersionAlgorithm: names, and the numbers that REST may answer with. */
const algorithms: Record<string, RemoteAlgorithm> = {
  RSA_SIGN_PKCS1_2048_SHA256: "sha256WithRSAEncryption",
  RSA_SIGN_PKCS1_3072_SHA256: "sha256WithRSAEncryption",
  RSA_SIGN_PKCS1_4096_SHA256: "sha256WithRSAEncryption",
  RSA_SIGN_PKCS1_4096_SHA512: "sha512WithRSAEncryption",
  EC_SIGN_P256_SHA256: "ecdsa-with-SHA256",
  EC_SIGN_P384_SHA384: "ecdsa-with-SHA384",
};

/** @throws KeyFault `ref_malformed` where no version is named, for only a version has one public key */
export function gcpKey(
  { name, text }: Extract<KeyRef, { store: "gcp-kms" }>,
  settings: GcpSettings,
): RemoteKey {
  if (!name.includes("/cryptoKeyVersions/"))
    throw new KeyFault("ref_malformed", `${text} names no version of the key: add /cryptoKeyVersions/1.`);
  let known: Promise<{ publicKey: KeyObject; algorithm: RemoteAlgorithm }> | null = null;

  async function look() {
    const [answer] = await askGcp(name, settings, (client, patience) =>
      client.getPublicKey({ name }, patience),
    );
    const pem = checked(name, {
      octets: Buffer.from(answer.pem ?? "", "utf8"),
      crc32c: answer.pemCrc32c,
      name: answer.name,
    });
    const algorithm = algorithms[String(answer.algorithm)];
    if (!algorithm)
      throw new KeyFault(
        "unusable",
        `${text} signs by ${answer.algorithm}, which certificates here are not signed by: make one by rsa-sign-pkcs1-3072-sha256 or ec-sign-p384-sha384.`,
      );
    return { publicKey: createPublicKey(Buffer.from(pem)), algorithm };
  }
  const looked = () => {
    known ??= look();
    known.catch(() => {
      known = null;
    });
    return known;
  };

  return {
    name: text,
    publicKey: async () => (await looked()).publicKey,
    algorithm: async () => (await looked()).algorithm,
    async sign(algorithm, digest) {
      const [answer] = await askGcp(name, settings, (client, patience) =>
        client.asymmetricSign(
          { name, digest: { [hashOf(algorithm)]: digest }, digestCrc32c: { value: crc32c(digest) } },
          patience,
        ),
      );
      // Of ECDSA it is Ecdsa-Sig-Value in DER already.
      const { signature, signatureCrc32c, verifiedDigestCrc32c, name: by } = answer;
      return Uint8Array.from(
        checked(name, {
          octets: signature,
          crc32c: signatureCrc32c,
          received: verifiedDigestCrc32c,
          name: by,
        }),
      );
    },
  };
}
