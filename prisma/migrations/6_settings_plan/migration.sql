-- CreateTable
CREATE TABLE "SettingsPlan" (
    "id" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "named" INTEGER NOT NULL,
    "unchanged" INTEGER NOT NULL,
    "rows" JSONB NOT NULL,
    "appliedAt" TIMESTAMPTZ(3),

    CONSTRAINT "SettingsPlan_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "SettingsPlan_at_idx" ON "SettingsPlan"("at");
