/** A signing key in AWS KMS. */
import { createPublicKey } from "node:crypto";
import type { SigningAlgorithmSpec } from "@aws-sdk/client-kms";
import { askAws } from "../kms/aws.ts";
import { KeyFault } from "../kms/fault.ts";
import type { KeyRef } from "../kms/key-ref.ts";
import { type RemoteAlgorithm, type RemoteKey, usualAlgorithm } from "./remote-key.ts";

const specs: Record<RemoteAlgorithm, SigningAlgorithmSpec> = {
  sha256WithRSAEncryption: "RSASSA_PKCS1_V1_5_SHA_256",
  sha384WithRSAEncryption: "RSASSA_PKCS1_V1_5_SHA_384",
  sha512WithRSAEncryption: "RSASSA_PKCS1_V1_5_SHA_512",
  "ecdsa-with-SHA256": "ECDSA_SHA_256",
  "ecdsa-with-SHA384": "ECDSA_SHA_384",
  "ecdsa-with-SHA512": "ECDSA_SHA_512",
};

export function awsKey({ key, text }: Extract<KeyRef, { store: "aws-kms" }>): RemoteKey {
  return {
    name: text,
    async publicKey() {
      const { PublicKey, KeyUsage } = await askAws(key, (client, { GetPublicKeyCommand }) =>
        client.send(new GetPublicKeyCommand({ KeyId: key })),
      );
      if (!PublicKey || KeyUsage !== "SIGN_VERIFY")
        throw new KeyFault(
          "unusable",
          `${text} is not for signing: a CA's key is made with --key-usage SIGN_VERIFY.`,
        );
      return createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
    },
    algorithm: async (publicKey) => usualAlgorithm(text, publicKey),
    async sign(algorithm, digest) {
      const { Signature } = await askAws(key, (client, { SignCommand }) =>
        client.send(
          new SignCommand({
            KeyId: key,
            Message: digest,
            MessageType: "DIGEST",
            SigningAlgorithm: specs[algorithm],
          }),
        ),
      );
      // Of ECDSA it is Ecdsa-Sig-Value in DER already.
      if (!Signature) throw new KeyFault("wrong_answer", `AWS KMS gave no signature by ${text}.`);
      return Uint8Array.from(Signature);
    },
  };
}
