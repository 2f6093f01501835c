/** Encrypts an element for the holder of a certificate (XML Encryption 1.1): AES-256-GCM, its key by RSA-OAEP. */
import { createCipheriv, createPublicKey, publicEncrypt, randomBytes } from "node:crypto";
import { pemOf } from "../service/keys.ts";
import { ns } from "./tree.ts";

/** The EncryptedData element that stands for `xml`. `certificate` is base64 of DER. */
export function encryptElement(xml: string, certificate: string): string {
  const key = randomBytes(32);
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const content = Buffer.concat([nonce, cipher.update(xml, "utf8"), cipher.final(), cipher.getAuthTag()]);
  // Node's padding is OAEP with SHA-1, which is what rsa-oaep-mgf1p means when it names no digest.
  const sealedKey = publicEncrypt(
    { key: createPublicKey(pemOf(certificate, "CERTIFICATE")), oaepHash: "sha1" },
    key,
  );
  return [
    `<xenc:EncryptedData xmlns:xenc="${ns.encryption}" Type="http://www.w3.org/2001/04/xmlenc#Element">`,
    `<xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/>`,
    `<ds:KeyInfo xmlns:ds="${ns.signature}"><xenc:EncryptedKey>`,
    `<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/>`,
    `<xenc:CipherData><xenc:CipherValue>${sealedKey.toString("base64")}</xenc:CipherValue></xenc:CipherData>`,
    `</xenc:EncryptedKey></ds:KeyInfo>`,
    `<xenc:CipherData><xenc:CipherValue>${content.toString("base64")}</xenc:CipherValue></xenc:CipherData>`,
    `</xenc:EncryptedData>`,
  ].join("");
}
