/** Keys that are kept elsewhere, opened for signing: in an HSM by PKCS #11, in AWS KMS, in Google Cloud KMS. */
import type { KeyObject } from "node:crypto";
import { KeyFault } from "../kms/fault.ts";
import { readKeyRef } from "../kms/key-ref.ts";
import type { Signer } from "../pki/signer.ts";
import { type RemoteKey, signerOf } from "./remote-key.ts";

export const keyAlgorithms = ["rsa-2048", "rsa-3072", "rsa-4096", "p-256", "p-384"] as const;
export type KeyAlgorithm = (typeof keyAlgorithms)[number];

/** Settings of `server/env.ts`; clouds read their own credentials and regions. */
export type SignerSettings = {
  PKCS11_MODULE?: string | undefined;
  PKCS11_PIN?: string | undefined;
  GCP_KMS_ENDPOINT?: string | undefined;
};

export type Signers = {
  /**
   * Ready to sign: the key is there, may be used, and belongs to the public key. Each signature is verified before it is given out.
   * @throws KeyFault
   */
  openSigner(keyRef: string, publicKey: KeyObject): Promise<Signer>;
  /** @throws KeyFault */
  publicKeyOf(keyRef: string): Promise<KeyObject>;
  /**
   * Makes a key pair where there is none of that name: in an HSM, whose key never leaves it. In a cloud whoever administers it makes keys,
   * and the portal is not allowed to.
   * @throws KeyFault `exists`, `not_made_here`
   */
  makeKey(keyRef: string, algorithm: KeyAlgorithm): Promise<KeyObject>;
};

/** What a store loads is loaded when the first of its keys is asked for. */
export function signersWith(settings: SignerSettings): Signers {
  async function remoteKey(keyRef: string): Promise<RemoteKey> {
    const ref = readKeyRef(keyRef);
    switch (ref.store) {
      case "pkcs11": {
        const { pkcs11Key } = await import("./pkcs11/key.ts");
        return pkcs11Key(ref, settings);
      }
      case "aws-kms": {
        const { awsKey } = await import("./aws.ts");
        return awsKey(ref);
      }
      case "gcp-kms": {
        const { gcpKey } = await import("./gcp.ts");
        return gcpKey(ref, settings);
      }
    }
  }

  return {
    openSigner: async (keyRef, publicKey) => signerOf(await remoteKey(keyRef), publicKey),
    async publicKeyOf(keyRef) {
      const publicKey = await (await remoteKey(keyRef)).publicKey();
      if (publicKey) return publicKey;
      throw new KeyFault(
        "not_found",
        `There is no public key ${keyRef} in the token: look at its keys (\`pkcs11-tool -O\`), and make pairs with both halves kept in it.`,
      );
    },
    async makeKey(keyRef, algorithm) {
      const ref = readKeyRef(keyRef);
      if (ref.store === "pkcs11") {
        const { makePkcs11Key } = await import("./pkcs11/make.ts");
        return makePkcs11Key(ref, settings, algorithm);
      }
      throw new KeyFault(
        "not_made_here",
        `Keys in a cloud are made by whoever administers it, so that the portal needs no right to. Nothing was made. Make one with \`${recipe(ref.store, algorithm)}\` and give its name.`,
      );
    },
  };
}

const specs: Record<KeyAlgorithm, Record<"aws-kms" | "gcp-kms", string>> = {
  "rsa-2048": { "aws-kms": "RSA_2048", "gcp-kms": "rsa-sign-pkcs1-2048-sha256" },
  "rsa-3072": { "aws-kms": "RSA_3072", "gcp-kms": "rsa-sign-pkcs1-3072-sha256" },
  "rsa-4096": { "aws-kms": "RSA_4096", "gcp-kms": "rsa-sign-pkcs1-4096-sha256" },
  "p-256": { "aws-kms": "ECC_NIST_P256", "gcp-kms": "ec-sign-p256-sha256" },
  "p-384": { "aws-kms": "ECC_NIST_P384", "gcp-kms": "ec-sign-p384-sha384" },
};

function recipe(store: "aws-kms" | "gcp-kms", algorithm: KeyAlgorithm): string {
  const spec = specs[algorithm][store];
  return store === "aws-kms"
    ? `aws kms create-key --key-usage SIGN_VERIFY --key-spec ${spec}`
    : `gcloud kms keys create <key> --location <location> --keyring <ring> --purpose asymmetric-signing --protection-level hsm --default-algorithm ${spec}`;
}
