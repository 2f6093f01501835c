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
  /** What the certificate may name beside its subject (subjectAltName). */
  readonly mayName: readonly ("mail" | "userPrincipalName")[];
  /** How long it lasts at most, in calendar months; a few minutes more for clocks that differ. */
  readonly longestMonths?: number;
  /** Extensions by the kind of the subject's key: an elliptic key does not encipher keys (RFC 8813 §3), and Ed25519 only signs (RFC 8410 §5). */
  readonly extensions: Readonly<Record<"rsa" | "ec" | "ed25519", readonly Der[]>>;
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
  /** Longest term in calendar months (60). */
  longestMonths?: number;
};

/** Client authentication: TLS and EAP-TLS. */
export function clientAuthProfile(of: HolderProfile): Profile {
  const profile = holderProfile(of, "clientAuth", "digitalSignature");
  return { ...profile, mayName: ["mail", "userPrincipalName"] };
}

/** Signed and encrypted mail: it names the mailbox (RFC 8550 §3). To a key of Ed25519 no mail can be encrypted: it signs, and no more. */
export function smimeProfile(of: HolderProfile): Profile {
  const profile = holderProfile(of, "emailProtection", "digitalSignature", "keyAgreement");
  return { ...profile, needsMail: true, mayName: ["mail"] };
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
    mayName: [],
    longestMonths: of.longestMonths ?? 60,
    extensions: {
      rsa: [keyUsage("digitalSignature", "keyEncipherment"), ...constant],
      ec: [keyUsage(...ecUsages), ...constant],
      ed25519: [keyUsage("digitalSignature"), ...constant],
    },
  };
}

function profile({ isCa }: { isCa: boolean }, ...extensions: readonly Der[]): Profile {
  const same = { rsa: extensions, ec: extensions, ed25519: extensions };
  return { isCa, needsMail: false, mayName: [], extensions: same };
}

function published({ crlUrl, ...urls }: Publication): Der[] {
  const access = urls.ocspUrl === undefined ? {} : { ocsp: urls.ocspUrl };
  return [crlDistributionPoint(crlUrl), authorityInfoAccess({ caIssuers: urls.caIssuersUrl, ...access })];
}
