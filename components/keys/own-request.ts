/** A key pair made here, in the browser, and the request (PKCS #10, RFC 2986) that asks for its certificate. */
import { buildRequest } from "@/server/pki/request.ts";
import { ecdsaSignature } from "@/server/pki/signature-algorithm.ts";

export const keyKinds = ["rsa-2048", "p-256"] as const;
export type KeyKind = (typeof keyKinds)[number];

export type OwnRequest = {
  /** PrivateKeyInfo (RFC 5208 §5), DER. It goes into the .p12 and into what is kept sealed, and nowhere else. */
  pkcs8: Uint8Array<ArrayBuffer>;
  /** SubjectPublicKeyInfo, DER. */
  spki: Uint8Array<ArrayBuffer>;
  /** CertificationRequest, DER: all that is sent. */
  csr: Uint8Array<ArrayBuffer>;
};

const algorithms = {
  "rsa-2048": {
    key: {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 2048,
      publicExponent: Uint8Array.of(1, 0, 1),
      hash: "SHA-256",
    },
    signing: { name: "RSASSA-PKCS1-v1_5" },
    identifier: "sha256WithRSAEncryption",
  },
  "p-256": {
    key: { name: "ECDSA", namedCurve: "P-256" },
    signing: { name: "ECDSA", hash: "SHA-256" },
    identifier: "ecdsa-with-SHA256",
  },
} as const;

/**
 * Makes both; a slow phone takes seconds for RSA.
 * @param name stands in the request as its common name; the certificate gets the application's
 * @throws DOMException where the browser cannot
 */
export async function makeRequest(kind: KeyKind, name: string): Promise<OwnRequest> {
  const { key, signing, identifier } = algorithms[kind];
  const pair = (await crypto.subtle.generateKey(key, true, ["sign", "verify"])) as CryptoKeyPair;
  const [pkcs8, spki] = await Promise.all([
    crypto.subtle.exportKey("pkcs8", pair.privateKey),
    crypto.subtle.exportKey("spki", pair.publicKey),
  ]);
  const csr = await buildRequest({
    spki: new Uint8Array(spki),
    subject: [{ type: "CN", value: name }],
    signatureAlgorithm: identifier,
    async sign(tbs) {
      const signature = new Uint8Array(
        await crypto.subtle.sign(signing, pair.privateKey, Uint8Array.from(tbs)),
      );
      return kind === "p-256" ? ecdsaSignature(signature) : signature;
    },
  });
  return { pkcs8: new Uint8Array(pkcs8), spki: new Uint8Array(spki), csr: Uint8Array.from(csr) };
}
