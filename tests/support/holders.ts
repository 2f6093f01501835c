/** Certificate requests as holders bring them. */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { keyIdentifier, spki } from "@/server/pki/keys.ts";
import { buildRequest } from "@/server/pki/request.ts";

export type Holder = { publicKey: KeyObject; privateKey: KeyObject; request: Uint8Array };

/** A key on P-256, which is made in no time, and a request that proves it. */
export async function newHolder(): Promise<Holder> {
  return withRequest(generateKeyPairSync("ec", { namedCurve: "P-256" }));
}

export async function withRequest(keys: { publicKey: KeyObject; privateKey: KeyObject }): Promise<Holder> {
  const request = await buildRequest({
    spki: spki(keys.publicKey),
    subject: [{ type: "CN", value: "Whoever this may be" }],
    signatureAlgorithm:
      keys.publicKey.asymmetricKeyType === "rsa" ? "sha256WithRSAEncryption" : "ecdsa-with-SHA256",
    sign: (tbs) => sign("sha256", tbs, keys.privateKey),
  });
  return { ...keys, request };
}

/** What its certificate's subjectKeyIdentifier is, in hexadecimal. */
export function keyName({ publicKey }: Pick<Holder, "publicKey">): string {
  return Buffer.from(keyIdentifier(publicKey)).toString("hex");
}
