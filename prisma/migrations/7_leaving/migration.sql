-- AlterTable
ALTER TABLE "ApiToken" ADD COLUMN     "minuteAt" TIMESTAMPTZ(3),
ADD COLUMN     "minuteCount" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Invitation" ADD COLUMN     "mail" TEXT;

-- CreateTable
CREATE TABLE "GivenList" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "institutionId" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "lines" JSONB NOT NULL,

    CONSTRAINT "GivenList_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "GivenList_at_idx" ON "GivenList"("at");
