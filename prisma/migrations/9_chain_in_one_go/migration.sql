-- The end of the chain is read once a transaction, however many entries it has: whoever has settled one holds the lock until it is over, so
-- that nobody else adds any. What is remembered goes with the transaction, and with a savepoint that is rolled back.
CREATE OR REPLACE FUNCTION portal_chain_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  remembered text := current_setting('portal.audit_end', true);
  last_seq bigint;
  last_hash bytea;
  own bytea := sha256(convert_to(NEW.canonical, 'UTF8'));
BEGIN
  IF remembered <> '' THEN
    last_seq := split_part(remembered, ' ', 1);
    last_hash := decode(split_part(remembered, ' ', 2), 'hex');
  ELSE
    PERFORM pg_advisory_xact_lock(hashtext('portal.audit'));
    SELECT seq, hash INTO last_seq, last_hash FROM "AuditLink" ORDER BY seq DESC LIMIT 1;
  END IF;
  last_seq := coalesce(last_seq, 0) + 1;
  last_hash := sha256(coalesce(last_hash, decode(repeat('00', 32), 'hex')) || own);
  INSERT INTO "AuditLink" (seq, "entryId", digest, hash) VALUES (last_seq, NEW.id, own, last_hash);
  PERFORM set_config('portal.audit_end', last_seq || ' ' || encode(last_hash, 'hex'), true);
  RETURN NULL;
END $$;

-- A plan is kept, and one that was made while there were few entries would read them all.
ALTER FUNCTION portal_chain_audit() SET enable_seqscan = off;
