/** Opens an EncryptedAssertion with one of our keys (XML Encryption 1.1): AES in CBC or GCM, its key by RSA-OAEP. */
import { createDecipheriv } from "node:crypto";
import xmlEncryption from "xml-encryption";
import { LoginRefusal } from "../refusal.ts";
import { childOf, childrenOf, type Element, elementsIn, ns, serializeXml } from "../xml.ts";

type Cipher = { name: string; keyLength: number; gcm: boolean };

const cipher = (bits: number, gcm: boolean): Cipher => ({
  name: `aes-${bits}-${gcm ? "gcm" : "cbc"}`,
  keyLength: bits / 8,
  gcm,
});

const ciphers: Readonly<Record<string, Cipher>> = {
  "http://www.w3.org/2001/04/xmlenc#aes128-cbc": cipher(128, false),
  "http://www.w3.org/2001/04/xmlenc#aes192-cbc": cipher(192, false),
  "http://www.w3.org/2001/04/xmlenc#aes256-cbc": cipher(256, false),
  "http://www.w3.org/2009/xmlenc11#aes128-gcm": cipher(128, true),
  "http://www.w3.org/2009/xmlenc11#aes192-gcm": cipher(192, true),
  "http://www.w3.org/2009/xmlenc11#aes256-gcm": cipher(256, true),
};

const keyTransports = [
  "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
  "http://www.w3.org/2009/xmlenc11#rsa-oaep",
];

/**
 * The text of what is inside. CBC tells whoever may change it something about the text, so it is opened only when
 * a signature already covers it (`authenticated`).
 */
export function decryptElement(
  encrypted: Element,
  privateKeys: readonly string[],
  { authenticated }: { authenticated: boolean },
): string {
  const [data, ...more] = childrenOf(encrypted, ns.encryption, "EncryptedData");
  if (!data || more.length > 0) throw new LoginRefusal("response_malformed", { actual: "no EncryptedData" });
  const algorithm = childOf(data, ns.encryption, "EncryptionMethod")?.getAttribute("Algorithm") ?? "none";
  const method = Object.hasOwn(ciphers, algorithm) ? ciphers[algorithm] : undefined;
  if (!method) throw new LoginRefusal("algorithm_refused", { actual: algorithm });
  if (!method.gcm && !authenticated)
    throw new LoginRefusal("unsigned", { expected: "a signed Response around AES-CBC", actual: algorithm });
  for (const key of encryptedKeys(encrypted)) requireTransport(key);

  const value = childOf(data, ns.encryption, "CipherData");
  const content = Buffer.from(value ? childTextOf(value) : "", "base64");
  // A document of its own, so that nothing else of the response can be taken for a key.
  const document = serializeXml(encrypted);
  for (const privateKey of privateKeys) {
    const text = open(document, privateKey, method, content);
    if (text !== null) return text;
  }
  // One answer for every cause: the difference between them is what attacks on decryption feed on.
  throw new LoginRefusal("decryption_failed", { actual: algorithm });
}

function open(document: string, privateKey: string, method: Cipher, content: Buffer): string | null {
  try {
    const options = {
      key: privateKey,
      disallowDecryptionWithInsecureAlgorithm: true,
      warnInsecureAlgorithm: false,
    };
    const key = xmlEncryption.decryptKeyInfo(document, options);
    if (key.length !== method.keyLength) return null;
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

/** Keys inside the KeyInfo, or beside the data. */
function encryptedKeys(encrypted: Element): Element[] {
  const found: Element[] = [];
  const look = (element: Element) => {
    for (const child of elementsIn(element)) {
      if (child.namespaceURI === ns.encryption && child.localName === "EncryptedKey") found.push(child);
      look(child);
    }
  };
  look(encrypted);
  return found;
}

function requireTransport(encryptedKey: Element) {
  const algorithm =
    childOf(encryptedKey, ns.encryption, "EncryptionMethod")?.getAttribute("Algorithm") ?? "none";
  if (!keyTransports.includes(algorithm)) throw new LoginRefusal("algorithm_refused", { actual: algorithm });
}

function childTextOf(cipherData: Element): string {
  return childOf(cipherData, ns.encryption, "CipherValue")?.textContent?.replace(/\s+/g, "") ?? "";
}
