-- Mails are listed by time, page after page.
CREATE INDEX "Letter_createdAt_id_idx" ON "Letter"("createdAt", "id");
