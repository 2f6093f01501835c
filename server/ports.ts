/** What the heart needs of the world: types only. `server/wiring.ts` joins them to the real one, tests to theirs. */
import type { Actor } from "./audit/actor.ts";
import type { Database, Statements, Transaction } from "./db.ts";
import type { Kind } from "./enrollment/kind.ts";

export type Ports = {
  db: Database;
  now: () => Date;
  ca: CertificateAuthority;
  rules: CaRules;
  /** Sends what lies in the outbox. Never throws: what stays behind is sent by the sweep. */
  wakeOutbox: () => Promise<void>;
  settings: Settings;
};

export type Settings = {
  /** How many living client certificates a member may hold. */
  clientCertificateLimit: number;
};

/** What the CA wants of an application, asked before it is made: a refusal now costs a member nothing. Pure. */
export type CaRules = {
  /** Months a kind may be asked for, the default first. */
  terms: Readonly<Record<Kind, readonly number[]>>;
  /** CN of a member's client certificates by their institution's rule, or what of them cannot be written. */
  commonName(rule: CnRule, person: { displayName: string; eppn: string | null }): CommonName;
  /** What of an order the CA would refuse whatever happens; null for nothing that is known now. */
  faultOf(order: Omit<CaOrder, "id">): OrderFault | null;
};

/** What the common name of a client certificate is made of: the name, what stands before the @ of ePPN, or all of ePPN. */
export const cnRules = ["displayName", "uid", "eppn"] as const;
export type CnRule = (typeof cnRules)[number];

/** `missing`: the institution did not release it, `what` being the attribute. `not_writable`: `what` are the characters that cannot be written. */
export type CommonName = { cn: string } | { fault: "missing" | "not_writable"; what: string };

/** `field`: `CN`, `OU`, `holderMail` … ; `value`: what stands there, in the member's own words. */
export type OrderFault = { field: string; value: string };

/**
 * Whoever makes certificates. Every method may be called again with the same argument and must then do nothing new.
 * What follows from an order arrives later, as facts.
 */
export interface CertificateAuthority {
  /** Issue or renew: the PIN, the ticket and the certificate follow as facts. */
  submit(order: CaOrder): Promise<void>;
  /** Makes every certificate of these orders invalid and closes what is still open of them. */
  revoke(request: CaRevocation): Promise<void>;
  /** Ends an order whose time is over and tells `lapsed`. One that was collected stays as it is, and nothing is told. */
  close(orderId: string): Promise<void>;
  /** What the CA knows now of these orders, for facts that were lost. */
  reconcile(orderIds: readonly string[]): Promise<readonly Fact[]>;
  /** The PIN for its owner's eyes; null before it exists and after it is gone. */
  readPin(orderId: string): Promise<string | null>;
  /** Whether `readPin` would have one to show, without making it. */
  hasPin(orderId: string): Promise<boolean>;
  /** Where the order's issuing site stands; null while the CA knows no ticket of it. */
  readTicket(orderId: string): Promise<TicketView | null>;
  /** The URL for the acceptance mail, the same at every call; null when there is none (any more). */
  collectUrl(orderId: string, locale: string): Promise<string | null>;
  /** Gives a locked ticket its tries back. */
  unlock(orderId: string): Promise<void>;
}

export type CaOrder = {
  id: string;
  purpose: "issue" | "renew";
  enrollmentId: string;
  kind: Kind;
  /** Calendar months from the download. */
  months: number;
  /** RFC 4514, CN first. */
  dn: string;
  /** rfc822Name of an S/MIME certificate. */
  mail: string | null;
  /** 申請番号, and how many orders of the application came before this one, and it. */
  number: number;
  sequence: number;
  /** Whose certificate it will be, and where mail about it goes. */
  holder: { name: string; institutionId: string; affiliation: string; mail: string };
  /** Of the certificate that a renewal follows: lower-case hexadecimal. */
  replaces: string | null;
  /** Where its key may be made, not empty: what the institution allows. */
  keyOrigins: readonly KeyOrigin[];
};

/**
 * Where a key pair is made: in its holder's browser, so that nobody else ever has the private key; by the CA while it answers the
 * download; or by the holder's own means (TPM, smart card, token), who brings a certificate request (PKCS #10). Between the first and the
 * last the CA goes by what it is told: a request does not show where its key was made.
 */
export const keyOrigins = ["browser", "server", "upload"] as const;
export type KeyOrigin = (typeof keyOrigins)[number];

export type CaRevocation = { enrollmentId: string; orderIds: readonly string[]; reason: RevocationReason };

/** The reasons a member may give (RFC 5280 §5.3.1). */
export const revocationReasons = [
  "unspecified",
  "keyCompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
] as const;
export type RevocationReason = (typeof revocationReasons)[number];

export type TicketView = {
  locked: boolean;
  /** Null where the CA does not say. */
  triesLeft: number | null;
  expiresAt: Date;
  /** Whose mail holds the URL. */
  urlFrom: "portal" | "ca";
};

/** What came to be at the CA. Told in the transaction in which it came to be, or later; told twice it changes nothing. */
export type Fact =
  /** `urlMailed`: the CA has mailed the URL itself, then. */
  | { type: "pin_issued"; orderId: string; collectUntil: Date; urlMailed?: Date }
  /** Told again with other dates it puts them right. `by`: who fetched it, where several are told of together. */
  | { type: "collected"; orderId: string; serial: string; notBefore: Date; notAfter: Date; by?: Actor }
  | { type: "refused"; orderId: string; code: string; words?: string }
  /** The CA has had a certificate of this name before: the application wants another number. To be told in a transaction of its own. */
  | { type: "name_taken"; orderId: string; code: string; words?: string }
  | { type: "lapsed"; orderId: string }
  | { type: "ticket_locked"; orderId: string; at: Date }
  | { type: "revoked"; enrollmentId: string; at: Date; reason?: RevocationReason }
  | { type: "revocation_refused"; enrollmentId: string; code: string; words?: string };

/** What is taken in by statements alone: all but a name that is taken. */
export type PlainFact = Exclude<Fact, { type: "name_taken" }>;

/** How the CA tells: within its own transaction, so that neither side can know less than the other. */
export type Tell = (tx: Transaction, facts: readonly Fact[]) => Promise<void>;
/** The same of a CA that takes every name. */
export type TellPlainly = (tx: Statements, facts: readonly PlainFact[]) => Promise<void>;
