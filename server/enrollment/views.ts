/** The shapes in which the heart shows an application; pages and procedures speak in them. */
import type { Missing } from "../assurance.ts";
import type { TicketView } from "../ports.ts";
import type { Kind } from "./kind.ts";
import type { CertificateState, Hindrance, Status } from "./lifecycle.ts";
import type { Serial } from "./written.ts";

/** A row of the dashboard. */
export type EnrollmentSummary = {
  number: number;
  kind: Kind;
  months: number;
  requestedAt: Date;
  status: Status;
  certificateState: CertificateState;
  memo: string;
  notAfter: Date | null;
  /** Null where 更新申請 may be used. */
  renewalHindrance: Hindrance | null;
  /** The newest order's sequence: a renewal form carries it, so that posted twice it renews once. */
  sequence: number;
};

export type Dashboard = {
  enrollments: readonly EnrollmentSummary[];
  /** How many more there are that are not alive, when only living ones were asked for. */
  hidden: number;
  /** What the apply form of each kind carries, so that posted twice, or from two tabs, it makes one application. */
  requestKeys: Record<Kind, string>;
  /** Months a kind may be asked for, the default first; none of a kind that the institution does not offer. */
  terms: Readonly<Record<Kind, readonly number[]>>;
  /** The addresses an S/MIME certificate may be asked for, with those already taken by a living one. */
  mails: readonly { mail: string; takenBy: number | null }[];
  clientCertificates: { living: number; limit: number };
  institution: {
    isEnabled: boolean;
    /** Kinds for which an application waits until a registrar approves it. */
    approvalFor: readonly Kind[];
    /** Its members hold as many certificates together as they may. */
    isFull: boolean;
    /** Whom to ask; empty where it names nobody. */
    contact: string;
    /** What it tells its members, as plain text; empty for nothing. */
    notice: { ja: string; en: string };
  };
  underWay: boolean;
  /** Changes when anything on the page would. */
  pulse: string;
};

/** PIN番号: not there yet, readable, there but not shown before the member has proven who they are, or gone with its download. */
export type PinView =
  | { state: "not_yet" }
  | { state: "ready"; value: string }
  | { state: "guarded"; missing: Missing }
  | { state: "gone" };

export type LetterView = {
  kind: LetterKind;
  recipient: string;
  status: "waiting" | "sent" | "failed";
  sentAt: Date | null;
};

export const letterKinds = [
  "acceptance",
  "acquisition",
  "renewal",
  "revocation",
  "locked",
  "reminder",
  "held",
  "declined",
  "cancelled",
] as const;
export type LetterKind = (typeof letterKinds)[number];

export const deeds = [
  "requested",
  "approved",
  "declined",
  "cancelled",
  "renewal_asked",
  "pin_issued",
  "url_held",
  "url_released",
  "collected",
  "renewed",
  "refused",
  "lapsed",
  "renumbered",
  "renewal_refused",
  "renewal_lapsed",
  "ticket_locked",
  "ticket_unlocked",
  "revocation_asked",
  "revoked",
  "revoked_elsewhere",
  "revocation_refused",
  "adopted",
  "expired",
  "disowned",
] as const;
/** What happened to an application: the key of its sentence in messages (`History`). */
export type Deed = (typeof deeds)[number];

export type EnrollmentDetail = EnrollmentSummary & {
  underWay: boolean;
  pin: PinView;
  /** The ticket whose PIN is shown; null when it opens nothing at the issuing site. */
  ticket: TicketView | null;
  /** 証明書取得URL: its mail waits until the member has proven who they are and asks for it. */
  urlHeld: boolean;
  /** Where mails of this application go. */
  mail: string;
  letters: readonly LetterView[];
  /** Null before the first download. */
  serial: Serial | null;
  /** `CN=…`, `OU=No 11`, … in the order of RFC 4514. */
  dn: readonly string[];
  notBefore: Date | null;
  revokedAt: Date | null;
  failure: string | null;
  /** What the CA wrote when it refused, where it did. */
  failureWords: string | null;
  /** Why a registrar declined or cancelled it, where one did. */
  turnedDownWords: string | null;
  /** Null where 失効申請 may be used. */
  revocationHindrance: Hindrance | null;
  history: readonly { at: Date; deed: Deed; detail: Readonly<Record<string, string | number>> }[];
  pulse: string;
};
