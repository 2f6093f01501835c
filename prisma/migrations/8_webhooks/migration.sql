-- AlterTable
ALTER TABLE "WebhookDelivery" DROP COLUMN "answer",
ADD COLUMN "answers" JSONB NOT NULL DEFAULT '[]';

-- DropIndex
DROP INDEX "WebhookDelivery_webhookId_createdAt_idx";

-- CreateIndex
CREATE INDEX "WebhookDelivery_webhookId_createdAt_id_idx" ON "WebhookDelivery"("webhookId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "WebhookDelivery_webhookId_status_dueAt_idx" ON "WebhookDelivery"("webhookId", "status", "dueAt");

-- A certificate that was issued, revoked or has expired becomes a delivery to each webhook that listens, in the transaction that made it so:
-- whatever changes an application, and however many at once, none is forgotten and none told twice. The event wakes who delivers.
CREATE FUNCTION portal_tell_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  what text;
  moment timestamptz := now();
  told int;
BEGIN
  IF NEW.serial IS DISTINCT FROM OLD.serial THEN
    what := 'issued';
  ELSE
    what := NEW.status::text;
    moment := CASE what WHEN 'revoked' THEN coalesce(NEW."revokedAt", moment) ELSE coalesce(NEW."notAfter", moment) END;
  END IF;
  INSERT INTO "WebhookDelivery" (id, "webhookId", key, event, payload, status, "dueAt", "createdAt")
  SELECT 'msg_' || replace(gen_random_uuid()::text, '-', ''), w.id, what || ':' || NEW.serial, 'certificate.' || what,
    jsonb_build_object('type', 'certificate.' || what, 'timestamp', portal_iso(moment), 'data', jsonb_strip_nulls(jsonb_build_object(
      'institution', i."entityId", 'application', NEW.id, 'number', NEW.number, 'eppn', m.eppn, 'kind', NEW.kind, 'serial', NEW.serial,
      'notBefore', portal_iso(NEW."notBefore"), 'notAfter', portal_iso(NEW."notAfter"), 'revokedAt', portal_iso(NEW."revokedAt"),
      'reason', (SELECT r.reason FROM "Revocation" r WHERE r."enrollmentId" = NEW.id)))),
    'waiting', now(), now()
  FROM "Webhook" w JOIN "Institution" i ON i.id = w."institutionId" JOIN "Member" m ON m.id = NEW."memberId"
  WHERE w."institutionId" = NEW."institutionId" AND w."endedAt" IS NULL AND 'certificate.' || what = ANY(w.events)
  ON CONFLICT ("webhookId", key) DO NOTHING;
  GET DIAGNOSTICS told = ROW_COUNT;
  IF told > 0 THEN
    INSERT INTO "OutboxEvent" (id, name, data) VALUES (gen_random_uuid()::text, 'webhooks/due', '{}');
  END IF;
  RETURN NULL;
END $$;

-- ISO 8601 in UTC with milliseconds, as JavaScript writes it.
CREATE FUNCTION portal_iso(timestamptz) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql AS
$$ SELECT to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

CREATE TRIGGER tell_webhooks AFTER UPDATE ON "Enrollment" FOR EACH ROW
  WHEN (NEW.serial IS NOT NULL AND (NEW.serial IS DISTINCT FROM OLD.serial
    OR (NEW.status IN ('revoked', 'expired') AND NEW.status <> OLD.status)))
  EXECUTE FUNCTION portal_tell_webhooks();
