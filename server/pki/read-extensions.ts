/** What a certificate, or a request for one, says beyond name and key (RFC 5280 §4.2): read strictly, for whoever has to compare it with what was wanted. */
import { DerReader } from "./der-reader.ts";
import { PkiError } from "./errors.ts";

/** Those that a CA's certificate carries; what is absent is null or empty. */
export type ReadExtensions = {
  basicConstraints: { isCa: boolean; pathLength: number | null } | null;
  /** The numbers of the bits that are set (§4.2.1.3): 5 is keyCertSign, 6 cRLSign. */
  keyUsage: readonly number[];
  /** Object identifiers. */
  extendedKeyUsage: readonly string[];
  policies: readonly string[];
  /** Addresses of revocation lists and of the issuer's certificate. */
  crlUrls: readonly string[];
  caIssuersUrls: readonly string[];
  ocspUrls: readonly string[];
  subjectKeyIdentifier: Uint8Array | null;
  authorityKeyIdentifier: Uint8Array | null;
  /** Object identifiers of what is critical and not among these. */
  otherCritical: readonly string[];
};

type Found = { -readonly [Key in keyof ReadExtensions]: ReadExtensions[Key] };

/** Far more than any CA's certificate has. */
const most = 32;

const none = (): Found => ({
  basicConstraints: null,
  keyUsage: [],
  extendedKeyUsage: [],
  policies: [],
  crlUrls: [],
  caIssuersUrls: [],
  ocspUrls: [],
  subjectKeyIdentifier: null,
  authorityKeyIdentifier: null,
  otherCritical: [],
});

/** How each is read into what was found. */
const readers: Record<string, (value: DerReader, found: Found) => void> = {
  "2.5.29.14": (value, found) => {
    found.subjectKeyIdentifier = value.octetString();
  },
  "2.5.29.15": (value, found) => {
    found.keyUsage = bitsOf(value.primitive(0x03));
  },
  "2.5.29.19": (value, found) => {
    const content = value.sequence();
    const isCa = content.next === 0x01 && content.boolean();
    found.basicConstraints = { isCa, pathLength: content.next === 0x02 ? content.number() : null };
    content.end();
  },
  "2.5.29.31": (value, found) => {
    found.crlUrls = listOf(value.sequence(), (points) => {
      const point = points.sequence();
      const urls = point.optional(0xa0)?.optional(0xa0);
      point.rest();
      return urls ? listOf(urls, generalName) : [];
    }).flat();
  },
  "2.5.29.32": (value, found) => {
    found.policies = listOf(value.sequence(), (policies) => {
      const policy = policies.sequence();
      const id = policy.oid();
      policy.rest();
      return id;
    });
  },
  "2.5.29.35": (value, found) => {
    const content = value.sequence();
    found.authorityKeyIdentifier = content.optionalPrimitive(0x80);
    content.rest();
  },
  "2.5.29.37": (value, found) => {
    found.extendedKeyUsage = listOf(value.sequence(), (usages) => usages.oid());
  },
  "1.3.6.1.5.5.7.1.1": (value, found) => {
    const accesses = listOf(value.sequence(), (list) => {
      const access = list.sequence();
      return { method: access.oid(), url: generalName(access) };
    });
    const of = (method: string) =>
      accesses.filter((access) => access.method === method).map(({ url }) => url);
    found.ocspUrls = of("1.3.6.1.5.5.7.48.1");
    found.caIssuersUrls = of("1.3.6.1.5.5.7.48.2");
  },
};

/**
 * @param extensions a cursor before the SEQUENCE OF Extension
 * @throws PkiError `der_malformed`, also for an extension that is there twice
 */
export function readExtensions(extensions: DerReader): ReadExtensions {
  const found = none();
  const seen = new Set<string>();
  const otherCritical: string[] = [];
  const list = extensions.sequence();
  while (!list.atEnd) {
    const extension = list.sequence();
    const id = extension.oid();
    const critical = extension.next === 0x01 && extension.boolean();
    const octets = extension.octetString();
    extension.end();
    if (seen.has(id) || seen.size === most) throw malformed("An extension is there twice, or too many are.");
    seen.add(id);
    const read = readers[id];
    if (read) {
      const value = DerReader.of(octets);
      read(value, found);
      value.end();
    } else if (critical) otherCritical.push(id);
  }
  return { ...found, otherCritical };
}

export type CertificateParts = {
  /** Names as they are encoded, so that one can be compared with another octet by octet. */
  subject: Uint8Array;
  issuer: Uint8Array;
  extensions: ReadExtensions;
};

/**
 * Names and extensions of a certificate in DER. Its signature is for the caller to verify.
 * @throws PkiError `der_malformed`, `der_too_large`
 */
export function readParts(certificate: Uint8Array): CertificateParts {
  const tbs = DerReader.of(certificate, { size: 1 << 16 })
    .sequence()
    .sequence();
  tbs.optional(0xa0);
  tbs.integer();
  tbs.sequence();
  const issuer = tbs.element();
  tbs.sequence();
  const subject = tbs.element();
  tbs.sequence();
  tbs.optionalPrimitive(0x81);
  tbs.optionalPrimitive(0x82);
  const explicit = tbs.optional(0xa3);
  tbs.end();
  return { issuer, subject, extensions: explicit ? readExtensions(explicit) : none() };
}

function listOf<Item>(list: DerReader, read: (list: DerReader) => Item): Item[] {
  const items: Item[] = [];
  while (!list.atEnd) items.push(read(list));
  return items;
}

/** An address; what is another kind of GeneralName is the empty one. */
function generalName(list: DerReader): string {
  const url = list.optionalPrimitive(0x86);
  if (url) return Buffer.from(url).toString("latin1");
  list.element();
  return "";
}

function bitsOf(content: Uint8Array): number[] {
  const [unused = 8, ...octets] = content;
  if (unused > 7 || octets.length > 2) throw malformed("Not a list of key usages.");
  return octets.flatMap((octet, at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => octet & (0x80 >> bit)).map((bit) => at * 8 + bit),
  );
}

function malformed(message: string): PkiError {
  return new PkiError("der_malformed", message);
}
