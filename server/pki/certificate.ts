/** X.509 version 3 certificates (RFC 5280 §4). */
import type { KeyObject } from "node:crypto";
import { bitString, contextConstructed, type Der, integer, joined, sequence, unsigned } from "./der.ts";
import { PkiError } from "./errors.ts";
import { authorityKeyIdentifier, subjectAltName, subjectKeyIdentifier } from "./extension.ts";
import { checkSubjectKey, keyIdentifier } from "./keys.ts";
import { mailboxName, principalName } from "./mailbox.ts";
import { encodeName, type Name } from "./name.ts";
import type { Profile } from "./profile.ts";
import { checkSerial } from "./serial.ts";
import { type Signer, signatureAlgorithm } from "./signer.ts";
import { encodeTime, wholeSeconds } from "./validity.ts";

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
  publicKey: KeyObject;
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
    keyIdentifier: keyIdentifier(subject.publicKey),
    publicKey: subject.publicKey,
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
  if (issuer.publicKey && !issuer.publicKey.equals(signer.publicKey)) {
    throw new PkiError("issuer_mismatch", "The signer's key is not the issuer's.");
  }
  const algorithm = signatureAlgorithm(signer.algorithm);
  const issuerName = encodeName(issuer.name);
  const authority = authorityKeyIdentifier(issuer.keyIdentifier);
  const constant = {
    rsa: joined(authority, ...profile.extensions.rsa),
    ec: joined(authority, ...profile.extensions.ec),
    ed25519: joined(authority, ...profile.extensions.ed25519),
  };

  return async (subject) => {
    const key = checkSubjectKey(subject.publicKey);
    checkSerial(subject.serial);
    checkMail(profile, subject);
    const extensions = sequence(
      constant[key.kind],
      subjectKeyIdentifier(key.identifier),
      ...alternativeNames(subject),
    );
    const tbs = sequence(
      version3,
      unsigned(subject.serial),
      algorithm,
      issuerName,
      validity(subject, issuer),
      encodeName(subject.subject),
      key.spki,
      contextConstructed(3, extensions),
    );
    return sequence(tbs, algorithm, bitString(await signer.sign(tbs)));
  };
}

function checkMail(profile: Profile, { mail }: Subject): void {
  if (profile.needsMail && mail === undefined) {
    throw new PkiError("mail_missing", "A certificate for mail names its mailbox.");
  }
}

function alternativeNames({ mail, userPrincipalName }: Subject): Der[] {
  const names = [
    ...(mail === undefined ? [] : [mailboxName(mail)]),
    ...(userPrincipalName === undefined ? [] : [principalName(userPrincipalName)]),
  ];
  return names.length === 0 ? [] : [subjectAltName(...names)];
}

function validity(subject: Subject, issuer: Issuer): Der {
  const notBefore = wholeSeconds(subject.notBefore);
  const notAfter = wholeSeconds(subject.notAfter);
  const encoded = sequence(encodeTime(notBefore), encodeTime(notAfter));
  if (notAfter < notBefore) throw new PkiError("validity_empty", "The validity ends before it begins.");
  if (
    notAfter > wholeSeconds(issuer.notAfter) ||
    (issuer.notBefore && notBefore < wholeSeconds(issuer.notBefore))
  ) {
    throw new PkiError("validity_outside_issuer", "The validity reaches beyond the issuer's own.");
  }
  return encoded;
}
