/** Takes away what has had its time: what nobody came back for, sessions that ended, and the logs' rows after 90 days. */
import { Prisma } from "../../generated/prisma/client.ts";
import type { Federation } from "../world.ts";

/** How long operators can find a login by its reference number, and what became of the metadata. */
export const logDays = 90;
const day = 24 * 60 * 60 * 1000;
/** Few enough that no other transaction waits long for the rows' locks. */
const atOnce = 2000;
const mostBatches = 500;

type Swept = { table: string; column: string; days: number };

const swept: readonly Swept[] = [
  { table: "LoginRequest", column: "expiresAt", days: 0 },
  { table: "SeenAssertion", column: "expiresAt", days: 0 },
  { table: "JacksonRecord", column: "expiresAt", days: 0 },
  { table: "Session", column: "expiresAt", days: 0 },
  { table: "Release", column: "expiresAt", days: 0 },
  { table: "LoginRecord", column: "at", days: logDays },
  { table: "FederationRefresh", column: "at", days: logDays },
];

/** How many rows went, by table. */
export async function sweepLogins({
  db,
  now,
}: Pick<Federation, "db" | "now">): Promise<Record<string, number>> {
  const at = now().getTime();
  // Nobody can read any more what belonged to a session that was logged out.
  const ofEnded = await db.$executeRaw`
    DELETE FROM "Release" USING "Session" WHERE "Release"."id" = "Session"."id" AND "Session"."endedAt" IS NOT NULL`;
  const counts: Record<string, number> = {};
  for (const { table, column, days } of swept) {
    const name = Prisma.raw(`"${table}"`);
    const before = new Date(at - days * day);
    const batch = () => db.$executeRaw`
      DELETE FROM ${name} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM ${name} WHERE ${Prisma.raw(`"${column}"`)} < ${before} LIMIT ${atOnce}))`;
    let gone = 0;
    for (let n = 0, last = atOnce; n < mostBatches && last === atOnce; n++) {
      last = await batch();
      gone += last;
    }
    counts[table] = gone;
  }
  counts.Release = (counts.Release ?? 0) + ofEnded;
  return counts;
}
