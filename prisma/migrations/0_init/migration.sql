-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "Kind" AS ENUM ('client', 'smime');

-- CreateEnum
CREATE TYPE "Status" AS ENUM ('requested', 'pin_ready', 'active', 'renewing', 'renewal_pin_ready', 'revoking', 'revoked', 'expired', 'lapsed', 'failed');

-- CreateEnum
CREATE TYPE "Purpose" AS ENUM ('issue', 'renew');

-- CreateEnum
CREATE TYPE "OrderStatus" AS ENUM ('placed', 'pin_issued', 'collected', 'refused', 'lapsed', 'withdrawn');

-- CreateEnum
CREATE TYPE "LetterStatus" AS ENUM ('waiting', 'sent', 'failed');

-- CreateEnum
CREATE TYPE "Encryption" AS ENUM ('modern', 'compatible');

-- CreateEnum
CREATE TYPE "EngineRunStatus" AS ENUM ('open', 'done', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "EngineStepStatus" AS ENUM ('planned', 'sleeping', 'waiting', 'done');

-- CreateTable
CREATE TABLE "Institution" (
    "id" TEXT NOT NULL,
    "entityId" TEXT NOT NULL,
    "nameJa" TEXT NOT NULL,
    "nameEn" TEXT NOT NULL,
    "dnBase" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Institution_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Member" (
    "id" TEXT NOT NULL,
    "institutionId" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "displayNameJa" TEXT,
    "mails" TEXT[],
    "eppn" TEXT,
    "locale" TEXT NOT NULL DEFAULT 'ja',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastLoginAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Member_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Enrollment" (
    "id" TEXT NOT NULL,
    "memberId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "kind" "Kind" NOT NULL,
    "months" INTEGER NOT NULL,
    "status" "Status" NOT NULL DEFAULT 'requested',
    "requestKey" TEXT NOT NULL,
    "exclusiveKey" TEXT,
    "dn" TEXT NOT NULL,
    "mail" TEXT NOT NULL,
    "memo" TEXT NOT NULL DEFAULT '',
    "locale" TEXT NOT NULL,
    "requestedAt" TIMESTAMPTZ(3) NOT NULL,
    "serial" TEXT,
    "notBefore" TIMESTAMPTZ(3),
    "notAfter" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),
    "failure" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "Enrollment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Order" (
    "id" TEXT NOT NULL,
    "enrollmentId" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "purpose" "Purpose" NOT NULL,
    "months" INTEGER NOT NULL,
    "status" "OrderStatus" NOT NULL DEFAULT 'placed',
    "placedAt" TIMESTAMPTZ(3) NOT NULL,
    "collectUntil" TIMESTAMPTZ(3),
    "collectedAt" TIMESTAMPTZ(3),
    "serial" TEXT,

    CONSTRAINT "Order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Revocation" (
    "id" TEXT NOT NULL,
    "enrollmentId" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "askedAt" TIMESTAMPTZ(3) NOT NULL,
    "doneAt" TIMESTAMPTZ(3),

    CONSTRAINT "Revocation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "HistoryEntry" (
    "id" BIGSERIAL NOT NULL,
    "enrollmentId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "deed" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "HistoryEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Letter" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "enrollmentId" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "locale" TEXT NOT NULL,
    "status" "LetterStatus" NOT NULL DEFAULT 'waiting',
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "sentAt" TIMESTAMPTZ(3),
    "providerId" TEXT,
    "error" TEXT,

    CONSTRAINT "Letter_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OutboxEvent" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sentAt" TIMESTAMPTZ(3),

    CONSTRAINT "OutboxEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Issuer" (
    "id" TEXT NOT NULL,
    "certificate" BYTEA NOT NULL,
    "sealedKey" BYTEA NOT NULL,
    "crl" BYTEA,
    "crlNumber" INTEGER NOT NULL DEFAULT 0,
    "crlThisUpdate" TIMESTAMPTZ(3),
    "crlNextUpdate" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Issuer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Ticket" (
    "orderId" TEXT NOT NULL,
    "issuerId" TEXT NOT NULL,
    "months" INTEGER NOT NULL,
    "dn" TEXT NOT NULL,
    "mail" TEXT,
    "nonce" BYTEA,
    "hash" BYTEA NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "lockedAt" TIMESTAMPTZ(3),
    "browser" BYTEA,
    "browserUntil" TIMESTAMPTZ(3),
    "collectedAt" TIMESTAMPTZ(3),
    "closedAt" TIMESTAMPTZ(3),
    "sealedPackage" BYTEA,
    "packageUntil" TIMESTAMPTZ(3),
    "encryption" "Encryption",
    "confirmedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Ticket_pkey" PRIMARY KEY ("orderId")
);

-- CreateTable
CREATE TABLE "Certificate" (
    "serial" TEXT NOT NULL,
    "issuerId" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "dn" TEXT NOT NULL,
    "notBefore" TIMESTAMPTZ(3) NOT NULL,
    "notAfter" TIMESTAMPTZ(3) NOT NULL,
    "der" BYTEA NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),
    "revocationReason" INTEGER,

    CONSTRAINT "Certificate_pkey" PRIMARY KEY ("serial")
);

-- CreateTable
CREATE TABLE "IdentityProvider" (
    "id" TEXT NOT NULL,
    "entityId" TEXT NOT NULL,
    "nameJa" TEXT NOT NULL,
    "nameEn" TEXT NOT NULL,
    "search" TEXT NOT NULL,
    "scopes" JSONB NOT NULL DEFAULT '[]',
    "ssoRedirect" TEXT,
    "ssoPost" TEXT,
    "certificates" TEXT[],
    "logo" TEXT,
    "errorUrl" TEXT,
    "contacts" JSONB NOT NULL DEFAULT '[]',
    "categories" TEXT[],
    "registrationAuthority" TEXT,
    "hidden" BOOLEAN NOT NULL DEFAULT false,
    "validUntil" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "IdentityProvider_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "FederationState" (
    "id" TEXT NOT NULL,
    "source" TEXT,
    "digest" TEXT,
    "validUntil" TIMESTAMPTZ(3),
    "loadedAt" TIMESTAMPTZ(3),
    "triedAt" TIMESTAMPTZ(3),
    "failure" TEXT,

    CONSTRAINT "FederationState_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LoginRequest" (
    "id" TEXT NOT NULL,
    "requestId" TEXT NOT NULL,
    "providerId" TEXT NOT NULL,
    "locale" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "LoginRequest_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SeenAssertion" (
    "id" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "SeenAssertion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "JacksonRecord" (
    "namespace" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "JacksonRecord_pkey" PRIMARY KEY ("namespace","key")
);

-- CreateTable
CREATE TABLE "ServiceKey" (
    "id" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "certificate" TEXT NOT NULL,
    "sealedKey" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retiredAt" TIMESTAMPTZ(3),

    CONSTRAINT "ServiceKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EngineEvent" (
    "id" TEXT NOT NULL,
    "arrival" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "routedAt" TIMESTAMPTZ(3),
    "routedBy" TEXT,

    CONSTRAINT "EngineEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EngineRun" (
    "id" TEXT NOT NULL,
    "functionId" TEXT NOT NULL,
    "eventId" TEXT NOT NULL,
    "event" JSONB NOT NULL,
    "key" TEXT,
    "status" "EngineRunStatus" NOT NULL DEFAULT 'open',
    "dueAt" TIMESTAMPTZ(6) DEFAULT CURRENT_TIMESTAMP,
    "fresh" BOOLEAN NOT NULL DEFAULT true,
    "lease" TEXT,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "lostLeases" INTEGER NOT NULL DEFAULT 0,
    "version" TEXT,
    "refusedBy" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "outcome" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "EngineRun_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EngineStep" (
    "runId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" "EngineStepStatus" NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "dueAt" TIMESTAMPTZ(6),
    "waitsFor" TEXT,
    "expression" TEXT,
    "matchValue" TEXT,
    "result" JSONB,
    "doneAt" TIMESTAMPTZ(6),

    CONSTRAINT "EngineStep_pkey" PRIMARY KEY ("runId","id")
);

-- CreateTable
CREATE TABLE "EngineCron" (
    "functionId" TEXT NOT NULL,
    "schedule" TEXT NOT NULL,
    "nextAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "EngineCron_pkey" PRIMARY KEY ("functionId","schedule")
);

-- CreateTable
CREATE TABLE "EngineVersion" (
    "id" TEXT NOT NULL,
    "events" TEXT[],
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "EngineVersion_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Institution_entityId_key" ON "Institution"("entityId");

-- CreateIndex
CREATE UNIQUE INDEX "Member_institutionId_subject_key" ON "Member"("institutionId", "subject");

-- CreateIndex
CREATE UNIQUE INDEX "Enrollment_exclusiveKey_key" ON "Enrollment"("exclusiveKey");

-- CreateIndex
CREATE UNIQUE INDEX "Enrollment_dn_key" ON "Enrollment"("dn");

-- CreateIndex
CREATE INDEX "Enrollment_status_notAfter_idx" ON "Enrollment"("status", "notAfter");

-- CreateIndex
CREATE UNIQUE INDEX "Enrollment_memberId_number_key" ON "Enrollment"("memberId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "Enrollment_memberId_requestKey_key" ON "Enrollment"("memberId", "requestKey");

-- CreateIndex
CREATE UNIQUE INDEX "Order_serial_key" ON "Order"("serial");

-- CreateIndex
CREATE INDEX "Order_status_idx" ON "Order"("status");

-- CreateIndex
CREATE UNIQUE INDEX "Order_enrollmentId_sequence_key" ON "Order"("enrollmentId", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "Revocation_enrollmentId_key" ON "Revocation"("enrollmentId");

-- CreateIndex
CREATE INDEX "HistoryEntry_enrollmentId_id_idx" ON "HistoryEntry"("enrollmentId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Letter_key_key" ON "Letter"("key");

-- CreateIndex
CREATE INDEX "Letter_enrollmentId_createdAt_idx" ON "Letter"("enrollmentId", "createdAt");

-- CreateIndex
CREATE INDEX "OutboxEvent_sentAt_createdAt_idx" ON "OutboxEvent"("sentAt", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Ticket_hash_key" ON "Ticket"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "Certificate_orderId_key" ON "Certificate"("orderId");

-- CreateIndex
CREATE INDEX "Certificate_issuerId_revokedAt_idx" ON "Certificate"("issuerId", "revokedAt");

-- CreateIndex
CREATE UNIQUE INDEX "IdentityProvider_entityId_key" ON "IdentityProvider"("entityId");

-- CreateIndex
CREATE INDEX "IdentityProvider_nameEn_idx" ON "IdentityProvider"("nameEn");

-- CreateIndex
CREATE INDEX "LoginRequest_expiresAt_idx" ON "LoginRequest"("expiresAt");

-- CreateIndex
CREATE INDEX "SeenAssertion_expiresAt_idx" ON "SeenAssertion"("expiresAt");

-- CreateIndex
CREATE INDEX "JacksonRecord_expiresAt_idx" ON "JacksonRecord"("expiresAt");

-- CreateIndex
CREATE INDEX "ServiceKey_purpose_createdAt_idx" ON "ServiceKey"("purpose", "createdAt");

-- CreateIndex
CREATE INDEX "EngineEvent_routedAt_arrival_idx" ON "EngineEvent"("routedAt", "arrival");

-- CreateIndex
CREATE INDEX "EngineEvent_name_receivedAt_idx" ON "EngineEvent"("name", "receivedAt");

-- CreateIndex
CREATE INDEX "EngineRun_status_dueAt_idx" ON "EngineRun"("status", "dueAt");

-- CreateIndex
CREATE INDEX "EngineRun_status_endedAt_idx" ON "EngineRun"("status", "endedAt");

-- CreateIndex
CREATE UNIQUE INDEX "EngineRun_functionId_eventId_key" ON "EngineRun"("functionId", "eventId");

-- CreateIndex
CREATE UNIQUE INDEX "EngineRun_functionId_key_key" ON "EngineRun"("functionId", "key");

-- CreateIndex
CREATE INDEX "EngineStep_waitsFor_matchValue_idx" ON "EngineStep"("waitsFor", "matchValue");

-- AddForeignKey
ALTER TABLE "Member" ADD CONSTRAINT "Member_institutionId_fkey" FOREIGN KEY ("institutionId") REFERENCES "Institution"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Enrollment" ADD CONSTRAINT "Enrollment_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Order" ADD CONSTRAINT "Order_enrollmentId_fkey" FOREIGN KEY ("enrollmentId") REFERENCES "Enrollment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Revocation" ADD CONSTRAINT "Revocation_enrollmentId_fkey" FOREIGN KEY ("enrollmentId") REFERENCES "Enrollment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "HistoryEntry" ADD CONSTRAINT "HistoryEntry_enrollmentId_fkey" FOREIGN KEY ("enrollmentId") REFERENCES "Enrollment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Letter" ADD CONSTRAINT "Letter_enrollmentId_fkey" FOREIGN KEY ("enrollmentId") REFERENCES "Enrollment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Certificate" ADD CONSTRAINT "Certificate_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Ticket"("orderId") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EngineStep" ADD CONSTRAINT "EngineStep_runId_fkey" FOREIGN KEY ("runId") REFERENCES "EngineRun"("id") ON DELETE CASCADE ON UPDATE CASCADE;
