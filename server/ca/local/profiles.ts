/** What the local CA's certificates say, and for how long. */
import type { Kind } from "../../enrollment/kind.ts";
import { drafting, type Issuer, type Subject } from "../../pki/certificate.ts";
import { PkiError } from "../../pki/errors.ts";
import { parseName } from "../../pki/name.ts";
import { clientAuthProfile, type Publication, smimeProfile } from "../../pki/profile.ts";
import { newSerial } from "../../pki/serial.ts";
import type { Signer } from "../../pki/signer.ts";
import { addCalendarMonths, wholeSeconds } from "../../pki/validity.ts";

export type Authority = {
  /** Begins the common names of the CAs; with what follows they may have 64 characters. */
  system: string;
  organization: string;
  country: string;
  /** Object identifiers of the policies under which certificates are issued. */
  policies: Record<Kind, string>;
};

/** The CA of one organisation; the policies of its kinds lie below one object identifier. */
export function authorityOf({
  organization,
  policyOid,
}: {
  organization: string;
  policyOid: string;
}): Authority {
  return {
    system: "Client Certificate Enrollment System",
    organization,
    country: "JP",
    policies: { client: `${policyOid}.1`, smime: `${policyOid}.2` },
  };
}

/** 2.999 is the arc for examples (ITU-T X.660): whoever issues in earnest has a policy of their own. */
export const exampleAuthority = authorityOf({
  organization: "Client Certificate Portal",
  policyOid: "2.999.1",
});

/** Where an issuer's certificate, list and OCSP responder are; the same for what it signs all its life, so it follows the public address. */
export function publicationOf(publicUrl: string, issuerId: string, shard: number): Publication {
  return {
    caIssuersUrl: repositoryAddress(publicUrl, `${issuerId}.cer`),
    crlUrl: repositoryAddress(publicUrl, crlName(issuerId, shard)),
    ocspUrl: `${publicUrl}/ocsp`,
  };
}

/** A file of the repository, as certificates and lists name it. */
export function repositoryAddress(publicUrl: string, name: string): string {
  return `${publicUrl}/pki/${name}`;
}

/**
 * Where certificates say that `/pki` and `/ocsp` are: a host of its own, or the portal's. Without TLS: what is fetched is signed, and nobody
 * can check a certificate who needs it to be checked before (RFC 5280 §8). nginx and FreeRADIUS ask no OCSP responder at an https address.
 */
export function publicUrlOf({
  BASE_URL,
  PKI_URL,
}: {
  BASE_URL: string;
  PKI_URL?: string | undefined;
}): string {
  if (PKI_URL !== undefined) return PKI_URL;
  const { protocol, hostname } = new URL(BASE_URL);
  return protocol === "https:" ? `http://${hostname}` : BASE_URL;
}

/** The name of a revocation list in the repository: the complete one is shard 0. */
export function crlName(issuerId: string, shard: number): string {
  return shard === 0 ? `${issuerId}.crl` : `${issuerId}.${shard}.crl`;
}

/** The name of the delta upon it. */
export function deltaName(issuerId: string, shard: number): string {
  return crlName(issuerId, shard).replace(/crl$/, "delta.crl");
}

/** What an order says about its certificate. */
export type Wanted = { dn: string; mail: string | null; months: number };

export type Subjects = {
  /** What it returns signs. @throws PkiError where `whyNot` has a reason */
  draft: (subject: Subject) => () => Promise<Uint8Array>;
  /** The code of what forbids a certificate for this order, or null. Signs nothing. */
  whyNot: (wanted: Wanted, now: Date) => string | null;
};

export function certifier(
  kind: Kind,
  issuer: Issuer & { signer: Signer },
  publication: Publication,
  { policies }: Authority,
): Subjects {
  const profile = (kind === "client" ? clientAuthProfile : smimeProfile)({
    publication,
    policy: policies[kind],
  });
  const draft = drafting(profile, issuer, issuer.signer);
  const { publicKey } = issuer.signer;
  return {
    draft,
    whyNot: (wanted, now) => {
      try {
        // The whole certificate is written, and not signed: no rule can be forgotten here.
        draft({ ...subjectOf(wanted, now), publicKey, serial: newSerial() });
        return null;
      } catch (error) {
        if (error instanceof PkiError) return error.code;
        throw error;
      }
    },
  };
}

/** Clocks differ: a certificate begins five minutes before its download, so that a server a little behind takes it at once. */
const skew = 5 * 60 * 1000;

/** Months count from the download. @throws PkiError `name_malformed` */
export function subjectOf({ dn, mail, months }: Wanted, now: Date): Omit<Subject, "publicKey" | "serial"> {
  return {
    subject: parseName(dn),
    notBefore: wholeSeconds(new Date(now.getTime() - skew)),
    notAfter: wholeSeconds(addCalendarMonths(now, months)),
    ...(mail !== null && { mail }),
  };
}
