/** Remembers assertions that were used. Written only after everything else about one held, so that a forgery cannot use up a genuine one. */
import { createHash } from "node:crypto";
import type { Database } from "../../db.ts";
import { LoginRefusal } from "../refusal.ts";
import type { Statement } from "../validation/assertion.ts";

/** Of two at once, one passes: the database decides. */
export async function requireFirstUse(
  db: Database,
  { issuer, assertionId, replayableUntil }: Pick<Statement, "issuer" | "assertionId" | "replayableUntil">,
) {
  const id = createHash("sha256").update(`${issuer}\n${assertionId}`, "utf8").digest("hex");
  const { count } = await db.seenAssertion.createMany({
    data: [{ id, expiresAt: replayableUntil }],
    skipDuplicates: true,
  });
  if (count === 0) throw new LoginRefusal("replayed");
}
