/** Whether a signer is to be believed: the path to a pinned authority (RFC 5280 §6), its times, and what the certificate is for (RFC 8550 §4.4). */
import { createPublicKey } from "node:crypto";
import { AltName, BasicConstraints, type Certificate, ExtKeyUsage } from "pkijs";
import { engine, strongSignatures } from "./signature.ts";

const id = {
  emailAddress: "1.2.840.113549.1.9.1",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  certificatePolicies: "2.5.29.32",
  extKeyUsage: "2.5.29.37",
  emailProtection: "1.3.6.1.5.5.7.3.4",
} as const;

/** Extensions that may be critical: what they say is looked at, or, of policies, may be anything. */
const understood = new Set<string>([
  id.keyUsage,
  id.subjectAltName,
  id.basicConstraints,
  id.certificatePolicies,
  id.extKeyUsage,
]);

const MOST_INTERMEDIATES = 4;
/** However many certificates of one name came along. */
const MOST_VERIFICATIONS = 30;

type Search = {
  others: readonly Certificate[];
  authorities: readonly Certificate[];
  /** Null: whenever. */
  moment: Date | null;
  left: number;
};

/**
 * How a signer stands: `trusted`; `expired`, when nothing is wrong but that it, or one above it, was not valid at that moment; `unknown`,
 * when no path leads to a pinned authority, or the certificate is not for mail. Critical name constraints are not understood: where an
 * authority below the pinned one has them, that one is to be pinned. Nobody is asked about revocation.
 */
export async function standingOf(
  signer: Certificate,
  known: Pick<Search, "others" | "authorities">,
  moment: Date,
): Promise<"trusted" | "expired" | "unknown"> {
  if (!isForMail(signer)) return "unknown";
  if (await leadsToAuthority(signer, [], { ...known, moment, left: MOST_VERIFICATIONS })) return "trusted";
  const whenever = { ...known, moment: null, left: MOST_VERIFICATIONS };
  return (await leadsToAuthority(signer, [], whenever)) ? "expired" : "unknown";
}

/** The mail addresses that a certificate is for, in small letters: those of subjectAltName, or else of the subject. */
export function addressesOf(certificate: Certificate): string[] {
  const names = extensionOf(certificate, id.subjectAltName);
  const mailboxes = names instanceof AltName ? names.altNames.filter(({ type }) => type === RFC822_NAME) : [];
  if (mailboxes.length > 0) return mailboxes.map(({ value }) => String(value).toLowerCase());
  const attributes = certificate.subject.typesAndValues.filter(
    ({ type }) => String(type) === id.emailAddress,
  );
  return attributes.map(({ value }) => String(value.valueBlock.value).toLowerCase());
}

const RFC822_NAME = 1;

/** `below`: those between the signer and this one, and the signer. */
async function leadsToAuthority(
  certificate: Certificate,
  below: readonly Certificate[],
  search: Search,
): Promise<boolean> {
  if (!isValidAt(certificate, search.moment) || !isUnderstood(certificate)) return false;
  const path = [...below, certificate];
  for (const authority of search.authorities) {
    if (!isValidAt(authority, search.moment)) continue;
    if (await isIssuedBy(certificate, authority, path, search)) return true;
  }
  if (path.length > MOST_INTERMEDIATES) return false;
  for (const issuer of search.others) {
    if (path.includes(issuer) || !(await isIssuedBy(certificate, issuer, path, search))) continue;
    if (await leadsToAuthority(issuer, path, search)) return true;
  }
  return false;
}

async function isIssuedBy(
  certificate: Certificate,
  issuer: Certificate,
  path: readonly Certificate[],
  search: Search,
): Promise<boolean> {
  if (!certificate.issuer.isEqual(issuer.subject) || !mayIssue(issuer, path.length - 1)) return false;
  if (!strongSignatures.has(certificate.signatureAlgorithm.algorithmId) || !hasGoodKey(issuer)) return false;
  search.left -= 1;
  if (search.left < 0) return false;
  try {
    return await certificate.verify(issuer, engine);
  } catch {
    return false;
  }
}

/** `intermediates`: how many authorities are below it already (RFC 5280 §4.2.1.9). */
function mayIssue(authority: Certificate, intermediates: number): boolean {
  const constraints = extensionOf(authority, id.basicConstraints);
  if (!(constraints instanceof BasicConstraints) || constraints.cA !== true) return false;
  const most = constraints.pathLenConstraint;
  if (most !== undefined && !(typeof most === "number" && intermediates <= most)) return false;
  return maySign(authority, KEY_CERT_SIGN) && purposesOf(authority)?.has(id.emailProtection) !== false;
}

/** RFC 8550 §4.4.2 and §4.4.4; that it is for mail must be said. */
function isForMail(certificate: Certificate): boolean {
  const mayBe = maySign(certificate, DIGITAL_SIGNATURE) && hasGoodKey(certificate);
  return mayBe && purposesOf(certificate)?.has(id.emailProtection) === true;
}

/** Bits of KeyUsage's first octet (RFC 5280 §4.2.1.3). */
const DIGITAL_SIGNATURE = 0x80;
const KEY_CERT_SIGN = 0x04;

/** Without the extension a key may be used for anything. */
function maySign(certificate: Certificate, use: number): boolean {
  if (!certificate.extensions?.some(({ extnID }) => extnID === id.keyUsage)) return true;
  const usage = extensionOf(certificate, id.keyUsage) as {
    valueBlock?: { valueHexView?: Uint8Array };
  } | null;
  return ((usage?.valueBlock?.valueHexView?.[0] ?? 0) & use) !== 0;
}

/** Null: it does not say. */
function purposesOf(certificate: Certificate): Set<string> | null {
  if (!certificate.extensions?.some(({ extnID }) => extnID === id.extKeyUsage)) return null;
  const usage = extensionOf(certificate, id.extKeyUsage);
  return new Set(usage instanceof ExtKeyUsage ? usage.keyPurposes : []);
}

/** What an extension says; null: it is not there, there twice, or malformed. */
function extensionOf(certificate: Certificate, extnID: string): unknown {
  const [extension, ...others] = (certificate.extensions ?? []).filter((one) => one.extnID === extnID);
  const value = others.length === 0 ? extension?.parsedValue : undefined;
  return value === undefined || ("parsingError" in value && value.parsingError) ? null : value;
}

function isUnderstood(certificate: Certificate): boolean {
  return (certificate.extensions ?? []).every(({ critical, extnID }) => !critical || understood.has(extnID));
}

function isValidAt({ notBefore, notAfter }: Certificate, moment: Date | null): boolean {
  return moment === null || (notBefore.value <= moment && moment <= notAfter.value);
}

/** RSA of 2048 bits and more, or a curve; no key so large that it would take long to verify with. */
function hasGoodKey(certificate: Certificate): boolean {
  try {
    const der = Buffer.from(certificate.subjectPublicKeyInfo.toSchema().toBER());
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
    if (key.asymmetricKeyType === "rsa") return modulusLength >= 2048 && modulusLength <= 8192;
    return key.asymmetricKeyType === "ec";
  } catch {
    return false;
  }
}
