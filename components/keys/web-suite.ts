/** What PKCS #12 asks for, by the browser's WebCrypto; by des.js where that knows nothing of triple DES. */
import { CBC, EDE } from "des.js";
import { joined } from "@/server/pki/der.ts";
import type { CipherWork, HashName, Pkcs12Suite } from "@/server/pki/pkcs12-suite.ts";

const webNames = { sha1: "SHA-1", sha256: "SHA-256", sha384: "SHA-384", sha512: "SHA-512" } satisfies Record<
  HashName,
  string
>;

/** WebCrypto is there on addresses with https and on localhost only; elsewhere every call but `random` rejects. */
export const webSuite: Pkcs12Suite = {
  digest: (hash, octets) => answer(crypto.subtle.digest(webNames[hash], own(octets))),
  async hmac(hash, key, octets) {
    const algorithm = { name: "HMAC", hash: webNames[hash] };
    const imported = await crypto.subtle.importKey("raw", own(key), algorithm, false, ["sign"]);
    return answer(crypto.subtle.sign("HMAC", imported, own(octets)));
  },
  async pbkdf2({ hash, password, salt, iterations, length }) {
    const imported = await crypto.subtle.importKey("raw", own(password), "PBKDF2", false, ["deriveBits"]);
    const algorithm = { name: "PBKDF2", hash: webNames[hash], salt: own(salt), iterations };
    return answer(crypto.subtle.deriveBits(algorithm, imported, length * 8));
  },
  async encrypt(work) {
    if (work.cipher === "des-ede3-cbc") return tripleDes("encrypt", { ...work, content: pad(work.content) });
    const key = await aesKey(work.key, "encrypt");
    return answer(crypto.subtle.encrypt({ name: "AES-CBC", iv: own(work.iv) }, key, own(work.content)));
  },
  async decrypt(work) {
    if (work.cipher === "des-ede3-cbc") return unpad(tripleDes("decrypt", work));
    const key = await aesKey(work.key, "decrypt");
    return answer(crypto.subtle.decrypt({ name: "AES-CBC", iv: own(work.iv) }, key, own(work.content)));
  },
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  // Some tens of milliseconds: a browser may take four to come back.
  goes: { hashes: 100_000, others: () => new Promise((resolve) => setTimeout(resolve, 0)) },
};

/** WebCrypto takes no views of memory that might be shared. */
function own(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  return octets.buffer instanceof ArrayBuffer ? (octets as Uint8Array<ArrayBuffer>) : joined(octets);
}

async function answer(octets: Promise<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await octets);
}

function aesKey(key: Uint8Array, usage: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", own(key), "AES-CBC", false, [usage]);
}

const BLOCK = 8;
const TripleDesCbc = CBC.instantiate(EDE);

/** Of whole blocks. */
function tripleDes(type: "encrypt" | "decrypt", { key, iv, content }: CipherWork): Uint8Array {
  if (content.length === 0 || content.length % BLOCK > 0) throw new RangeError("Not of whole blocks.");
  const cipher = TripleDesCbc.create({ type, key, iv, padding: false });
  return Uint8Array.from([...cipher.update(content), ...cipher.final()]);
}

/** RFC 8018 §6.1.1, step 4. */
function pad(content: Uint8Array): Uint8Array {
  const missing = BLOCK - (content.length % BLOCK);
  return joined(content, new Uint8Array(missing).fill(missing));
}

function unpad(content: Uint8Array): Uint8Array {
  const added = content.at(-1) ?? 0;
  const right = added >= 1 && added <= BLOCK && content.subarray(-added).every((octet) => octet === added);
  if (!right) throw new RangeError("Wrong padding.");
  return content.subarray(0, -added);
}
