-- CreateEnum
CREATE TYPE "RoleSource" AS ENUM ('given', 'stated');

-- CreateEnum
CREATE TYPE "OffboardingSource" AS ENUM ('list', 'affiliation', 'api');

-- CreateEnum
CREATE TYPE "OffboardingStatus" AS ENUM ('waiting', 'undone', 'done');

-- CreateEnum
CREATE TYPE "InvitationStatus" AS ENUM ('waiting', 'made', 'refused', 'cancelled');

-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "Status" ADD VALUE 'awaiting_approval';
ALTER TYPE "Status" ADD VALUE 'declined';
ALTER TYPE "Status" ADD VALUE 'cancelled';

-- AlterEnum
ALTER TYPE "OrderStatus" ADD VALUE 'awaiting';

-- AlterTable
ALTER TABLE "Institution" ADD COLUMN     "aal2ForAdmin" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "affiliations" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "approvalFor" "Kind"[] DEFAULT ARRAY[]::"Kind"[],
ADD COLUMN     "clientTerms" INTEGER[] DEFAULT ARRAY[]::INTEGER[],
ADD COLUMN     "contact" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "institutionLimit" INTEGER,
ADD COLUMN     "isEnabled" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "kinds" "Kind"[] DEFAULT ARRAY['client', 'smime']::"Kind"[],
ADD COLUMN     "memberLimit" INTEGER,
ADD COLUMN     "noticeEn" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "noticeJa" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "revokeOnDisown" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "roleGrants" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "smimeTerms" INTEGER[] DEFAULT ARRAY[]::INTEGER[],
ADD COLUMN     "undoHours" INTEGER NOT NULL DEFAULT 24,
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "Role" ADD COLUMN     "source" "RoleSource" NOT NULL DEFAULT 'given';

-- AlterTable
ALTER TABLE "Enrollment" ADD COLUMN     "institutionId" TEXT NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "Revocation" ADD COLUMN     "by" TEXT,
ADD COLUMN     "words" TEXT;

-- AlterTable
ALTER TABLE "Letter" ADD COLUMN     "again" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "InstitutionVersion" (
    "institutionId" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "settings" JSONB NOT NULL,
    "by" TEXT,
    "reason" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "InstitutionVersion_pkey" PRIMARY KEY ("institutionId","version")
);

-- CreateTable
CREATE TABLE "EnrollmentTally" (
    "id" BIGSERIAL NOT NULL,
    "institutionId" TEXT NOT NULL,
    "kind" "Kind" NOT NULL,
    "measure" TEXT NOT NULL,
    "of" TEXT NOT NULL,
    "delta" INTEGER NOT NULL,

    CONSTRAINT "EnrollmentTally_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Approval" (
    "enrollmentId" TEXT NOT NULL,
    "askedAt" TIMESTAMPTZ(3) NOT NULL,
    "remindedAt" TIMESTAMPTZ(3),
    "decidedAt" TIMESTAMPTZ(3),
    "approved" BOOLEAN,
    "by" TEXT,
    "reason" TEXT,

    CONSTRAINT "Approval_pkey" PRIMARY KEY ("enrollmentId")
);

-- CreateTable
CREATE TABLE "Offboarding" (
    "id" TEXT NOT NULL,
    "institutionId" TEXT NOT NULL,
    "source" "OffboardingSource" NOT NULL,
    "by" TEXT,
    "reason" TEXT NOT NULL,
    "requestKey" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "status" "OffboardingStatus" NOT NULL DEFAULT 'waiting',
    "endedAt" TIMESTAMPTZ(3),
    "undoneBy" TEXT,

    CONSTRAINT "Offboarding_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OffboardingPerson" (
    "offboardingId" TEXT NOT NULL,
    "line" INTEGER NOT NULL,
    "asked" TEXT NOT NULL,
    "memberId" TEXT,
    "ended" INTEGER[] DEFAULT ARRAY[]::INTEGER[],
    "failed" INTEGER[] DEFAULT ARRAY[]::INTEGER[],

    CONSTRAINT "OffboardingPerson_pkey" PRIMARY KEY ("offboardingId","line")
);

-- CreateTable
CREATE TABLE "ApiToken" (
    "id" TEXT NOT NULL,
    "institutionId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3),
    "lastUsedAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ApiToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Invitation" (
    "id" TEXT NOT NULL,
    "institutionId" TEXT NOT NULL,
    "batch" TEXT NOT NULL,
    "line" INTEGER NOT NULL,
    "eppn" TEXT NOT NULL,
    "kind" "Kind" NOT NULL,
    "months" INTEGER NOT NULL,
    "status" "InvitationStatus" NOT NULL DEFAULT 'waiting',
    "problem" TEXT,
    "enrollmentId" TEXT,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "settledAt" TIMESTAMPTZ(3),

    CONSTRAINT "Invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Webhook" (
    "id" TEXT NOT NULL,
    "institutionId" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "sealedSecret" BYTEA NOT NULL,
    "events" TEXT[],
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Webhook_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WebhookDelivery" (
    "id" TEXT NOT NULL,
    "webhookId" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "status" "LetterStatus" NOT NULL DEFAULT 'waiting',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "answer" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "sentAt" TIMESTAMPTZ(3),

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuditEntry" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "deed" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "actorId" TEXT,
    "institutionId" TEXT,
    "memberId" TEXT,
    "subject" TEXT NOT NULL,
    "subjectId" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "reason" TEXT,
    "from" TEXT,
    "reference" TEXT,
    "canonical" TEXT NOT NULL,

    CONSTRAINT "AuditEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuditLink" (
    "seq" BIGINT NOT NULL,
    "entryId" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "AuditLink_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "AuditHead" (
    "seq" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "keyId" TEXT NOT NULL,
    "signature" BYTEA NOT NULL,
    "sentAt" TIMESTAMPTZ(3),

    CONSTRAINT "AuditHead_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "AuditKey" (
    "id" TEXT NOT NULL,
    "publicKey" BYTEA NOT NULL,
    "sealedKey" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "AuditKey_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "EnrollmentTally_institutionId_measure_of_kind_idx" ON "EnrollmentTally"("institutionId", "measure", "of", "kind");

-- CreateIndex
CREATE INDEX "Approval_decidedAt_askedAt_idx" ON "Approval"("decidedAt", "askedAt");

-- CreateIndex
CREATE INDEX "Offboarding_status_dueAt_idx" ON "Offboarding"("status", "dueAt");

-- CreateIndex
CREATE INDEX "Offboarding_institutionId_createdAt_idx" ON "Offboarding"("institutionId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Offboarding_institutionId_requestKey_key" ON "Offboarding"("institutionId", "requestKey");

-- CreateIndex
CREATE INDEX "OffboardingPerson_memberId_idx" ON "OffboardingPerson"("memberId");

-- CreateIndex
CREATE UNIQUE INDEX "ApiToken_hash_key" ON "ApiToken"("hash");

-- CreateIndex
CREATE INDEX "ApiToken_institutionId_idx" ON "ApiToken"("institutionId");

-- CreateIndex
CREATE INDEX "Invitation_institutionId_eppn_status_idx" ON "Invitation"("institutionId", "eppn", "status");

-- CreateIndex
CREATE INDEX "Invitation_institutionId_createdAt_idx" ON "Invitation"("institutionId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Invitation_institutionId_batch_line_key" ON "Invitation"("institutionId", "batch", "line");

-- CreateIndex
CREATE INDEX "Webhook_institutionId_idx" ON "Webhook"("institutionId");

-- CreateIndex
CREATE INDEX "WebhookDelivery_status_dueAt_idx" ON "WebhookDelivery"("status", "dueAt");

-- CreateIndex
CREATE INDEX "WebhookDelivery_webhookId_createdAt_idx" ON "WebhookDelivery"("webhookId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookDelivery_webhookId_key_key" ON "WebhookDelivery"("webhookId", "key");

-- CreateIndex
CREATE INDEX "AuditEntry_institutionId_at_id_idx" ON "AuditEntry"("institutionId", "at", "id");

-- CreateIndex
CREATE INDEX "AuditEntry_memberId_at_id_idx" ON "AuditEntry"("memberId", "at", "id");

-- CreateIndex
CREATE INDEX "AuditEntry_subject_subjectId_at_idx" ON "AuditEntry"("subject", "subjectId", "at");

-- CreateIndex
CREATE INDEX "AuditEntry_at_id_idx" ON "AuditEntry"("at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "AuditLink_entryId_key" ON "AuditLink"("entryId");

-- CreateIndex
CREATE INDEX "Role_institutionId_idx" ON "Role"("institutionId");

-- CreateIndex
CREATE INDEX "Enrollment_institutionId_requestedAt_id_idx" ON "Enrollment"("institutionId", "requestedAt", "id");

-- CreateIndex
CREATE INDEX "Enrollment_requestedAt_id_idx" ON "Enrollment"("requestedAt", "id");

-- CreateIndex
CREATE INDEX "Enrollment_serial_idx" ON "Enrollment"("serial");

-- CreateIndex
CREATE INDEX "Letter_status_createdAt_idx" ON "Letter"("status", "createdAt");

-- AddForeignKey
ALTER TABLE "InstitutionVersion" ADD CONSTRAINT "InstitutionVersion_institutionId_fkey" FOREIGN KEY ("institutionId") REFERENCES "Institution"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OffboardingPerson" ADD CONSTRAINT "OffboardingPerson_offboardingId_fkey" FOREIGN KEY ("offboardingId") REFERENCES "Offboarding"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookDelivery" ADD CONSTRAINT "WebhookDelivery_webhookId_fkey" FOREIGN KEY ("webhookId") REFERENCES "Webhook"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- An application belongs to its member's institution, which never changes.
UPDATE "Enrollment" e SET "institutionId" = m."institutionId" FROM "Member" m WHERE m.id = e."memberId";

CREATE FUNCTION portal_enrollment_institution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT m."institutionId" INTO NEW."institutionId" FROM "Member" m WHERE m.id = NEW."memberId";
  -- Nobody's: the foreign key says so.
  NEW."institutionId" := coalesce(NEW."institutionId", '');
  RETURN NEW;
END $$;

CREATE TRIGGER enrollment_institution BEFORE INSERT ON "Enrollment"
  FOR EACH ROW EXECUTE FUNCTION portal_enrollment_institution();

-- The audit is only ever added to. Retention (server/audit/retention.ts) is the one that may take entries away, never links.
CREATE FUNCTION portal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'AuditEntry' AND current_setting('portal.audit_retention', true) = 'on' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% of "%" is refused: it is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "AuditEntry" FOR EACH ROW EXECUTE FUNCTION portal_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "AuditLink" FOR EACH ROW EXECUTE FUNCTION portal_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON "AuditEntry" FOR EACH STATEMENT EXECUTE FUNCTION portal_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON "AuditLink" FOR EACH STATEMENT EXECUTE FUNCTION portal_append_only();

-- Each entry's place in the chain is settled as its transaction commits: whoever commits meanwhile waits for that moment only, and
-- since it comes last, nobody who waits holds what another needs.
CREATE FUNCTION portal_chain_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last_seq bigint;
  last_hash bytea;
  own bytea := sha256(convert_to(NEW.canonical, 'UTF8'));
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('portal.audit'));
  SELECT seq, hash INTO last_seq, last_hash FROM "AuditLink" ORDER BY seq DESC LIMIT 1;
  INSERT INTO "AuditLink" (seq, "entryId", digest, hash)
  VALUES (coalesce(last_seq, 0) + 1, NEW.id, own,
    sha256(coalesce(last_hash, decode(repeat('00', 32), 'hex')) || own));
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER chain_audit AFTER INSERT ON "AuditEntry" DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION portal_chain_audit();

-- The owner of the tables does without these rights, too (a superuser has them whatever is said here: the triggers hold for it).
REVOKE UPDATE, DELETE, TRUNCATE ON "AuditLink" FROM CURRENT_USER;
REVOKE UPDATE, TRUNCATE ON "AuditEntry" FROM CURRENT_USER;
