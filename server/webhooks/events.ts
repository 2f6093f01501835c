/** What a webhook can be told of. */
export const webhookEvents = [
  "certificate.issued",
  "certificate.revoked",
  "certificate.expired",
  "audit.head",
] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/** What is sent to try a webhook out, whatever it listens to. */
export const testEvent = "webhook.test";

/** Why an address cannot be a webhook's. */
export type AddressFault = "malformed" | "not_https" | "with_password" | "not_public";

/** What a call met: an HTTP status, or one of these. */
export type CallFault =
  | "timeout"
  | "no_such_host"
  | "not_public"
  | "tls"
  | "unreachable"
  /** The webhook was ended before the call was made. */
  | "ended";

export type Attempt = { at: string; answer: number | CallFault; took: number };
