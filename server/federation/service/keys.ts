/** Key pairs of SAML services: RSA with a self-signed certificate, which is only a wrapping for the public key. */
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** `privateKey` is PEM (PKCS#8), `certificate` base64 of DER. */
export type KeyPair = { privateKey: string; certificate: string };

const algorithm = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  publicExponent: new Uint8Array([1, 0, 1]),
};

const decade = 10 * 365 * 24 * 60 * 60 * 1000;

/**
 * Federations compare the key and not the dates, so the certificate outlives any rollover. It names its host as RFC 6125 wants it:
 * GakuNin has it compared with the host of the entityID and of the endpoints.
 */
export async function makeKeyPair(host: string, now: Date, modulusLength = 2048): Promise<KeyPair> {
  const keys = (await webcrypto.subtle.generateKey({ ...algorithm, modulusLength }, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: [{ CN: [host] }],
      notBefore: new Date(now.getTime() - 24 * 60 * 60 * 1000),
      notAfter: new Date(now.getTime() + decade),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new SubjectAlternativeNameExtension([{ type: "dns", value: host }]),
      ],
    },
    webcrypto as Crypto,
  );
  const privateKey = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString(
    "base64",
  );
  return {
    privateKey: pemOf(privateKey, "PRIVATE KEY"),
    certificate: Buffer.from(certificate.rawData).toString("base64"),
  };
}

export function pemOf(base64: string, label: "CERTIFICATE" | "PRIVATE KEY"): string {
  const lines = base64.replace(/\s+/g, "").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** Every certificate of a PEM text, as base64 of DER. Its lines may end in a written `\n`, as where a setting has one line only. */
export function certificatesIn(pem: string): string[] {
  const blocks = pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g);
  return [...blocks].map(([, body]) => (body ?? "").replace(/\s+|\\[nr]/g, ""));
}
