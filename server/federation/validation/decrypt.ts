/** Opens EncryptedAssertion, EncryptedID and EncryptedAttribute with one of our keys (XML Encryption 1.1): AES in CBC or GCM, its key by RSA-OAEP. */
import { createDecipheriv } from "node:crypto";
import { LoginRefusal } from "../refusal.ts";
import { attributeOf, childOf, childrenOf, type Element, ns } from "../xml/tree.ts";
import { type Oaep, openOaep } from "./oaep.ts";

const xmlenc = ns.encryption;
const xmlenc11 = "http://www.w3.org/2009/xmlenc11#";
const more = "http://www.w3.org/2001/04/xmldsig-more#";

type Cipher = { name: string; gcm: boolean };

const cipher = (bits: number, mode: "cbc" | "gcm"): Cipher => ({
  name: `aes-${bits}-${mode}`,
  gcm: mode === "gcm",
});

const ciphers: Readonly<Record<string, Cipher>> = {
  [`${xmlenc}aes128-cbc`]: cipher(128, "cbc"),
  [`${xmlenc}aes192-cbc`]: cipher(192, "cbc"),
  [`${xmlenc}aes256-cbc`]: cipher(256, "cbc"),
  [`${xmlenc11}aes128-gcm`]: cipher(128, "gcm"),
  [`${xmlenc11}aes192-gcm`]: cipher(192, "gcm"),
  [`${xmlenc11}aes256-gcm`]: cipher(256, "gcm"),
};

/** SHA-1 is no weakness here: OAEP asks of its hash nothing that was broken in it. */
const labelHashes: Readonly<Record<string, string>> = {
  "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
  [`${xmlenc}sha256`]: "sha256",
  [`${more}sha384`]: "sha384",
  [`${xmlenc}sha512`]: "sha512",
};

const maskHashes: Readonly<Record<string, string>> = {
  [`${xmlenc11}mgf1sha1`]: "sha1",
  [`${xmlenc11}mgf1sha256`]: "sha256",
  [`${xmlenc11}mgf1sha384`]: "sha384",
  [`${xmlenc11}mgf1sha512`]: "sha512",
};

/** An assertion may hold its key once for each service it is for; each is tried with each of our keys. */
const mostKeys = 8;

/** Our private keys, PEM, and the name that senders may have put beside a key that is for us. */
export type Opener = { privateKeys: readonly string[]; recipient: string };

/**
 * The text of what is inside. CBC tells whoever may change it something about the text, so it is opened only when
 * a signature already covers it (`authenticated`).
 */
export function decryptElement(
  encrypted: Element,
  { privateKeys, recipient }: Opener,
  { authenticated }: { authenticated: boolean },
): string {
  const [data, ...others] = childrenOf(encrypted, xmlenc, "EncryptedData");
  if (!data || others.length > 0)
    throw new LoginRefusal("response_malformed", { expected: "one EncryptedData" });
  const algorithm = algorithmOf(data);
  const method = Object.hasOwn(ciphers, algorithm) ? ciphers[algorithm] : undefined;
  if (!method) throw new LoginRefusal("algorithm_refused", { actual: algorithm });
  if (!method.gcm && !authenticated)
    throw new LoginRefusal("unsigned", { expected: "a signed Response around AES-CBC", actual: algorithm });

  const content = octetsOf(data);
  for (const { sealed, oaep } of sealedKeys(encrypted, data, recipient)) {
    for (const privateKey of privateKeys) {
      const key = openOaep(sealed, privateKey, oaep);
      const text = key && open(method, key, content);
      if (text) return text;
    }
  }
  // One answer for every cause: the difference between them is what attacks on decryption feed on.
  throw new LoginRefusal("decryption_failed", { actual: algorithm });
}

type SealedKey = { sealed: Buffer; oaep: Oaep };

/** Inside the KeyInfo, or beside the data with a RetrievalMethod that points there (SAML 2.0 Errata E43); those named as ours first. */
function sealedKeys(encrypted: Element, data: Element, recipient: string): SealedKey[] {
  const info = childOf(data, ns.signature, "KeyInfo");
  const inside = info ? childrenOf(info, xmlenc, "EncryptedKey") : [];
  const all = [...inside, ...childrenOf(encrypted, xmlenc, "EncryptedKey")];
  if (all.length > mostKeys)
    throw new LoginRefusal("response_too_complex", { expected: `${mostKeys} keys`, actual: `${all.length}` });

  const right = all.flatMap((key) => {
    const oaep = oaepOf(key);
    return oaep ? [{ key, oaep }] : [];
  });
  if (all.length > 0 && right.length === 0)
    throw new LoginRefusal("algorithm_refused", { actual: all.map(algorithmOf).join(" ").slice(0, 500) });
  const forUs = ({ key }: { key: Element }) => Number(attributeOf(key, "Recipient") === recipient);
  return right.sort((a, b) => forUs(b) - forUs(a)).map(({ key, oaep }) => ({ sealed: octetsOf(key), oaep }));
}

/** Null for another transport than RSA-OAEP, or a hash that is not known. */
function oaepOf(encryptedKey: Element): Oaep | null {
  const method = childOf(encryptedKey, xmlenc, "EncryptionMethod");
  if (!method) return null;
  const label = Buffer.from(textIn(childOf(method, xmlenc, "OAEPparams")), "base64");
  const hash = named(labelHashes, childOf(method, ns.signature, "DigestMethod"));
  const mask = named(maskHashes, childOf(method, xmlenc11, "MGF"));
  const algorithm = algorithmOf(encryptedKey);
  if (!hash || !mask) return null;
  if (algorithm === `${xmlenc}rsa-oaep-mgf1p`) return { hash, mask: "sha1", label };
  return algorithm === `${xmlenc11}rsa-oaep` ? { hash, mask, label } : null;
}

/** SHA-1 where none is named (XML Encryption 1.1 §5.5.2). */
function named(table: Readonly<Record<string, string>>, element: Element | undefined): string | null {
  const algorithm = element?.getAttribute("Algorithm");
  if (!element) return "sha1";
  return algorithm && Object.hasOwn(table, algorithm) ? (table[algorithm] ?? null) : null;
}

function algorithmOf(encryptedType: Element): string {
  return childOf(encryptedType, xmlenc, "EncryptionMethod")?.getAttribute("Algorithm") ?? "none";
}

function open(method: Cipher, key: Buffer, content: Buffer): string | null {
  try {
    const plain = method.gcm ? openGcm(method, key, content) : openCbc(method, key, content);
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch {
    return null;
  }
}

function openGcm({ name }: Cipher, key: Buffer, content: Buffer): Buffer {
  const decipher = createDecipheriv(name as "aes-256-gcm", key, content.subarray(0, 12), {
    authTagLength: 16,
  });
  decipher.setAuthTag(content.subarray(-16));
  return Buffer.concat([decipher.update(content.subarray(12, -16)), decipher.final()]);
}

/** The last octet says how many to drop; the others of the padding may be anything (XML Encryption §5.2.2). */
function openCbc({ name }: Cipher, key: Buffer, content: Buffer): Buffer {
  const decipher = createDecipheriv(name, key, content.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(content.subarray(16)), decipher.final()]);
  const padding = padded.at(-1) ?? 0;
  if (padding < 1 || padding > 16) throw new Error("padding");
  return padded.subarray(0, -padding);
}

/** The octets of CipherData. What lies elsewhere (CipherReference) is not fetched. */
function octetsOf(encryptedType: Element): Buffer {
  const data = childOf(encryptedType, xmlenc, "CipherData");
  return Buffer.from(textIn(data && childOf(data, xmlenc, "CipherValue")), "base64");
}

function textIn(element: Element | undefined): string {
  return element?.textContent?.replace(/\s+/g, "") ?? "";
}
