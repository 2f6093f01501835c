-- CreateEnum
CREATE TYPE "CnRule" AS ENUM ('displayName', 'uid', 'eppn');

-- CreateEnum
CREATE TYPE "UpkiRequestKind" AS ENUM ('issue', 'renew', 'revoke');

-- CreateEnum
CREATE TYPE "UpkiRequestStatus" AS ENUM ('waiting', 'sending', 'taken', 'refused', 'dropped');

-- CreateEnum
CREATE TYPE "UpkiMailStatus" AS ENUM ('received', 'done', 'dead', 'discarded');

-- CreateEnum
CREATE TYPE "UpkiPinPageStatus" AS ENUM ('to_fetch', 'fetched', 'done', 'dead');

-- CreateEnum
CREATE TYPE "UpkiDifferenceStatus" AS ENUM ('open', 'settled', 'dismissed');

-- AlterTable
ALTER TABLE "Institution" ADD COLUMN     "cnRule" "CnRule" NOT NULL DEFAULT 'displayName';

-- AlterTable
ALTER TABLE "Enrollment" ADD COLUMN     "formerNumber" INTEGER;

-- CreateTable
CREATE TABLE "UpkiRequest" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "kind" "UpkiRequestKind" NOT NULL,
    "institutionId" TEXT NOT NULL,
    "enrollmentId" TEXT NOT NULL,
    "orderId" TEXT,
    "certificateKind" "Kind" NOT NULL,
    "dn" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "commonNameKey" TEXT NOT NULL,
    "serial" TEXT,
    "line" JSONB NOT NULL,
    "status" "UpkiRequestStatus" NOT NULL DEFAULT 'waiting',
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "upload" TEXT,
    "sentAt" TIMESTAMPTZ(3),
    "takenAt" TIMESTAMPTZ(3),
    "code" TEXT,
    "message" TEXT,
    "sealedPin" BYTEA,
    "pinAt" TIMESTAMPTZ(3),
    "collectUntil" TIMESTAMPTZ(3),
    "collected" TEXT,
    "collectedAt" TIMESTAMPTZ(3),
    "notAfter" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),
    "withdrawnAt" TIMESTAMPTZ(3),

    CONSTRAINT "UpkiRequest_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "UpkiMail" (
    "id" TEXT NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL,
    "via" TEXT NOT NULL,
    "status" "UpkiMailStatus" NOT NULL DEFAULT 'received',
    "kind" TEXT,
    "reason" TEXT,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "sealed" BYTEA,
    "requestId" TEXT,
    "institutionId" TEXT,
    "dealtBy" TEXT,
    "dealtAt" TIMESTAMPTZ(3),

    CONSTRAINT "UpkiMail_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "UpkiPinPage" (
    "id" TEXT NOT NULL,
    "mailId" TEXT NOT NULL,
    "status" "UpkiPinPageStatus" NOT NULL DEFAULT 'to_fetch',
    "announcedAt" TIMESTAMPTZ(3) NOT NULL,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "fetchingAt" TIMESTAMPTZ(3),
    "sealedUrl" BYTEA,
    "sealedFile" BYTEA,
    "reason" TEXT,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "UpkiPinPage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "UpkiList" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "via" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "told" JSONB NOT NULL DEFAULT '{}',
    "fault" TEXT,

    CONSTRAINT "UpkiList_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "UpkiDifference" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "dn" TEXT NOT NULL,
    "serial" TEXT,
    "requestId" TEXT,
    "institutionId" TEXT,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "status" "UpkiDifferenceStatus" NOT NULL DEFAULT 'open',
    "seenAt" TIMESTAMPTZ(3) NOT NULL,
    "dealtBy" TEXT,
    "dealtAt" TIMESTAMPTZ(3),

    CONSTRAINT "UpkiDifference_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "UpkiTurn" (
    "id" TEXT NOT NULL,
    "lease" TEXT,
    "until" TIMESTAMPTZ(3),
    "faults" INTEGER NOT NULL DEFAULT 0,
    "restUntil" TIMESTAMPTZ(3),
    "fault" TEXT,
    "faultAt" TIMESTAMPTZ(3),

    CONSTRAINT "UpkiTurn_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "UpkiRequest_key_key" ON "UpkiRequest"("key");

-- CreateIndex
CREATE UNIQUE INDEX "UpkiRequest_collected_key" ON "UpkiRequest"("collected");

-- CreateIndex
CREATE INDEX "UpkiRequest_status_kind_dueAt_idx" ON "UpkiRequest"("status", "kind", "dueAt");

-- CreateIndex
CREATE INDEX "UpkiRequest_nameKey_idx" ON "UpkiRequest"("nameKey");

-- CreateIndex
CREATE INDEX "UpkiRequest_commonNameKey_idx" ON "UpkiRequest"("commonNameKey");

-- CreateIndex
CREATE INDEX "UpkiRequest_orderId_idx" ON "UpkiRequest"("orderId");

-- CreateIndex
CREATE INDEX "UpkiRequest_enrollmentId_idx" ON "UpkiRequest"("enrollmentId");

-- CreateIndex
CREATE INDEX "UpkiRequest_institutionId_status_idx" ON "UpkiRequest"("institutionId", "status");

-- CreateIndex
CREATE INDEX "UpkiMail_status_receivedAt_idx" ON "UpkiMail"("status", "receivedAt");

-- CreateIndex
CREATE INDEX "UpkiPinPage_status_dueAt_idx" ON "UpkiPinPage"("status", "dueAt");

-- CreateIndex
CREATE INDEX "UpkiList_at_idx" ON "UpkiList"("at");

-- CreateIndex
CREATE UNIQUE INDEX "UpkiDifference_key_key" ON "UpkiDifference"("key");

-- CreateIndex
CREATE INDEX "UpkiDifference_status_seenAt_idx" ON "UpkiDifference"("status", "seenAt");
-- AlterTable
ALTER TABLE "UpkiPinPage" ADD COLUMN     "dealtAt" TIMESTAMPTZ(3),
ADD COLUMN     "dealtBy" TEXT;

-- AlterTable
ALTER TABLE "UpkiList" ADD COLUMN     "institutionId" TEXT;
