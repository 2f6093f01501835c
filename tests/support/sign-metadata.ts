/** Signs metadata of any size, as a federation does: what is digested passes by once and is not kept. */
import { createHash, createPrivateKey, type KeyObject, sign } from "node:crypto";
import { canonicalize } from "./canonicalize.ts";

const ds = "http://www.w3.org/2000/09/xmldsig#";
const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
const more = "http://www.w3.org/2001/04/xmldsig-more#";

/** The signature of a document whose root has this ID; it goes right behind the root's start tag. */
export function signatureOver(
  pieces: Iterable<Uint8Array>,
  id: string,
  privateKey: string | KeyObject,
): string {
  const hash = createHash("sha256");
  canonicalize(pieces, (text) => hash.update(text, "utf8"));
  return signatureOf(hash.digest("base64"), id, privateKey);
}

function signatureOf(digest: string, id: string, privateKey: string | KeyObject): string {
  const info = `<ds:SignedInfo xmlns:ds="${ds}"><ds:CanonicalizationMethod Algorithm="${exclusive}"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="${more}rsa-sha256"></ds:SignatureMethod><ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${ds}enveloped-signature"></ds:Transform><ds:Transform Algorithm="${exclusive}"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
  const key = typeof privateKey === "string" ? createPrivateKey(privateKey) : privateKey;
  const value = sign("sha256", Buffer.from(info, "utf8"), key).toString("base64");
  return `<ds:Signature xmlns:ds="${ds}">${info}<ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`;
}

/** The document with its signature in place. Its root's start tag must end at the first `>` behind the ID. */
export function signMetadata(text: string, id: string, privateKey: string | KeyObject): string {
  const signature = signatureOver([Buffer.from(text, "utf8")], id, privateKey);
  const end = text.indexOf(">", text.indexOf(`ID="${id}"`)) + 1;
  return text.slice(0, end) + signature + text.slice(end);
}
