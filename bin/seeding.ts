/**
 * Invented people and what they applied for over five years, in every state, made by the database itself. Every id begins with `seed-`, by
 * which all of it is taken away again. What it leaves out: the audit (nobody did any of it), certificates as octets (a digest stands in their
 * place), and PINs and URLs that open anything.
 */
import type { Client } from "pg";
import { chosenSql, peopleSql, rowsSql } from "./seeding-sql.ts";

/** How many applications one member has. */
const each = 4;
/** Applications of one transaction. */
const atOnce = 50_000;

/** How many seeded applications there are. */
export async function seeded(client: Client): Promise<number> {
  const { rows } = await client.query(
    `SELECT count(*)::int AS count FROM "Enrollment" WHERE starts_with(id, 'seed-e-')`,
  );
  return rows[0].count;
}

/** Adds to the seeded applications until there are so many; those that are there stay as they are. Cut off, it goes on where it was. */
export async function seed(
  client: Client,
  count: number,
  tell: (there: number) => void = () => {},
): Promise<void> {
  // Of the usual size of an institution, but five at least, and 800 at most.
  const institutions = Math.min(800, Math.max(5, Math.ceil(count / 1250)));
  // What the index of words has to take in at once is sorted in memory first.
  await client.query("SET gin_pending_list_limit = '64MB'");
  for (let from = await seeded(client); from < count; ) {
    const to = Math.min(count, from + atOnce);
    await client.query("BEGIN");
    try {
      for (const sql of peopleSql) await client.query(sql, [from / each, (to - 1) / each, institutions]);
      await client.query(chosenSql, [from, to - 1, each]);
      for (const sql of rowsSql) await client.query(sql);
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    }
    from = to;
    tell(from);
  }
  await client.query("RESET gin_pending_list_limit");
  await client.query(`SELECT gin_clean_pending_list('"EnrollmentWords_words_idx"')`);
  await client.query("VACUUM ANALYZE");
}

/** Takes away all that was seeded, and what became of it since; the audit of that stays. */
export async function unseed(client: Client): Promise<void> {
  const ofApplications = ["HistoryEntry", "Letter", "Revocation", "Approval"];
  const statements = [
    ...ofApplications.map((table) => `DELETE FROM "${table}" WHERE starts_with("enrollmentId", 'seed-e-')`),
    `DELETE FROM "Certificate" WHERE "orderId" IN (SELECT id FROM "Order" WHERE starts_with("enrollmentId", 'seed-e-'))`,
    `DELETE FROM "Ticket" WHERE "orderId" IN (SELECT id FROM "Order" WHERE starts_with("enrollmentId", 'seed-e-'))`,
    `DELETE FROM "Order" WHERE starts_with("enrollmentId", 'seed-e-')`,
    `DELETE FROM "Enrollment" WHERE starts_with(id, 'seed-e-')`,
    `DELETE FROM "Member" WHERE starts_with(id, 'seed-m-')`,
    `DELETE FROM "Institution" i WHERE starts_with(id, 'seed-i-')`,
  ];
  await client.query("BEGIN");
  try {
    for (const sql of statements) await client.query(sql);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
  await client.query("VACUUM ANALYZE");
}
