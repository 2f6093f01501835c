/** The figures of the whole portal, asked for in one question of which every part has its index. */
import type { Database } from "../db.ts";
import type { Figure } from "./known.ts";

const day = 86_400_000;

/** Ages are of `now`; of what there is none there is no age. */
export async function figuresOf(db: Database, now: Date): Promise<Figure[]> {
  const [hourAgo, dayAgo, weekAgo] = [day / 24, day, 7 * day].map((ms) => new Date(now.getTime() - ms));
  const rows = await db.$queryRaw<Figure[]>`
    WITH tally AS (SELECT measure, CASE measure WHEN 'status' THEN of END AS of, kind, sum(delta) AS n FROM "EnrollmentTally" GROUP BY 1, 2, 3),
    figure (name, labels, value) AS (
      SELECT 'applications', jsonb_build_object('kind', kind, 'status', of), n FROM tally WHERE measure = 'status'
      UNION ALL SELECT 'certificates', jsonb_build_object('kind', kind, 'state', state), sum(n) FROM (
        SELECT kind, n, CASE WHEN of IN ('active', 'renewing', 'renewal_pin_ready', 'revoking') THEN 'valid'
          WHEN of IN ('revoked', 'expired') THEN of END AS state FROM tally WHERE measure = 'status') AS c
        WHERE state IS NOT NULL GROUP BY kind, state
      UNION ALL SELECT measure || '_total', jsonb_build_object('kind', kind), n FROM tally WHERE measure <> 'status'
      UNION ALL SELECT 'orders_open', jsonb_build_object('status', status), count(*) FROM "Order"
        WHERE status IN ('placed', 'awaiting', 'pin_issued') GROUP BY status
      UNION ALL SELECT 'logins_last_hour', jsonb_build_object('outcome', coalesce(code, 'succeeded')), count(*) FROM "LoginRecord"
        WHERE at > ${hourAgo} GROUP BY code
      UNION ALL SELECT 'mails', jsonb_build_object('state', 'waiting'), count(*) FROM "Letter" WHERE status = 'waiting'
      UNION ALL SELECT 'mails', jsonb_build_object('state', 'sent'), count(*) FROM "Letter" WHERE status = 'sent' AND "createdAt" > ${dayAgo}
      UNION ALL SELECT 'mails', jsonb_build_object('state', 'failed'), count(*) FROM "Letter" WHERE status = 'failed' AND "createdAt" > ${weekAgo}
      UNION ALL SELECT 'mail_oldest_waiting_seconds', '{}', extract(epoch FROM ${now}::timestamptz - min("createdAt")) FROM "Letter" WHERE status = 'waiting'
      UNION ALL SELECT 'jobs', jsonb_build_object('state', s), (SELECT count(*) FROM "EngineRun" WHERE status = s::"EngineRunStatus")
        FROM unnest(ARRAY['open', 'failed']) AS s
      UNION ALL SELECT 'job_overdue_seconds', '{}', greatest(extract(epoch FROM ${now}::timestamptz - min("dueAt")), 0) FROM "EngineRun" WHERE status = 'open'
      UNION ALL SELECT 'engine_seen_seconds', '{}', extract(epoch FROM ${now}::timestamptz - max("seenAt")) FROM "EngineVersion"
      UNION ALL SELECT 'outbox_events', '{}', count(*) FROM "OutboxEvent" WHERE "sentAt" IS NULL
      UNION ALL SELECT 'outbox_oldest_seconds', '{}', extract(epoch FROM ${now}::timestamptz - min("createdAt")) FROM "OutboxEvent" WHERE "sentAt" IS NULL
      UNION ALL SELECT 'crl_age_seconds', jsonb_build_object('issuer', "issuerId"), extract(epoch FROM ${now}::timestamptz - min("thisUpdate")) FROM "RevocationList" GROUP BY "issuerId"
      UNION ALL SELECT 'crl_next_update_seconds', jsonb_build_object('issuer', "issuerId"), -extract(epoch FROM ${now}::timestamptz - min("nextUpdate"))
        FROM "RevocationList" GROUP BY "issuerId"
      UNION ALL SELECT 'federation_age_seconds', '{}', extract(epoch FROM ${now}::timestamptz - "loadedAt") FROM "FederationState" WHERE id = 'current'
      UNION ALL SELECT 'federation_valid_seconds', '{}', -extract(epoch FROM ${now}::timestamptz - "validUntil") FROM "FederationState" WHERE id = 'current'
      UNION ALL SELECT 'approvals_waiting', '{}', count(*) FROM "Approval" WHERE "decidedAt" IS NULL
      UNION ALL SELECT 'approval_oldest_seconds', '{}', extract(epoch FROM ${now}::timestamptz - min("askedAt")) FROM "Approval" WHERE "decidedAt" IS NULL
      UNION ALL SELECT 'offboardings_waiting', '{}', count(*) FROM "Offboarding" WHERE status = 'waiting'
      UNION ALL SELECT 'offboarding_overdue_seconds', '{}', greatest(extract(epoch FROM ${now}::timestamptz - min("dueAt")), 0) FROM "Offboarding" WHERE status = 'waiting'
      UNION ALL SELECT 'webhook_calls', jsonb_build_object('state', 'waiting'), count(*) FROM "WebhookDelivery" WHERE status = 'waiting'
      UNION ALL SELECT 'webhook_calls', jsonb_build_object('state', 'failed'), count(*) FROM "WebhookDelivery"
        WHERE status = 'failed' AND "dueAt" > ${weekAgo}
      UNION ALL SELECT 'webhook_oldest_waiting_seconds', '{}', extract(epoch FROM ${now}::timestamptz - min("createdAt")) FROM "WebhookDelivery" WHERE status = 'waiting'
      UNION ALL SELECT 'audit_entries', '{}', coalesce(max(seq), 0) FROM "AuditLink"
      UNION ALL SELECT 'audit_head_age_seconds', '{}', extract(epoch FROM ${now}::timestamptz - max(at)) FROM "AuditHead")
    SELECT 'portal_' || name AS name, labels, value::float8 AS value FROM figure WHERE value IS NOT NULL`;
  return rows;
}
