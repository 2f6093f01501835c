/** The extensions of certificates and lists, each a function from its meaning to its encoding (RFC 5280 §4.2, §5.2). */
import {
  boolean,
  contextConstructed,
  contextPrimitive,
  type Der,
  enumerated,
  integer,
  namedBits,
  nullValue,
  octetString,
  oid,
  sequence,
} from "./der.ts";
import { PkiError } from "./errors.ts";

const critical = boolean(true);

function extension(id: Der, value: Der, isCritical = false): Der {
  return isCritical ? sequence(id, critical, octetString(value)) : sequence(id, octetString(value));
}

const ids = {
  subjectKeyIdentifier: oid("2.5.29.14"),
  keyUsage: oid("2.5.29.15"),
  subjectAltName: oid("2.5.29.17"),
  basicConstraints: oid("2.5.29.19"),
  crlNumber: oid("2.5.29.20"),
  reasonCode: oid("2.5.29.21"),
  issuingDistributionPoint: oid("2.5.29.28"),
  deltaCrlIndicator: oid("2.5.29.27"),
  crlDistributionPoints: oid("2.5.29.31"),
  certificatePolicies: oid("2.5.29.32"),
  authorityKeyIdentifier: oid("2.5.29.35"),
  extendedKeyUsage: oid("2.5.29.37"),
  freshestCrl: oid("2.5.29.46"),
  authorityInfoAccess: oid("1.3.6.1.5.5.7.1.1"),
  ocspNoCheck: oid("1.3.6.1.5.5.7.48.1.5"),
};

/** The bits of KeyUsage by name (§4.2.1.3). */
const keyUsageBits = {
  digitalSignature: 0,
  keyEncipherment: 2,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
} as const;
export type KeyUsage = keyof typeof keyUsageBits;

const extendedKeyUsages = {
  clientAuth: oid("1.3.6.1.5.5.7.3.2"),
  emailProtection: oid("1.3.6.1.5.5.7.3.4"),
  OCSPSigning: oid("1.3.6.1.5.5.7.3.9"),
} as const;
export type ExtendedKeyUsage = keyof typeof extendedKeyUsages;

/** `anyPolicy` (§4.2.1.4): what a CA carries that may issue under every policy. */
export const anyPolicy = "2.5.29.32.0";

/** §4.2.1.9, critical. Null: not a CA. */
export function basicConstraints(ca: { pathLength?: number } | null): Der {
  if (ca === null) return extension(ids.basicConstraints, sequence(), true);
  const pathLength = ca.pathLength === undefined ? [] : [integer(ca.pathLength)];
  return extension(ids.basicConstraints, sequence(boolean(true), ...pathLength), true);
}

/** §4.2.1.3, critical. */
export function keyUsage(...usages: readonly KeyUsage[]): Der {
  return extension(ids.keyUsage, namedBits(...usages.map((usage) => keyUsageBits[usage])), true);
}

/** §4.2.1.12 */
export function extendedKeyUsage(...usages: readonly ExtendedKeyUsage[]): Der {
  return extension(ids.extendedKeyUsage, sequence(...usages.map((usage) => extendedKeyUsages[usage])));
}

/** §4.2.1.2 */
export function subjectKeyIdentifier(keyIdentifier: Uint8Array): Der {
  return extension(ids.subjectKeyIdentifier, octetString(keyIdentifier));
}

/** §4.2.1.1, by key identifier alone. */
export function authorityKeyIdentifier(keyIdentifier: Uint8Array): Der {
  return extension(ids.authorityKeyIdentifier, sequence(contextPrimitive(0, keyIdentifier)));
}

/** §4.2.1.6, for a subject that is not empty. */
export function subjectAltName(...names: readonly Der[]): Der {
  return extension(ids.subjectAltName, sequence(...names));
}

/** §4.2.1.13: one list for all reasons, wherever it may be fetched. */
export function crlDistributionPoint(...urls: readonly string[]): Der {
  return extension(ids.crlDistributionPoints, sequence(sequence(distributionPointName(urls))));
}

/** §4.2.1.4, by object identifiers alone. */
export function certificatePolicies(...policies: readonly string[]): Der {
  return extension(ids.certificatePolicies, sequence(...policies.map((policy) => sequence(oid(policy)))));
}

const caIssuers = oid("1.3.6.1.5.5.7.48.2");
const ocsp = oid("1.3.6.1.5.5.7.48.1");

/** §4.2.2.1: where the issuer's certificate is, and who answers for the status. */
export function authorityInfoAccess(urls: { caIssuers: string; ocsp?: string }): Der {
  const responder = urls.ocsp === undefined ? [] : [sequence(ocsp, uniformResource(urls.ocsp))];
  return extension(
    ids.authorityInfoAccess,
    sequence(...responder, sequence(caIssuers, uniformResource(urls.caIssuers))),
  );
}

/** RFC 6960 §4.2.2.2.1: a responder's certificate lives so briefly that nobody asks for its own status. */
export function ocspNoCheck(): Der {
  return extension(ids.ocspNoCheck, nullValue);
}

/** §5.2.3 */
export function crlNumber(number: number | bigint): Der {
  return extension(ids.crlNumber, integer(number));
}

/** §5.2.4, critical: the number of the complete list that this one adds to. */
export function deltaCrlIndicator(base: number | bigint): Der {
  return extension(ids.deltaCrlIndicator, integer(base), true);
}

/** §5.2.6: where the newest delta of this list is. */
export function freshestCrl(url: string): Der {
  return extension(ids.freshestCrl, sequence(sequence(distributionPointName([url]))));
}

/** §5.3.1, of an entry. */
export function reasonCode(reason: number): Der {
  return extension(ids.reasonCode, enumerated(reason));
}

/** §5.2.5, critical: the list is whole for the certificates that name this address. */
export function issuingDistributionPoint(url: string): Der {
  return extension(ids.issuingDistributionPoint, sequence(distributionPointName([url])), true);
}

/** DistributionPointName, fullName, as field 0 of the structures that hold it. */
function distributionPointName(urls: readonly string[]): Der {
  return contextConstructed(0, contextConstructed(0, ...urls.map(uniformResource)));
}

/** uniformResourceIdentifier, field 6 of GeneralName (§4.2.1.6): an absolute http or ldap address in ASCII. */
function uniformResource(url: string): Der {
  if (!/^(https?|ldap):\/\/[\x21-\x7e]+$/.test(url) || !URL.canParse(url)) {
    throw new PkiError("url_malformed", `Not an address that a certificate may hold: ${url}`);
  }
  return contextPrimitive(6, Buffer.from(url, "latin1"));
}
