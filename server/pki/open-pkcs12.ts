/**
 * Opens PKCS #12 files (RFC 7292) whoever made them: the one key, its certificate, and the others as its chain. What is not known here is said
 * by its name; what a stranger may have made is bounded in octets, elements, depth and iterations. For servers and browsers.
 */
import { derFromBer, inOnePiece } from "./ber.ts";
import { DerReader } from "./der-reader.ts";
import { PkiError } from "./errors.ts";
import type { Pkcs12Content, Pkcs12Encryption } from "./pkcs12.ts";
import { matchKey } from "./pkcs12-match.ts";
import { checkMac, decrypt, newOpening, type Opening } from "./pkcs12-protection.ts";
import type { Pkcs12Suite } from "./pkcs12-suite.ts";

/** A key, a dozen certificates and their names take some ten thousand octets. */
export const largestPkcs12 = 1 << 20;

const MOST_BAGS = 100;
const DEEPEST_BAGS = 4;

export type OpenedPkcs12 = Pkcs12Content & {
  /** `compatible` where everything in it is what old devices know. */
  encryption: Pkcs12Encryption;
  localKeyId: Uint8Array | null;
};

/** What a SafeBag (§4.2) brings. */
export type Bag = { octets: Uint8Array; friendlyName: string | null; localKeyId: Uint8Array | null };
export type Bags = { keys: Bag[]; certificates: Bag[] };

/**
 * The MAC is checked before anything that it protects is looked at.
 * @param file DER or BER
 * @param password as it was chosen; spaces count
 * @throws PkiError `password_wrong`; `pkcs12_malformed` for what is no such file or damaged; `pkcs12_unsupported`, with `about`;
 *   `pkcs12_too_large` (1 MiB, 100 bags), `pkcs12_too_costly` (10 million iterations); `pkcs12_incomplete` without a key or its certificate;
 *   `pkcs12_ambiguous` with several; and nothing else
 */
export async function openPkcs12(
  file: Uint8Array,
  password: string,
  suite: Pkcs12Suite,
): Promise<OpenedPkcs12> {
  try {
    return await open(file, newOpening(password, suite));
  } catch (error) {
    if (!(error instanceof PkiError) || !error.code.startsWith("der_")) throw error;
    const code = error.code === "der_too_large" ? "pkcs12_too_large" : "pkcs12_malformed";
    throw new PkiError(code, `Not a PKCS #12 file that can be read: ${error.message}`, error);
  }
}

async function open(file: Uint8Array, opening: Opening): Promise<OpenedPkcs12> {
  const pfx = reader(file).sequence();
  if (pfx.number() !== 3) throw malformed("It is of another version.");
  const authenticatedSafe = dataOf(pfx.sequence());
  if (pfx.atEnd) throw unsupported("no MAC");
  const macData = pfx.sequence();
  pfx.end();
  const mac = await checkMac(macData, authenticatedSafe, opening);

  const found: Found = { keys: [], certificates: [], bags: 0, isModern: mac.isModern };
  const contents = reader(authenticatedSafe).sequence();
  while (!contents.atEnd) await readContent(contents.sequence(), found, opening);

  const encryption = found.isModern ? "modern" : "compatible";
  return { encryption, ...matchKey(found) };
}

type Found = Bags & { bags: number; isModern: boolean };

function reader(ber: Uint8Array): DerReader {
  return DerReader.of(derFromBer(ber), { size: largestPkcs12 * 2, depth: 32 });
}

const DATA = "1.2.840.113549.1.7.1";
const SIGNED_DATA = "1.2.840.113549.1.7.2";
const ENVELOPED_DATA = "1.2.840.113549.1.7.3";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";

/** The content of a ContentInfo of type data, which a password protects; the other kind is signed. */
function dataOf(contentInfo: DerReader): Uint8Array {
  const type = contentInfo.oid();
  if (type === SIGNED_DATA) throw unsupported("signedData");
  if (type !== DATA) throw malformed("It holds something else.");
  return contentInfo.constructed(0xa0).octetString();
}

/** A ContentInfo of the authenticated safe (§4.1). */
async function readContent(contentInfo: DerReader, found: Found, opening: Opening): Promise<void> {
  const type = contentInfo.oid();
  if (type === ENVELOPED_DATA) throw unsupported("envelopedData");
  if (type === DATA) {
    const octets = contentInfo.constructed(0xa0).octetString();
    await readBags(reader(octets).sequence(), found, opening, DEEPEST_BAGS);
    return;
  }
  if (type !== ENCRYPTED_DATA) throw malformed("It holds something else.");
  const encryptedData = contentInfo.constructed(0xa0).sequence();
  encryptedData.number();
  const info = encryptedData.sequence();
  if (info.oid() !== DATA) throw malformed("Something else is encrypted.");
  const octets = await decrypted(info, () => encryptedContent(info), found, opening);
  await readBags(reader(octets).sequence(), found, opening, DEEPEST_BAGS);
}

/** `[0] IMPLICIT OCTET STRING`, in one piece or in several. */
function encryptedContent(info: DerReader): Uint8Array {
  const pieces = info.optional(0xa0);
  if (!pieces) return info.primitive(0x80);
  const all: Uint8Array[] = [];
  while (!pieces.atEnd) all.push(pieces.element());
  return inOnePiece(all);
}

async function decrypted(
  from: DerReader,
  content: () => Uint8Array,
  found: Found,
  opening: Opening,
): Promise<Uint8Array> {
  const opened = await decrypt(from, content, opening);
  found.isModern ||= opened.isModern;
  return opened.content;
}

const KEY_BAG = "1.2.840.113549.1.12.10.1.1";
const SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2";
const CERT_BAG = "1.2.840.113549.1.12.10.1.3";
const NESTED_BAGS = "1.2.840.113549.1.12.10.1.6";
const X509_CERTIFICATE = "1.2.840.113549.1.9.22.1";

/** SafeContents (§4.2). Lists of revoked certificates and secrets are passed over. */
async function readBags(safe: DerReader, found: Found, opening: Opening, depth: number): Promise<void> {
  if (depth <= 0) throw malformed("There are too many bags within each other.");
  while (!safe.atEnd) {
    if (++found.bags > MOST_BAGS) throw new PkiError("pkcs12_too_large", `More than ${MOST_BAGS} bags.`);
    const bag = safe.sequence();
    const type = bag.oid();
    const value = bag.constructed(0xa0);
    const attributes = readAttributes(bag.optional(0x31));
    if (type === NESTED_BAGS) await readBags(value.sequence(), found, opening, depth - 1);
    else if (type === KEY_BAG) found.keys.push({ ...attributes, octets: value.element() });
    else if (type === SHROUDED_KEY_BAG) {
      const info = value.sequence();
      const octets = await decrypted(info, () => info.octetString(), found, opening);
      found.keys.push({ ...attributes, octets: derFromBer(octets) });
    } else if (type === CERT_BAG) {
      const certificate = value.sequence();
      if (certificate.oid() !== X509_CERTIFICATE) continue;
      found.certificates.push({ ...attributes, octets: certificate.constructed(0xa0).octetString() });
    }
  }
}

/** The two attributes that are of use (§4.2); the others belong to one program each. */
function readAttributes(attributes: DerReader | null): Omit<Bag, "octets"> {
  let friendlyName: string | null = null;
  let localKeyId: Uint8Array | null = null;
  while (attributes && !attributes.atEnd) {
    const attribute = attributes.sequence();
    const type = attribute.oid();
    const values = attribute.set();
    if (type === "1.2.840.113549.1.9.20" && values.next === 0x1e) {
      friendlyName = new TextDecoder("utf-16be").decode(values.primitive(0x1e));
    }
    if (type === "1.2.840.113549.1.9.21" && values.next === 0x04) localKeyId = values.octetString();
  }
  return { friendlyName, localKeyId };
}

function malformed(message: string): PkiError {
  return new PkiError("pkcs12_malformed", message);
}

function unsupported(what: string): PkiError {
  return new PkiError("pkcs12_unsupported", `Not known here: ${what}.`, undefined, what);
}
