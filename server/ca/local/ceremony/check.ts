/** Whether certificates that were brought are what an issuing CA and its root have to be. Each fault has a name, and a sentence in bin/ca.ts. */
import { X509Certificate } from "node:crypto";
import { keyIdentifier } from "../../../pki/keys.ts";
import { readCertificate } from "../../../pki/read.ts";
import { type CertificateParts, readParts } from "../../../pki/read-extensions.ts";
import type { Authority } from "../profiles.ts";
import type { IssuingKind } from "./office.ts";

export type CertificateFault =
  | "unreadable"
  | "subject"
  | "issuer"
  | "signature"
  | "not_ca"
  | "path_length"
  | "key_usage"
  | "purpose"
  | "policy"
  | "crl_address"
  | "certificate_address"
  | "key_identifier"
  | "critical"
  | "weak_signature"
  | "over"
  | "beyond_root";

export type RootFault =
  | "root_unreadable"
  | "root_not_self_signed"
  | "root_not_ca"
  | "root_key_usage"
  | "root_key"
  | "root_over";

/** The bits of KeyUsage (RFC 5280 §4.2.1.3). */
const [keyCertSign, cRLSign] = [5, 6];

const purposes = { client: "1.3.6.1.5.5.7.3.2", smime: "1.3.6.1.5.5.7.3.4" };
const anyPolicy = "2.5.29.32.0";

/** Digests that certificates are no longer signed with anywhere. */
const weak = /^(md|sha1|sha-1|.*sha1)/i;

/** What is wrong with a certificate for the request of an issuing CA, or null. */
export function issuingFault(
  certificate: Uint8Array,
  wanted: {
    kind: IssuingKind;
    /** Name, as it was encoded in the request. */
    subject: Uint8Array;
    root: Uint8Array;
    addresses: { caIssuersUrl: string; crlUrl: string };
    authority: Authority;
    now: Date;
  },
): CertificateFault | null {
  const { kind, root, addresses, authority, now } = wanted;
  const read = attempt(() => ({ parts: readParts(certificate), ...readCertificate(certificate) }));
  if (!read) return "unreadable";
  const above = new X509Certificate(root);
  const { extensions, subject, issuer } = read.parts;
  const { basicConstraints, keyUsage, extendedKeyUsage, policies } = extensions;
  const faults: [CertificateFault, () => boolean][] = [
    ["subject", () => !isSame(subject, wanted.subject)],
    ["issuer", () => !isSame(issuer, readParts(root).subject)],
    ["signature", () => !new X509Certificate(certificate).verify(above.publicKey)],
    ["weak_signature", () => weak.test(new X509Certificate(certificate).signatureAlgorithm ?? "")],
    ["not_ca", () => !basicConstraints?.isCa],
    ["path_length", () => basicConstraints?.pathLength !== 0],
    ["key_usage", () => ![keyCertSign, cRLSign].every((bit) => keyUsage.includes(bit))],
    ["purpose", () => extendedKeyUsage.join() !== purposes[kind]],
    ["policy", () => ![anyPolicy, authority.policies[kind]].some((policy) => policies.includes(policy))],
    ["crl_address", () => extensions.crlUrls.join() !== addresses.crlUrl],
    ["certificate_address", () => extensions.caIssuersUrls.join() !== addresses.caIssuersUrl],
    ["key_identifier", () => !isWellIdentified(read.parts, certificate, root)],
    ["critical", () => extensions.otherCritical.length > 0],
    ["over", () => read.notAfter <= now],
    ["beyond_root", () => read.notAfter > above.validToDate],
  ];
  return faults.find(([, isFault]) => isFault())?.[0] ?? null;
}

/** What is wrong with a root's certificate, or null. */
export function rootFault(certificate: Uint8Array, now: Date): RootFault | null {
  const read = attempt(() => ({ parts: readParts(certificate), ...readCertificate(certificate) }));
  if (!read) return "root_unreadable";
  const { subject, issuer, extensions } = read.parts;
  const { modulusLength = 0, namedCurve = "" } = read.publicKey.asymmetricKeyDetails ?? {};
  const faults: [RootFault, () => boolean][] = [
    [
      "root_not_self_signed",
      () => !isSame(subject, issuer) || !new X509Certificate(certificate).verify(read.publicKey),
    ],
    ["root_not_ca", () => !extensions.basicConstraints?.isCa || extensions.basicConstraints.pathLength === 0],
    ["root_key_usage", () => ![keyCertSign, cRLSign].every((bit) => extensions.keyUsage.includes(bit))],
    [
      "root_key",
      () => modulusLength < 3072 && !["prime256v1", "secp384r1", "secp521r1"].includes(namedCurve),
    ],
    ["root_over", () => read.notAfter <= now],
  ];
  return faults.find(([, isFault]) => isFault())?.[0] ?? null;
}

/** What we issue names its issuer by the identifier that RFC 5280 §4.2.1.2 describes first; this certificate has to have the same, and to name its root's. */
function isWellIdentified(
  { extensions }: CertificateParts,
  certificate: Uint8Array,
  root: Uint8Array,
): boolean {
  const own = extensions.subjectKeyIdentifier;
  const named = extensions.authorityKeyIdentifier;
  const roots = attempt(() => readParts(root))?.extensions.subjectKeyIdentifier;
  if (!own || !isSame(own, keyIdentifier(new X509Certificate(certificate).publicKey))) return false;
  return !named || !roots || isSame(named, roots);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.from(one).equals(other);
}

function attempt<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch {
    return null;
  }
}
