/** X.509 version 3 certificates (RFC 5280 §4). */
import type { KeyObject } from "node:crypto";
import { contextConstructed, type Der, integer, joined, writeHeader } from "./der.ts";
import { DerWriter } from "./der-writer.ts";
import { PkiError } from "./errors.ts";
import { authorityKeyIdentifier, subjectAltName, subjectKeyIdentifier } from "./extension.ts";
import { checkSubjectKey, keyObject } from "./keys.ts";
import { mailboxName, principalName } from "./mailbox.ts";
import { encodeName, type Name, nameBound, writeName } from "./name.ts";
import type { Profile } from "./profile.ts";
import { checkSerial } from "./serial.ts";
import { signatureAlgorithm } from "./signature-algorithm.ts";
import type { Signer } from "./signer.ts";
import { addCalendarMonths, timeSize, writeTime } from "./validity.ts";

/** A CA as the certificates it signs see it; `readIssuer` makes all of it from the CA's own certificate. */
export type Issuer = {
  name: Name;
  /** Its subjectKeyIdentifier. */
  keyIdentifier: Uint8Array;
  /** Given, the signer must hold its other half. */
  publicKey?: KeyObject;
  notBefore?: Date;
  notAfter: Date;
};

/** What one certificate says. */
export type Subject = {
  subject: Name;
  /** Or its SubjectPublicKeyInfo in DER, where that is at hand: node:crypto takes its time to write one. */
  publicKey: KeyObject | Uint8Array;
  /** `newSerial()`. */
  serial: Uint8Array;
  /** Both inclusive (RFC 5280 §4.1.2.5), to the second. */
  notBefore: Date;
  notAfter: Date;
  /** The mailbox, for profiles that name one. */
  mail?: string;
  /** Microsoft's UPN, for networks that know their users by it. */
  userPrincipalName?: string;
};

/** `self`: a root, which signs itself. */
export type CertificateTemplate = Subject & { profile: Profile; issuer: Issuer | "self" };

const version3 = contextConstructed(0, integer(2));

/**
 * Makes and signs a certificate.
 * @returns DER
 * @throws PkiError for a name, mailbox, key, serial or validity that no certificate may carry, or a signer that is not the issuer
 */
export async function issueCertificate(template: CertificateTemplate, signer: Signer): Promise<Uint8Array> {
  const { profile, issuer, ...subject } = template;
  if (issuer !== "self") return issuing(profile, issuer, signer)(subject);
  const self = {
    name: subject.subject,
    keyIdentifier: checkSubjectKey(subject.publicKey).identifier,
    publicKey: keyObject(subject.publicKey),
    notAfter: subject.notAfter,
  };
  return issuing(profile, self, signer)(subject);
}

/**
 * The same for many certificates of one profile and issuer: what they share is encoded and checked once, so that a
 * certificate costs little more than its signature.
 */
export function issuing(
  profile: Profile,
  issuer: Issuer,
  signer: Signer,
): (subject: Subject) => Promise<Uint8Array> {
  const draft = drafting(profile, issuer, signer);
  return async (subject) => draft(subject)();
}

/**
 * The same in two steps. The first writes all but the signature, and throws where no certificate may be: whatever it returns can be signed.
 * The second, which it returns, signs.
 */
export function drafting(
  profile: Profile,
  issuer: Issuer,
  signer: Signer,
): (subject: Subject) => () => Promise<Uint8Array> {
  if (issuer.publicKey && !issuer.publicKey.equals(signer.publicKey)) {
    throw new PkiError("issuer_mismatch", "The signer's key is not the issuer's.");
  }
  if ((signer.publicKey.asymmetricKeyDetails?.modulusLength ?? 0) > 4096) {
    throw new PkiError("key_too_large", "An issuer's RSA key of more than 4096 bits.");
  }
  const algorithm = signatureAlgorithm(signer.algorithm);
  const algorithmAndIssuer = joined(algorithm, encodeName(issuer.name));
  const authority = authorityKeyIdentifier(issuer.keyIdentifier);
  const constant = {
    rsa: joined(authority, ...profile.extensions.rsa),
    ec: joined(authority, ...profile.extensions.ec),
    ed25519: joined(authority, ...profile.extensions.ed25519),
  };

  return (subject) => {
    const key = checkSubjectKey(subject.publicKey);
    checkSerial(subject.serial);
    checkTerm(profile, issuer, subject);
    const extensions = constant[key.kind];
    const names = alternativeNames(profile, subject);

    const room = key.spki.length + extensions.length + names.length + algorithmAndIssuer.length + ELSEWHERE;
    const tail = algorithm.length + SIGNATURE_ROOM;
    const end = room + nameBound(subject.subject);
    const writer = new DerWriter(Buffer.allocUnsafe(end + tail), end);
    writer.write(names);
    writer.write(key.identifier);
    writer.write(keyIdentifierHeader);
    writer.write(extensions);
    writer.header(0x30, end);
    writer.header(0xa3, end);
    writer.write(key.spki);
    writeName(writer, subject.subject);
    const dates = writer.at;
    writeDate(writer, subject.notAfter);
    writeDate(writer, subject.notBefore);
    writer.header(0x30, dates);
    writer.write(algorithmAndIssuer);
    const serial = writer.at;
    writer.write(subject.serial);
    writer.header(0x02, serial);
    writer.write(version3);
    writer.header(0x30, end);

    return async () => signed(writer, end, algorithm, await signer.sign(writer.written(end)));
  };
}

/** More than the serial, the dates, the key's identifier and the headers around all take. */
const ELSEWHERE = 160;
/** That of RSA-4096, with its header. */
const SIGNATURE_ROOM = 512 + 8;

/** Certificate (§4.1): what was written until `end`, and behind it how and that it is signed. */
function signed(writer: DerWriter, end: number, algorithm: Der, signature: Uint8Array): Uint8Array {
  const { octets } = writer;
  octets.set(algorithm, end);
  let at = writeHeader(octets, end + algorithm.length, 0x03, 1 + signature.length);
  octets[at++] = 0;
  octets.set(signature, at);
  writer.header(0x30, at + signature.length);
  return writer.written(at + signature.length);
}

function writeDate(writer: DerWriter, date: Date): void {
  writer.at -= timeSize(date);
  writeTime(writer.octets, writer.at, date);
}

const keyIdentifierHeader = subjectKeyIdentifier(new Uint8Array(20)).subarray(0, -20);

const none = new Uint8Array(0);

/** subjectAltName, or nothing. */
function alternativeNames(profile: Profile, { mail, userPrincipalName }: Subject): Uint8Array {
  if (mail === undefined && profile.needsMail) {
    throw new PkiError("mail_missing", "A certificate for mail names its mailbox.");
  }
  if (mail === undefined && userPrincipalName === undefined) return none;
  const allowed = (name: Profile["mayName"][number]) => {
    if (!profile.mayName.includes(name)) {
      throw new PkiError("san_not_allowed", `A certificate of this profile does not hold this: ${name}.`);
    }
  };
  const names: Der[] = [];
  if (mail !== undefined) {
    allowed("mail");
    names.push(mailboxName(mail));
  }
  if (userPrincipalName !== undefined) {
    allowed("userPrincipalName");
    names.push(principalName(userPrincipalName));
  }
  return subjectAltName(...names);
}

/** Clocks differ: a certificate may begin some minutes before the term for which it is asked. */
const skew = 3600;

function checkTerm({ longestMonths }: Profile, issuer: Issuer, subject: Subject): void {
  const notBefore = seconds(subject.notBefore);
  const notAfter = seconds(subject.notAfter);
  if (notAfter < notBefore) throw new PkiError("validity_empty", "The validity ends before it begins.");
  if (notAfter > seconds(issuer.notAfter) || (issuer.notBefore && notBefore < seconds(issuer.notBefore))) {
    throw new PkiError("validity_outside_issuer", "The validity reaches beyond the issuer's own.");
  }
  if (longestMonths === undefined) return;
  if (notAfter > seconds(addCalendarMonths(subject.notBefore, longestMonths)) + skew) {
    throw new PkiError("validity_too_long", `The validity is longer than ${longestMonths} months.`);
  }
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
