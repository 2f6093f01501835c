-- Most institutions have none: to see that takes less than half of what it takes to write nothing for them.
CREATE OR REPLACE FUNCTION portal_tell_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  what text;
  moment timestamptz := now();
  told int;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM "Webhook" WHERE "institutionId" = NEW."institutionId" AND "endedAt" IS NULL) THEN
    RETURN NULL;
  END IF;
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
