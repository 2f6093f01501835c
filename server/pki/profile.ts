/** What each kind of certificate says about itself and its issuer; terms and names come with the certificate. */
import type { Der } from "./der.ts";
import {
  anyPolicy,
  authorityInfoAccess,
  basicConstraints,
  certificatePolicies,
  crlDistributionPoint,
  type ExtendedKeyUsage,
  extendedKeyUsage,
  type KeyUsage,
  keyUsage,
  ocspNoCheck,
} from "./extension.ts";

/** A kind of certificate. Its extensions that never change are encoded once, when the profile is made. */
export type Profile = {
  readonly isCa: boolean;
  /** Whether the certificate must name a mailbox. */
  readonly needsMail: boolean;
  /** Extensions by the kind of the subject's key: an elliptic key does not encipher keys (RFC 8813 §3). */
  readonly extensions: { readonly rsa: readonly Der[]; readonly ec: readonly Der[] };
};

/** Where others find what the issuer publishes, `http:` so that no certificate is needed to check one (RFC 5280 §8). */
export type Publication = {
  /** The issuer's certificate in DER (authorityInfoAccess, caIssuers). */
  caIssuersUrl: string;
  /** The issuer's revocation list in DER. */
  crlUrl: string;
  ocspUrl?: string;
};

const caUsage = keyUsage("keyCertSign", "cRLSign");

/** A root: it signs issuing CAs and their revocation list. */
export const rootProfile: Profile = profile({ isCa: true }, basicConstraints({}), caUsage);

/** An issuing CA for the purposes given and no others, with no CA below it. `publication` is its issuer's, the root's. */
export function issuingCaProfile(of: {
  extendedKeyUsage: readonly ExtendedKeyUsage[];
  publication: Publication;
}): Profile {
  return profile(
    { isCa: true },
    basicConstraints({ pathLength: 0 }),
    caUsage,
    extendedKeyUsage(...of.extendedKeyUsage),
    certificatePolicies(anyPolicy),
    ...published(of.publication),
  );
}

/** Who answers for an issuer's certificates by OCSP, for days rather than years: signed by that issuer itself (RFC 6960 §4.2.2.2). */
export const responderProfile: Profile = profile(
  { isCa: false },
  basicConstraints(null),
  keyUsage("digitalSignature"),
  extendedKeyUsage("OCSPSigning"),
  ocspNoCheck(),
);

type HolderProfile = {
  publication: Publication;
  /** Object identifier of the policy under which it is issued. */
  policy: string;
};

/** Client authentication: TLS and EAP-TLS. */
export function clientAuthProfile(of: HolderProfile): Profile {
  return holderProfile(of, "clientAuth", "digitalSignature");
}

/** Signed and encrypted mail: it names the mailbox (RFC 8550 §3). */
export function smimeProfile(of: HolderProfile): Profile {
  return { ...holderProfile(of, "emailProtection", "digitalSignature", "keyAgreement"), needsMail: true };
}

function holderProfile(
  of: HolderProfile,
  purpose: ExtendedKeyUsage,
  ...ecUsages: readonly KeyUsage[]
): Profile {
  const constant = [
    basicConstraints(null),
    extendedKeyUsage(purpose),
    certificatePolicies(of.policy),
    ...published(of.publication),
  ];
  return {
    isCa: false,
    needsMail: false,
    extensions: {
      rsa: [keyUsage("digitalSignature", "keyEncipherment"), ...constant],
      ec: [keyUsage(...ecUsages), ...constant],
    },
  };
}

function profile({ isCa }: { isCa: boolean }, ...extensions: readonly Der[]): Profile {
  return { isCa, needsMail: false, extensions: { rsa: extensions, ec: extensions } };
}

function published({ crlUrl, ...urls }: Publication): Der[] {
  const access = urls.ocspUrl === undefined ? {} : { ocsp: urls.ocspUrl };
  return [crlDistributionPoint(crlUrl), authorityInfoAccess({ caIssuers: urls.caIssuersUrl, ...access })];
}
