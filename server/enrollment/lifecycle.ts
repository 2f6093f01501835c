/** The life of an application, as a table: what is not in it cannot happen. */

export const statuses = [
  "awaiting_approval",
  "requested",
  "pin_ready",
  "active",
  "renewing",
  "renewal_pin_ready",
  "revoking",
  "revoked",
  "expired",
  "lapsed",
  "failed",
  "declined",
  "cancelled",
] as const;
export type Status = (typeof statuses)[number];

export type Happening =
  | "approved"
  | "declined"
  | "cancelled"
  | "pin_issued"
  | "collected"
  | "refused"
  | "lapsed"
  | "renewal_asked"
  | "revocation_asked"
  | "revoked"
  | "revocation_refused"
  | "term_ended";

/**
 * Where each happening leads from each status. What the CA says of a certificate is true whatever the portal believed: one that was fetched
 * although its time seemed over exists, and one that was revoked without the portal is revoked.
 */
const transitions: Record<Status, Partial<Record<Happening, Status>>> = {
  awaiting_approval: { approved: "requested", declined: "declined", cancelled: "cancelled" },
  requested: { pin_issued: "pin_ready", refused: "failed", lapsed: "lapsed", cancelled: "cancelled" },
  pin_ready: { collected: "active", lapsed: "lapsed", refused: "failed", cancelled: "cancelled" },
  active: {
    renewal_asked: "renewing",
    revocation_asked: "revoking",
    term_ended: "expired",
    collected: "active",
    revoked: "revoked",
  },
  renewing: {
    pin_issued: "renewal_pin_ready",
    refused: "active",
    lapsed: "active",
    revocation_asked: "revoking",
    revoked: "revoked",
  },
  renewal_pin_ready: {
    collected: "active",
    lapsed: "active",
    refused: "active",
    revocation_asked: "revoking",
    revoked: "revoked",
  },
  revoking: { revoked: "revoked", revocation_refused: "active", collected: "revoking" },
  revoked: {},
  expired: { collected: "active", revoked: "revoked" },
  lapsed: { collected: "active" },
  failed: { collected: "active" },
  declined: {},
  cancelled: { collected: "active" },
};

/** The status after a happening, or null where it cannot happen. */
export function next(status: Status, happening: Happening): Status | null {
  return transitions[status][happening] ?? null;
}

/** Whether the portal or the CA is at work, or the member has something to fetch: pages then look again by themselves. */
export function isUnderWay(status: Status): boolean {
  return [
    "awaiting_approval",
    "requested",
    "pin_ready",
    "renewing",
    "renewal_pin_ready",
    "revoking",
  ].includes(status);
}

/** Whether it is shown without 全ての証明書を表示, and whether it keeps others of its kind and address away. */
export function isLiving(status: Status): boolean {
  return !["revoked", "expired", "lapsed", "failed", "declined", "cancelled"].includes(status);
}

/** 証明書の状態: what is true of the certificate, whatever was asked for. */
export const certificateStates = ["none", "waiting", "valid", "revoked", "expired", "uncollected"] as const;
export type CertificateState = (typeof certificateStates)[number];

/**
 * 証明書の状態 of an application: 有効 only while a certificate exists and its term runs, 失効 only once the CA has revoked it.
 * `notAfter` is the newest certificate's, null before there is one.
 */
export function certificateState(status: Status, notAfter: Date | null, now: Date): CertificateState {
  if (status === "revoked") return "revoked";
  if (notAfter) return notAfter > now ? "valid" : "expired";
  if (status === "lapsed") return "uncollected";
  if (status === "failed" || status === "declined" || status === "cancelled") return "none";
  return "waiting";
}

/** Why a button is there but may not be used; each has its sentence in messages. */
export type Hindrance =
  | "not_collected"
  | "not_offered"
  | "renewing"
  | "revoking"
  | "revoked"
  | "expired"
  | "ended";

/** Null where renewal may be asked for. */
export function hindranceToRenewal(status: Status): Hindrance | null {
  return next(status, "renewal_asked") ? null : hindrance(status);
}

/** Null where revocation may be asked for. */
export function hindranceToRevocation(status: Status): Hindrance | null {
  return next(status, "revocation_asked") ? null : hindrance(status);
}

function hindrance(status: Status): Hindrance {
  switch (status) {
    case "awaiting_approval":
    case "requested":
    case "pin_ready":
      return "not_collected";
    case "renewing":
    case "renewal_pin_ready":
      return "renewing";
    case "revoking":
    case "revoked":
    case "expired":
      return status;
    default:
      return "ended";
  }
}
