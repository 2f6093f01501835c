/** The words of the audit: what was done, on what, and as who. Each deed has its sentence in messages (`Audit.deeds`). */

export const auditDeeds = [
  "login",
  "logout",
  // An application's own: the words of server/enrollment/views.ts.
  "enrollment.requested",
  "enrollment.approved",
  "enrollment.declined",
  "enrollment.cancelled",
  "enrollment.renewal_asked",
  "enrollment.pin_issued",
  "enrollment.url_held",
  "enrollment.url_released",
  "enrollment.collected",
  "enrollment.renewed",
  "enrollment.refused",
  "enrollment.lapsed",
  "enrollment.renumbered",
  "enrollment.renewal_refused",
  "enrollment.renewal_lapsed",
  "enrollment.ticket_locked",
  "enrollment.ticket_unlocked",
  "enrollment.revocation_asked",
  "enrollment.revoked",
  "enrollment.revoked_elsewhere",
  "enrollment.revocation_refused",
  "enrollment.adopted",
  "enrollment.expired",
  "enrollment.disowned",
  // What registrars and operators did with it.
  "enrollment.seen",
  "enrollment.exported",
  "letter.sent_again",
  "job.retried",
  "job.cancelled",
  "role.given",
  "role.taken",
  "institution.changed",
  "offboarding.asked",
  "offboarding.undone",
  "offboarding.done",
  "invitation.made",
  "invitation.cancelled",
  "token.made",
  "token.ended",
  "webhook.made",
  "webhook.ended",
  "webhook.tried",
  "webhook.sent_again",
  "audit.exported",
  "audit.forgotten",
  "federation.looked",
  "upki.done",
  "ca.changed",
  "service_key.changed",
  "sealing_key.changed",
] as const;
export type AuditDeed = (typeof auditDeeds)[number];

export const auditSubjects = [
  "session",
  "enrollment",
  "letter",
  "job",
  "member",
  "institution",
  "offboarding",
  "invitation",
  "token",
  "webhook",
  "audit",
  "federation",
  "upki",
  "issuer",
  "service_key",
  "sealing_key",
] as const;
export type AuditSubject = (typeof auditSubjects)[number];

/**
 * As who it was done. `holder`: whoever came to the issuing site with ticket and PIN; `client`: a program with an institution's token;
 * `workflow`: the portal by itself; `nobody`: without a login.
 */
export const auditRoles = [
  "member",
  "registrar",
  "operator",
  "holder",
  "client",
  "command",
  "workflow",
  "nobody",
] as const;
export type AuditRole = (typeof auditRoles)[number];
