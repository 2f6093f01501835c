/**
 * Mails of NII's service, believed only for what its pinned signer signed: a `multipart/signed` (RFC 8551 §3.5.3) whose text is inside the
 * signed part. Sender and subject stand outside of it and prove nothing; the sender must still be the signer.
 */
import { Certificate } from "pkijs";
import PostalMime, { addressParser } from "postal-mime";
import {
  canonical,
  type Entity,
  fieldOf,
  octetsOf,
  readContentType,
  readEntity,
  signedParts,
} from "./octets.ts";
import { verifyDetached } from "./signature.ts";
import { addressesOf, standingOf } from "./signer.ts";

/** `authorities`: certificates, DER. `sender`: the one address whose mails are believed. */
export type Pinned = { authorities: readonly Uint8Array[]; sender: string };

/**
 * `text` is what was signed, its lines ended by LF. `subject`, `to`, `date` and `messageId` are of the outer head, as the service's mails have it,
 * and anybody on the way could have changed them.
 */
export type MailRead = {
  subject: string;
  from: string;
  to: readonly string[];
  date: Date | null;
  messageId: string;
  text: string;
};

/**
 * - `too_large`, `not_mail`: nothing that could be read
 * - `not_signed`: no detached signature; one that holds its content (`application/pkcs7-mime`) is not taken either
 * - `bad_signature`: not over this text, malformed, or weaker than SHA-256
 * - `unknown_signer`: no path to a pinned authority, or a certificate that is not for mail
 * - `wrong_sender`: the signer is known, but is not the sender, or the mail says it is from somebody else
 *
 * `what` never holds anything of the text.
 */
export type MailRefusal = {
  code:
    | "too_large"
    | "not_mail"
    | "not_signed"
    | "bad_signature"
    | "unknown_signer"
    | "signer_expired"
    | "wrong_sender";
  what: string;
};

const MOST_OCTETS = 512 * 1024;
const MOST_OCTETS_OF_SIGNATURE = 64 * 1024;
/** Both URLs of the service are good for a month: a mail may be read that much later than it was signed, and no more. */
const LONGEST_WAY = 31 * 24 * 3_600_000;
const CLOCKS_DIFFER = 24 * 3_600_000;

/**
 * Reads and verifies a mail, as it was transmitted. The signer's certificate must have been valid when the mail was signed; where the signer does not say
 * when, or says something more than a month ago, it must be valid now.
 * @throws AsnError where a pinned authority is no certificate; never for a mail
 */
export async function readSignedMail(
  raw: Uint8Array,
  pinned: Pinned,
  now: Date,
): Promise<MailRead | MailRefusal> {
  const authorities = authoritiesOf(pinned);
  if (raw.length > MOST_OCTETS) return { code: "too_large", what: `The mail has ${raw.length} octets.` };
  const text = canonical(raw);
  const mail = text === null ? null : readEntity(text);
  if (mail === null) return { code: "not_mail", what: "This is not a mail." };
  const parts = partsOf(mail);
  if ("code" in parts) return parts;
  const content = octetsOf(parts.content);
  const signature = await verifyDetached(parts.signature, content);
  if (!signature) return { code: "bad_signature", what: "The signature is not one over this text." };
  const { signer, certificates, signedAt } = signature;
  const moment = signedAt && isRecent(signedAt, now) ? signedAt : now;
  const standing = await standingOf(signer, { others: certificates, authorities }, moment);
  if (standing === "unknown")
    return { code: "unknown_signer", what: "The signer is not of a pinned authority, or not for mail." };
  if (standing === "expired")
    return { code: "signer_expired", what: "The signer's certificate was not valid." };
  const sender = pinned.sender.trim().toLowerCase();
  if (!addressesOf(signer).includes(sender)) {
    return { code: "wrong_sender", what: "The signer's certificate is for another address." };
  }
  if (addressIn(fieldOf(mail, "from")) !== sender) {
    return { code: "wrong_sender", what: "The mail is not, or not only, from the signer." };
  }
  return readText(mail, content, sender);
}

const readAuthorities = new WeakMap<Pinned, readonly Certificate[]>();

/** Read once for all mails: the settings do not change. */
function authoritiesOf(pinned: Pinned): readonly Certificate[] {
  const known = readAuthorities.get(pinned);
  if (known) return known;
  const read = pinned.authorities.map((der) => Certificate.fromBER(new Uint8Array(der)));
  readAuthorities.set(pinned, read);
  return read;
}

function isRecent(signedAt: Date, now: Date): boolean {
  const age = now.getTime() - signedAt.getTime();
  return age <= LONGEST_WAY && age >= -CLOCKS_DIFFER;
}

const notSigned = (what: string): MailRefusal => ({ code: "not_signed", what });

function partsOf(mail: Entity): { content: string; signature: Uint8Array } | MailRefusal {
  const kind = readContentType(fieldOf(mail, "content-type") ?? "");
  if (kind?.type === "application/pkcs7-mime" || kind?.type === "application/x-pkcs7-mime") {
    return notSigned("The signature holds the text, which is not read.");
  }
  const protocol = kind?.parameters.get("protocol")?.toLowerCase() ?? "";
  if (kind?.type !== "multipart/signed" || !isSignatureType(protocol))
    return notSigned("The mail is not signed.");
  const parts = signedParts(mail.body, kind.parameters.get("boundary") ?? "");
  const signature = parts && signatureIn(parts[1]);
  if (!signature) return notSigned("The mail is not made of a text and its signature.");
  return { content: parts[0], signature };
}

function isSignatureType(type: string): boolean {
  return type === "application/pkcs7-signature" || type === "application/x-pkcs7-signature";
}

function signatureIn(part: string): Uint8Array | null {
  const entity = readEntity(part);
  if (!entity || entity.body.length > 2 * MOST_OCTETS_OF_SIGNATURE) return null;
  const type = readContentType(fieldOf(entity, "content-type") ?? "")?.type ?? "";
  if (
    !isSignatureType(type) ||
    fieldOf(entity, "content-transfer-encoding")?.trim().toLowerCase() !== "base64"
  )
    return null;
  const base64 = entity.body.replace(/[ \t\r\n]/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  const signature = Buffer.from(base64, "base64");
  return signature.length <= MOST_OCTETS_OF_SIGNATURE ? signature : null;
}

const LONGEST_FIELD = 2000;

/** The one mailbox of a field, in small letters; null: there is not one. */
function addressIn(field: string | null): string | null {
  if (field === null || field.length > LONGEST_FIELD) return null;
  const [mailbox, ...others] = addressParser(field);
  return others.length === 0 ? (mailbox?.address?.toLowerCase() ?? null) : null;
}

const limits = { maxNestingDepth: 8, maxHeadersSize: 64 * 1024, forceRfc822Attachments: true } as const;

async function readText(mail: Entity, content: Uint8Array, from: string): Promise<MailRead | MailRefusal> {
  // Of the outer head only what a reader is shown: nothing there can say how the text is to be read.
  const shown = mail.fields.filter(({ name }) => ["subject", "to", "date", "message-id"].includes(name));
  const head = shown.map(({ name, value }) => `${name}: ${value.slice(0, LONGEST_FIELD)}\r\n`).join("");
  try {
    const outer = await PostalMime.parse(octetsOf(`${head}\r\n`), limits);
    const inner = await PostalMime.parse(content, limits);
    if (inner.text === undefined) return { code: "not_mail", what: "There is no text in the signed part." };
    const date = new Date(outer.date ?? "");
    return {
      subject: outer.subject ?? "",
      from,
      to: (outer.to ?? []).flatMap((one) => (one.address === undefined ? [] : [one.address])),
      date: Number.isNaN(date.getTime()) ? null : date,
      messageId: outer.messageId ?? "",
      text: inner.text.replaceAll("\r\n", "\n"),
    };
  } catch {
    return { code: "not_mail", what: "The signed part could not be read." };
  }
}
