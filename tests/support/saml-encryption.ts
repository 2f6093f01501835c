/** XML Encryption as identity providers write it, rightly or in one of the ways that are refused. */
import {
  constants,
  createCipheriv,
  createHash,
  createPublicKey,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import { pemOf } from "@/server/federation/service/keys.ts";
import { ns } from "@/server/federation/xml/tree.ts";

type Hash = "sha1" | "sha256" | "sha384" | "sha512";

export type Encryption = {
  certificate: string;
  cipher?: keyof typeof ciphers;
  /** `mask` is told by an MGF element and the newer name of the algorithm; without it the older name, whose mask is always SHA-1. `lead`: the first octet, which has to be 0. */
  oaep?: { hash?: Hash; mask?: Hash; label?: string; lead?: number };
  rsa15?: boolean;
  /** Where the key stands, and what else is said of it. */
  place?: "inside" | "beside";
  recipient?: string;
  /** The key sealed for other services too, before ours. */
  others?: readonly { certificate: string; recipient?: string; rsa15?: boolean }[];
  /** A change of what was written. */
  after?: (xml: string) => string;
};

const xmlenc11 = "http://www.w3.org/2009/xmlenc11#";
const more = "http://www.w3.org/2001/04/xmldsig-more#";

export const ciphers = {
  "aes-128-cbc": `${ns.encryption}aes128-cbc`,
  "aes-192-cbc": `${ns.encryption}aes192-cbc`,
  "aes-256-cbc": `${ns.encryption}aes256-cbc`,
  "aes-128-gcm": `${xmlenc11}aes128-gcm`,
  "aes-192-gcm": `${xmlenc11}aes192-gcm`,
  "aes-256-gcm": `${xmlenc11}aes256-gcm`,
  "des-ede3-cbc": `${ns.encryption}tripledes-cbc`,
} as const;

const hashes: Record<Hash, string> = {
  sha1: "http://www.w3.org/2000/09/xmldsig#sha1",
  sha256: `${ns.encryption}sha256`,
  sha384: `${more}sha384`,
  sha512: `${ns.encryption}sha512`,
};

/** EncryptedData, with its EncryptedKeys inside or behind it. */
export function encryptFor(xml: string, options: Encryption): string {
  const { cipher = "aes-256-gcm", place = "inside", others = [], after = (text: string) => text } = options;
  const gcm = cipher.endsWith("gcm");
  const key = randomBytes(cipher.startsWith("des") ? 24 : Number(cipher.slice(4, 7)) / 8);
  const iv = randomBytes(gcm ? 12 : cipher.startsWith("des") ? 8 : 16);
  const encryptor = createCipheriv(cipher as "aes-256-gcm", key, iv);
  const content = Buffer.concat([
    iv,
    encryptor.update(xml, "utf8"),
    encryptor.final(),
    ...(gcm ? [encryptor.getAuthTag()] : []),
  ]);
  const keys = [...others, options].map((one, n) => encryptedKey(key, one, `_key${n}`));
  const retrieval = `<ds:RetrievalMethod Type="${ns.encryption}EncryptedKey" URI="#_key${others.length}"/>`;
  const info = place === "inside" ? keys.join("") : retrieval;
  const data = `<xenc:EncryptedData xmlns:xenc="${ns.encryption}" Type="${ns.encryption}Element"><xenc:EncryptionMethod Algorithm="${ciphers[cipher]}"/><ds:KeyInfo xmlns:ds="${ns.signature}">${info}</ds:KeyInfo>${cipherData(content)}</xenc:EncryptedData>`;
  return after(place === "inside" ? data : data + keys.join(""));
}

function encryptedKey(key: Buffer, { certificate, rsa15, oaep, recipient }: Encryption, id: string): string {
  const sealed = rsa15
    ? publicEncrypt({ key: publicKeyOf(certificate), padding: constants.RSA_PKCS1_PADDING }, key)
    : sealByOaep(key, certificate, oaep);
  const named = recipient ? ` Recipient="${recipient}"` : "";
  return `<xenc:EncryptedKey xmlns:xenc="${ns.encryption}" Id="${id}"${named}>${transport(rsa15, oaep)}${cipherData(sealed)}</xenc:EncryptedKey>`;
}

function transport(rsa15 = false, { hash, mask, label }: Encryption["oaep"] = {}): string {
  if (rsa15) return `<xenc:EncryptionMethod Algorithm="${ns.encryption}rsa-1_5"/>`;
  const name = mask ? `${xmlenc11}rsa-oaep` : `${ns.encryption}rsa-oaep-mgf1p`;
  const parts = [
    label ? `<xenc:OAEPparams>${Buffer.from(label).toString("base64")}</xenc:OAEPparams>` : "",
    hash ? `<ds:DigestMethod xmlns:ds="${ns.signature}" Algorithm="${hashes[hash]}"/>` : "",
    mask ? `<xenc11:MGF xmlns:xenc11="${xmlenc11}" Algorithm="${xmlenc11}mgf1${mask}"/>` : "",
  ];
  return `<xenc:EncryptionMethod Algorithm="${name}">${parts.join("")}</xenc:EncryptionMethod>`;
}

/** By hand (RFC 8017 §7.1.1), for Node knows only one hash for both purposes. */
function sealByOaep(
  message: Buffer,
  certificate: string,
  { hash = "sha1", mask = "sha1", label = "", lead = 0 }: NonNullable<Encryption["oaep"]> = {},
): Buffer {
  const key = publicKeyOf(certificate);
  const length = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const labelHash = createHash(hash).update(label).digest();
  const seed = randomBytes(labelHash.length);
  const filling = Buffer.alloc(length - message.length - 2 * labelHash.length - 2);
  const block = Buffer.concat([labelHash, filling, Buffer.from([1]), message]);
  const maskedBlock = mix(block, maskOf(seed, block.length, mask));
  const maskedSeed = mix(seed, maskOf(maskedBlock, seed.length, mask));
  const padded = Buffer.concat([Buffer.from([lead]), maskedSeed, maskedBlock]);
  return publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, padded);
}

function maskOf(seed: Buffer, length: number, hash: Hash): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 20) }, (_, n) =>
    createHash(hash)
      .update(seed)
      .update(Buffer.from([0, 0, 0, n]))
      .digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

function mix(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((octet, at) => octet ^ (b[at] ?? 0)));
}

function publicKeyOf(certificate: string) {
  return createPublicKey(pemOf(certificate, "CERTIFICATE"));
}

function cipherData(content: Buffer): string {
  return `<xenc:CipherData><xenc:CipherValue>${content.toString("base64")}</xenc:CipherValue></xenc:CipherData>`;
}
