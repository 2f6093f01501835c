-- CreateEnum
CREATE TYPE "IssuerKind" AS ENUM ('root', 'client', 'smime');

-- CreateEnum
CREATE TYPE "KeyOrigin" AS ENUM ('browser', 'server', 'upload');

-- AlterTable
ALTER TABLE "Institution" ADD COLUMN     "keyOrigins" TEXT[] DEFAULT ARRAY['browser', 'server']::TEXT[];

-- AlterTable
ALTER TABLE "Issuer" ADD COLUMN     "generation" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "issuesFrom" TIMESTAMPTZ(3),
ADD COLUMN     "keyRef" TEXT,
ADD COLUMN     "kind" "IssuerKind",
ADD COLUMN     "openShard" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "parentId" TEXT,
ADD COLUMN     "request" BYTEA,
ADD COLUMN     "revocationReason" INTEGER,
ADD COLUMN     "revokedAt" TIMESTAMPTZ(3),
ALTER COLUMN "certificate" DROP NOT NULL,
ALTER COLUMN "sealedKey" DROP NOT NULL;

-- The issuers of the first release are their kinds' first generation, and at work.
UPDATE "Issuer" SET "kind" = "id"::"IssuerKind", "issuesFrom" = "createdAt",
  "parentId" = CASE WHEN "id" = 'root' THEN NULL ELSE 'root' END;
ALTER TABLE "Issuer" ALTER COLUMN "kind" SET NOT NULL, ALTER COLUMN "generation" DROP DEFAULT;

-- AlterTable
ALTER TABLE "Ticket" ALTER COLUMN "issuerId" DROP NOT NULL;
ALTER TABLE "Ticket" RENAME COLUMN "issuerId" TO "kind";
ALTER TABLE "Ticket" ALTER COLUMN "kind" TYPE "Kind" USING "kind"::"Kind",
ALTER COLUMN "kind" SET NOT NULL,
ADD COLUMN     "kept" BYTEA,
ADD COLUMN     "keyOrigins" TEXT[] DEFAULT ARRAY['server']::TEXT[];

-- AlterTable
ALTER TABLE "Certificate" ADD COLUMN     "crlEntry" BYTEA,
ADD COLUMN     "keyHash" BYTEA,
ADD COLUMN     "keyOrigin" "KeyOrigin" NOT NULL DEFAULT 'server',
ADD COLUMN     "shard" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "RevocationList" (
    "issuerId" TEXT NOT NULL,
    "shard" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "full" BYTEA NOT NULL,
    "fullNumber" INTEGER NOT NULL,
    "thisUpdate" TIMESTAMPTZ(3) NOT NULL,
    "nextUpdate" TIMESTAMPTZ(3) NOT NULL,
    "horizon" TIMESTAMPTZ(3),
    "dailyNumber" INTEGER,
    "dailyAt" TIMESTAMPTZ(3),
    "baseNumber" INTEGER,
    "baseAt" TIMESTAMPTZ(3),
    "delta" BYTEA,
    "deltaThisUpdate" TIMESTAMPTZ(3),
    "deltaNextUpdate" TIMESTAMPTZ(3),

    CONSTRAINT "RevocationList_pkey" PRIMARY KEY ("issuerId","shard")
);

-- CreateTable
CREATE TABLE "Responder" (
    "id" TEXT NOT NULL,
    "issuerId" TEXT NOT NULL,
    "certificate" BYTEA NOT NULL,
    "sealedKey" BYTEA NOT NULL,
    "notBefore" TIMESTAMPTZ(3) NOT NULL,
    "notAfter" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Responder_pkey" PRIMARY KEY ("id")
);

-- A list is read and written in pieces, and packing it would gain nothing and cost seconds.
ALTER TABLE "RevocationList" ALTER COLUMN "full" SET STORAGE EXTERNAL, ALTER COLUMN "delta" SET STORAGE EXTERNAL;

-- What was published stays published.
INSERT INTO "RevocationList" ("issuerId", "shard", "number", "full", "fullNumber", "thisUpdate", "nextUpdate")
SELECT "id", 0, "crlNumber", "crl", "crlNumber", "crlThisUpdate", "crlNextUpdate" FROM "Issuer"
WHERE "crl" IS NOT NULL AND "crlThisUpdate" IS NOT NULL AND "crlNextUpdate" IS NOT NULL;

ALTER TABLE "Issuer" DROP COLUMN "crl", DROP COLUMN "crlNextUpdate", DROP COLUMN "crlNumber", DROP COLUMN "crlThisUpdate";

-- CreateIndex
CREATE INDEX "Responder_issuerId_notAfter_idx" ON "Responder"("issuerId", "notAfter");

-- CreateIndex
CREATE UNIQUE INDEX "Issuer_kind_generation_key" ON "Issuer"("kind", "generation");

-- DropIndex
DROP INDEX "Certificate_issuerId_revokedAt_idx";

-- CreateIndex
CREATE INDEX "Certificate_issuerId_revokedAt_crlEntry_shard_notAfter_idx" ON "Certificate"("issuerId", "revokedAt", "crlEntry", "shard", "notAfter");

-- CreateIndex
CREATE INDEX "Certificate_issuerId_shard_notAfter_idx" ON "Certificate"("issuerId", "shard", "notAfter");

-- CreateIndex
CREATE INDEX "Certificate_keyHash_idx" ON "Certificate"("keyHash");

-- AddForeignKey
ALTER TABLE "Issuer" ADD CONSTRAINT "Issuer_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES "Issuer"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RevocationList" ADD CONSTRAINT "RevocationList_issuerId_fkey" FOREIGN KEY ("issuerId") REFERENCES "Issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Responder" ADD CONSTRAINT "Responder_issuerId_fkey" FOREIGN KEY ("issuerId") REFERENCES "Issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
