-- What the chain's end was, and the key that said so, are only ever added to. The one column named by the trigger may change: when a head
-- was sent out, and how the key is sealed (server/reseal.ts).
CREATE FUNCTION portal_append_only_but() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - TG_ARGV[0] = to_jsonb(OLD) - TG_ARGV[0] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% of "%" is refused: it is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "AuditHead" FOR EACH ROW EXECUTE FUNCTION portal_append_only_but('sentAt');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "AuditKey" FOR EACH ROW EXECUTE FUNCTION portal_append_only_but('sealedKey');
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON "AuditHead" FOR EACH STATEMENT EXECUTE FUNCTION portal_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON "AuditKey" FOR EACH STATEMENT EXECUTE FUNCTION portal_append_only();
