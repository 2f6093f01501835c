-- CreateEnum
CREATE TYPE "RoleName" AS ENUM ('registrar', 'operator');

-- DropIndex
DROP INDEX "Member_institutionId_subject_key";

-- AlterTable
ALTER TABLE "Institution" ADD COLUMN     "aal2For" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "ial2For" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "Order" ADD COLUMN     "urlHeldAt" TIMESTAMPTZ(3),
ADD COLUMN     "urlReleasedAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "IdentityProvider" DROP COLUMN "logo",
ADD COLUMN     "askAgainAt" TIMESTAMPTZ(3),
ADD COLUMN     "domains" TEXT[],
ADD COLUMN     "etag" TEXT,
ADD COLUMN     "logoEn" TEXT,
ADD COLUMN     "logoJa" TEXT;

-- AlterTable
ALTER TABLE "FederationState" ADD COLUMN     "etag" TEXT,
ADD COLUMN     "lastModified" TEXT,
ADD COLUMN     "publishedAt" TIMESTAMPTZ(3),
ADD COLUMN     "signer" TEXT;

-- AlterTable
ALTER TABLE "LoginRequest" ADD COLUMN     "authnContexts" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "memberId" TEXT,
ADD COLUMN     "returnTo" TEXT;

-- AlterTable
ALTER TABLE "ServiceKey" ADD COLUMN     "signsFrom" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "MemberIdentifier" (
    "institutionId" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "memberId" TEXT NOT NULL,
    "seenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "MemberIdentifier_pkey" PRIMARY KEY ("institutionId","subject")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" TEXT NOT NULL,
    "memberId" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "authnContext" TEXT,
    "authnAt" TIMESTAMPTZ(3) NOT NULL,
    "assurance" TEXT[],

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Role" (
    "id" TEXT NOT NULL,
    "memberId" TEXT NOT NULL,
    "role" "RoleName" NOT NULL,
    "institutionId" TEXT,
    "grantedBy" TEXT,
    "grantedAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3),

    CONSTRAINT "Role_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "FederationRefresh" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "source" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "detail" TEXT,
    "providers" INTEGER,
    "appeared" TEXT[],
    "vanished" TEXT[],
    "took" INTEGER NOT NULL,

    CONSTRAINT "FederationRefresh_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Release" (
    "id" TEXT NOT NULL,
    "providerId" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Release_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LoginRecord" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "reference" TEXT,
    "code" TEXT,
    "step" TEXT NOT NULL,
    "entityId" TEXT,
    "memberId" TEXT,
    "identifiedBy" TEXT,
    "authnContext" TEXT,
    "received" TEXT[],
    "dropped" TEXT[],
    "findings" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "LoginRecord_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "MemberIdentifier_memberId_idx" ON "MemberIdentifier"("memberId");

-- CreateIndex
CREATE INDEX "Session_memberId_endedAt_idx" ON "Session"("memberId", "endedAt");

-- CreateIndex
CREATE INDEX "Session_expiresAt_idx" ON "Session"("expiresAt");

-- CreateIndex
CREATE INDEX "Role_memberId_idx" ON "Role"("memberId");

-- CreateIndex
CREATE INDEX "FederationRefresh_at_idx" ON "FederationRefresh"("at");

-- CreateIndex
CREATE INDEX "Release_expiresAt_idx" ON "Release"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "LoginRecord_reference_key" ON "LoginRecord"("reference");

-- CreateIndex
CREATE INDEX "LoginRecord_at_idx" ON "LoginRecord"("at");

-- CreateIndex
CREATE INDEX "LoginRecord_entityId_at_idx" ON "LoginRecord"("entityId", "at");

-- CreateIndex
CREATE INDEX "Member_institutionId_subject_idx" ON "Member"("institutionId", "subject");

-- AddForeignKey
ALTER TABLE "MemberIdentifier" ADD CONSTRAINT "MemberIdentifier_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Role" ADD CONSTRAINT "Role_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Role" ADD CONSTRAINT "Role_institutionId_fkey" FOREIGN KEY ("institutionId") REFERENCES "Institution"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What was known of members, keys and metadata before
INSERT INTO "MemberIdentifier" ("institutionId", "subject", "memberId", "seenAt")
  SELECT "institutionId", "subject", "id", "lastLoginAt" FROM "Member";
UPDATE "ServiceKey" SET "signsFrom" = "createdAt";
-- Read again at the next look, for rows now hold more.
UPDATE "FederationState" SET "digest" = NULL, "loadedAt" = NULL, "triedAt" = NULL;
