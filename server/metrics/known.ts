/** What the database tells of the whole portal, the same whichever process is asked: the name of each figure, and what it says. */
export const known = {
  portal_applications: "Applications by kind and status, as they are now.",
  portal_certificates: "Certificates by kind: valid, revoked, expired.",
  portal_requested_total: "Applications made, by kind.",
  portal_issued_total: "Certificates downloaded, by kind: at a download a certificate is made.",
  portal_revoked_total: "Certificates revoked, by kind.",
  portal_orders_open: "Orders that have not come to an end, by status: placed, awaiting, pin_issued.",
  portal_logins_last_hour: "Logins of the last hour by outcome: succeeded, or the code of the refusal.",
  portal_mails: "Mails: waiting now; sent in the last 24 hours; failed in the last 7 days.",
  portal_mail_oldest_waiting_seconds: "How long the oldest mail that has not gone has waited.",
  portal_jobs: "Runs of the embedded engine: open now; failed, of those that are kept.",
  portal_job_overdue_seconds: "How long the run that should have been worked on first has been due.",
  portal_engine_seen_seconds: "Since when no process of the embedded engine has given a sign.",
  portal_outbox_events: "Events that have not reached the workflows.",
  portal_outbox_oldest_seconds: "How long the oldest of them has waited.",
  portal_crl_age_seconds: "Age of the revocation list in force, by issuer: the oldest of its shards.",
  portal_crl_next_update_seconds:
    "Seconds until the revocation list is out of date, by issuer; negative after that.",
  portal_federation_age_seconds: "Since when the federation's metadata in force are loaded.",
  portal_federation_valid_seconds: "Seconds until the federation's metadata are out of date.",
  portal_approvals_waiting: "Applications that wait for a registrar.",
  portal_approval_oldest_seconds: "How long the first of them has waited.",
  portal_offboardings_waiting: "Off-boardings whose time to take them back is not over.",
  portal_offboarding_overdue_seconds: "How long the first that should be done has been due.",
  portal_webhook_calls: "Calls of webhooks: waiting now; failed, of those of the last 7 days.",
  portal_webhook_oldest_waiting_seconds: "How long the oldest call that was not made has waited.",
  portal_audit_entries: "Length of the chain of the audit.",
  portal_audit_head_age_seconds: "Age of the newest signed head of the audit.",
} as const satisfies Record<`portal_${string}`, string>;
export type Known = keyof typeof known;

/** Only ever grow, whatever is shown besides. */
export const counters: readonly Known[] = [
  "portal_requested_total",
  "portal_issued_total",
  "portal_revoked_total",
];

export type Figure = { name: Known; labels: Record<string, string>; value: number };
