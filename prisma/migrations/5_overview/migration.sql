-- DropIndex
DROP INDEX "Enrollment_status_notAfter_idx";

-- DropIndex
DROP INDEX "EnrollmentTally_institutionId_measure_of_kind_idx";

-- CreateTable
CREATE TABLE "EnrollmentWords" (
    "enrollmentId" TEXT NOT NULL,
    "words" tsvector NOT NULL,

    CONSTRAINT "EnrollmentWords_pkey" PRIMARY KEY ("enrollmentId")
);

-- CreateIndex
CREATE INDEX "EnrollmentWords_words_idx" ON "EnrollmentWords" USING GIN ("words");

-- CreateIndex
CREATE INDEX "Enrollment_status_notAfter_kind_institutionId_idx" ON "Enrollment"("status", "notAfter", "kind", "institutionId");

-- CreateIndex
CREATE INDEX "Enrollment_number_requestedAt_id_idx" ON "Enrollment"("number", "requestedAt", "id");

-- CreateIndex
CREATE INDEX "Enrollment_formerNumber_idx" ON "Enrollment"("formerNumber");

-- CreateIndex
CREATE INDEX "EnrollmentTally_measure_of_institutionId_kind_delta_idx" ON "EnrollmentTally"("measure", "of", "institutionId", "kind", "delta");

-- AddForeignKey
ALTER TABLE "EnrollmentWords" ADD CONSTRAINT "EnrollmentWords_enrollmentId_fkey" FOREIGN KEY ("enrollmentId") REFERENCES "Enrollment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- ─── what applications are found by ───

-- NFKC, ASCII letters small: server/admin/found-by.ts folds what is typed in the same way. Not by the database's locale, which may know no letters
-- but ASCII's, and of the embedded one does not.
CREATE FUNCTION portal_folded(text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql AS
$$ SELECT lower(normalize($1, NFKC) COLLATE "C") $$;

-- The words of a name, of its addresses and of its member. Japanese is written without spaces: of a word that is not ASCII every ending is
-- a word, so that each part of it is the beginning of one.
CREATE FUNCTION portal_words(dn text, names text[], addresses text[]) RETURNS tsvector IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
DECLARE
  values_of_dn text := portal_folded(regexp_replace(dn, '(^|[,+])[A-Za-z0-9.]+=', ' ', 'g'));
  text text := values_of_dn;
  words text[] := '{}';
  whole text;
  word text;
BEGIN
  FOREACH whole IN ARRAY array_remove(names, NULL) LOOP
    -- No word is longer than a tsvector takes, whatever an institution calls its people.
    whole := left(portal_folded(whole), 400);
    text := text || ' ' || whole;
    IF octet_length(whole) > length(whole) THEN text := text || ' ' || replace(whole, ' ', ''); END IF;
  END LOOP;
  FOREACH whole IN ARRAY array_remove(addresses, NULL) LOOP
    whole := left(portal_folded(whole), 400);
    text := text || ' ' || split_part(whole, '@', 1);
    words := words || whole || split_part(whole, '@', 1) || split_part(whole, '@', 2);
  END LOOP;
  words := words || string_to_array(translate(text, $punctuation$!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~、。・$punctuation$, repeat(' ', 35)), ' ');
  IF octet_length(text) > length(text) THEN
    FOREACH word IN ARRAY words LOOP
      CONTINUE WHEN octet_length(word) = length(word);
      FOR beginning IN 2 .. least(length(word), 40) LOOP words := words || substr(word, beginning); END LOOP;
    END LOOP;
  END IF;
  RETURN array_to_tsvector(array_remove(words, ''));
END $$;

CREATE FUNCTION portal_words_of(text, text, text) RETURNS tsvector STABLE LANGUAGE sql AS $$
  SELECT portal_words($1, ARRAY[m."displayName", m."displayNameJa"], m.mails || m.eppn || $2) FROM "Member" m WHERE m.id = $3
$$;

CREATE FUNCTION portal_find_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'Member' THEN
    UPDATE "EnrollmentWords" w SET words = portal_words_of(e.dn, e.mail, e."memberId")
    FROM "Enrollment" e WHERE e."memberId" = NEW.id AND w."enrollmentId" = e.id;
  ELSE
    UPDATE "EnrollmentWords" SET words = portal_words_of(NEW.dn, NEW.mail, NEW."memberId") WHERE "enrollmentId" = NEW.id;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER find_again AFTER UPDATE OF dn, mail ON "Enrollment" FOR EACH ROW
  WHEN ((OLD.dn, OLD.mail) IS DISTINCT FROM (NEW.dn, NEW.mail)) EXECUTE FUNCTION portal_find_again();

CREATE TRIGGER find_again AFTER UPDATE OF "displayName", "displayNameJa", mails, eppn ON "Member" FOR EACH ROW
  WHEN ((OLD."displayName", OLD."displayNameJa", OLD.mails, OLD.eppn) IS DISTINCT FROM (NEW."displayName", NEW."displayNameJa", NEW.mails, NEW.eppn))
  EXECUTE FUNCTION portal_find_again();

-- ─── what the overview adds up ───

CREATE FUNCTION portal_month(timestamptz) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql AS
$$ SELECT to_char($1 AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM') $$;

-- What one statement makes of the counts is one statement more; where it changes none, no row is written.
CREATE FUNCTION portal_tally_enrollments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "EnrollmentTally" ("institutionId", kind, measure, of, delta)
    SELECT "institutionId", kind, measure, of, count(*) FROM came,
      LATERAL (VALUES ('status', status::text), ('requested', portal_month("requestedAt")), ('revoked', portal_month("revokedAt"))) AS m (measure, of)
    WHERE of IS NOT NULL GROUP BY 1, 2, 3, 4;
    INSERT INTO "EnrollmentWords" ("enrollmentId", words) SELECT id, portal_words_of(dn, mail, "memberId") FROM came;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "EnrollmentTally" ("institutionId", kind, measure, of, delta)
    SELECT "institutionId", kind, measure, of, -count(*) FROM gone,
      LATERAL (VALUES ('status', status::text), ('requested', portal_month("requestedAt")), ('revoked', portal_month("revokedAt"))) AS m (measure, of)
    WHERE of IS NOT NULL GROUP BY 1, 2, 3, 4;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "EnrollmentTally" ("institutionId", kind, measure, of, delta)
    SELECT "institutionId", kind, measure, of, sum(delta) FROM (
      SELECT "institutionId", kind, status, "requestedAt", "revokedAt", -1 AS delta FROM gone
      UNION ALL SELECT "institutionId", kind, status, "requestedAt", "revokedAt", 1 FROM came
    ) AS changed,
      LATERAL (VALUES ('status', status::text), ('requested', portal_month("requestedAt")), ('revoked', portal_month("revokedAt"))) AS m (measure, of)
    WHERE of IS NOT NULL GROUP BY 1, 2, 3, 4 HAVING sum(delta) <> 0;
  ELSE
    DELETE FROM "EnrollmentTally";
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER tally_came AFTER INSERT ON "Enrollment" REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION portal_tally_enrollments();
CREATE TRIGGER tally_changed AFTER UPDATE ON "Enrollment" REFERENCING OLD TABLE AS gone NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION portal_tally_enrollments();
CREATE TRIGGER tally_gone AFTER DELETE ON "Enrollment" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION portal_tally_enrollments();
CREATE TRIGGER tally_emptied AFTER TRUNCATE ON "Enrollment"
  FOR EACH STATEMENT EXECUTE FUNCTION portal_tally_enrollments();

-- 発行: a certificate was collected, of a first order or of a renewal.
CREATE FUNCTION portal_tally_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "EnrollmentTally" ("institutionId", kind, measure, of, delta)
    SELECT e."institutionId", e.kind, 'issued', portal_month(o."collectedAt"), count(*)
    FROM came o JOIN "Enrollment" e ON e.id = o."enrollmentId" WHERE o."collectedAt" IS NOT NULL GROUP BY 1, 2, 4;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "EnrollmentTally" ("institutionId", kind, measure, of, delta)
    SELECT e."institutionId", e.kind, 'issued', portal_month(o."collectedAt"), -count(*)
    FROM gone o JOIN "Enrollment" e ON e.id = o."enrollmentId" WHERE o."collectedAt" IS NOT NULL GROUP BY 1, 2, 4;
  ELSE
    INSERT INTO "EnrollmentTally" ("institutionId", kind, measure, of, delta)
    SELECT e."institutionId", e.kind, 'issued', portal_month(o."collectedAt"), sum(o.delta) FROM (
      SELECT "enrollmentId", "collectedAt", -1 AS delta FROM gone WHERE "collectedAt" IS NOT NULL
      UNION ALL SELECT "enrollmentId", "collectedAt", 1 FROM came WHERE "collectedAt" IS NOT NULL
    ) AS o JOIN "Enrollment" e ON e.id = o."enrollmentId" GROUP BY 1, 2, 4 HAVING sum(o.delta) <> 0;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER tally_came AFTER INSERT ON "Order" REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION portal_tally_orders();
CREATE TRIGGER tally_changed AFTER UPDATE ON "Order" REFERENCING OLD TABLE AS gone NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION portal_tally_orders();
CREATE TRIGGER tally_gone AFTER DELETE ON "Order" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION portal_tally_orders();

-- ─── what is there already ───

INSERT INTO "EnrollmentWords" ("enrollmentId", words) SELECT id, portal_words_of(dn, mail, "memberId") FROM "Enrollment";

INSERT INTO "EnrollmentTally" ("institutionId", kind, measure, of, delta)
SELECT "institutionId", kind, measure, of, count(*) FROM "Enrollment",
  LATERAL (VALUES ('status', status::text), ('requested', portal_month("requestedAt")), ('revoked', portal_month("revokedAt"))) AS m (measure, of)
WHERE of IS NOT NULL GROUP BY 1, 2, 3, 4
UNION ALL
SELECT e."institutionId", e.kind, 'issued', portal_month(o."collectedAt"), count(*)
FROM "Order" o JOIN "Enrollment" e ON e.id = o."enrollmentId" WHERE o."collectedAt" IS NOT NULL GROUP BY 1, 2, 4;
