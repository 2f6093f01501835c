-- DropIndex
DROP INDEX "Enrollment_status_notAfter_kind_institutionId_idx";

-- CreateIndex
CREATE INDEX "Enrollment_status_notAfter_kind_institutionId_requestedAt_i_idx" ON "Enrollment"("status", "notAfter", "kind", "institutionId", "requestedAt", "id");
