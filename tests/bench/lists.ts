/** The complete list of a CA with so many revocations, from the database to the database: read, made, signed, stored. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { LocalCa } from "../../server/ca/local/local-ca.ts";
import { openDatabase } from "../../server/db.ts";
import { sealing } from "../../server/secrets/sealing.ts";
import { line } from "./figures.ts";
import type { ListsOnce } from "./lists-once.ts";
import { withDatabase } from "./own-postgres.ts";
import { fillRevoked } from "./revoked.ts";

const run = promisify(execFile);

export async function benchLists(count = 1_000_000): Promise<void> {
  await withDatabase(async (url) => {
    const key = randomBytes(32).toString("base64");
    const db = openDatabase(url);
    const parts = { db, now: () => new Date(), tell: async () => {}, baseUrl: "http://localhost:3000" };
    await new LocalCa({ ...parts, sealing: sealing(Buffer.from(key, "base64")) }).prepare();
    await db.$disconnect();
    await fillRevoked(url, count);
    const script = join(import.meta.dirname, "lists-once.ts");
    const options = ["--expose-gc", "--disable-warning=ExperimentalWarning", script, url, key];
    const { stdout } = await run(process.execPath, options, { env: { ...process.env, LOG_LEVEL: "silent" } });
    const { time, size, growth, stall, fetch }: ListsOnce = JSON.parse(stdout);
    console.log(
      line(`portal: list of ${count.toLocaleString("en")} revocations, from the database`, {
        time: `${(time / 1000).toFixed(2)} s (limit 3 s at 1,000,000)`,
        list: `${(size / 1e6).toFixed(1)} MB`,
        memory: `its bytes × ${(growth / size).toFixed(1)} (limit × 5)`,
        "longest stall of others": `${stall.toFixed(0)} ms`,
        "first fetch": `${fetch.toFixed(0)} ms`,
      }),
    );
  });
}
