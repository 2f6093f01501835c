import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { openWorkshop } from "./workshop.ts";

const shop = openWorkshop();
const victim = join(import.meta.dirname, "victim.ts");
const stories = 30;

async function spawnVictim(name: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [victim, shop.url, name], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout as NodeJS.ReadableStream, "data");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

it("killed at any moment, again and again, the engine does every step and memoises none twice", async () => {
  await shop.pool.query("CREATE TABLE deeds (key text PRIMARY KEY, by text NOT NULL)");
  await shop.pool.query("CREATE TABLE begun (key text NOT NULL, by text NOT NULL)");
  // Every result that was ever memoised, kept by the database itself.
  await shop.pool.query("CREATE TABLE memoised (run text, step text, result jsonb, PRIMARY KEY (run, step))");
  await shop.pool.query(`
    CREATE FUNCTION note_memo() RETURNS trigger AS $$ BEGIN
      INSERT INTO memoised VALUES (NEW."runId", NEW.name, NEW.result); RETURN NULL; END $$ LANGUAGE plpgsql`);
  await shop.pool.query(`
    CREATE TRIGGER note AFTER INSERT OR UPDATE ON "EngineStep" FOR EACH ROW
    WHEN (NEW.status = 'done') EXECUTE FUNCTION note_memo()`);

  const sender = await shop.open(() => [], { idle: true });
  const numbers = Array.from({ length: stories }, (_, n) => String(n));
  await sender.inngest.send(numbers.map((n) => ({ name: "go", data: { n }, id: `go ${n}` })));

  const names = ["a", "b"];
  let alive = await Promise.all(names.map((name) => spawnVictim(`${name}0`)));
  for (let round = 1; round <= 6; round++) {
    await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 500));
    const which = Math.floor(Math.random() * 2);
    await kill(alive[which] as ChildProcess);
    const next = await spawnVictim(`${names[which]}${round}`);
    alive = alive.map((child, i) => (i === which ? next : child));
  }
  await vi.waitFor(
    async () => {
      const { rows } = await shop.pool.query(`SELECT 1 FROM "EngineStep" WHERE status = 'waiting'`);
      const ended = (await shop.runs()).filter(
        (run) => run.status !== "open" && run.functionId === "test-story",
      );
      expect(rows.length + ended.length).toBe(stories);
    },
    // What was at work when it was killed is taken up when its lease is over.
    { timeout: 60_000, interval: 50 },
  );
  await Promise.all(alive.map(kill));
  // Sent while nobody lives.
  await sender.inngest.send(numbers.map((n) => ({ name: "changed", data: { n } })));
  const last = await spawnVictim("last");
  const runs = await shop.over(2 * stories);
  await kill(last);

  const deeds = await shop.pool.query<{ key: string }>("SELECT key FROM deeds");
  const wanted = numbers.flatMap((n) =>
    ["submit", "left", "right", "hear", "mail"].map((step) => `${n} ${step}`),
  );
  expect(deeds.rows.map((row) => row.key).toSorted()).toEqual(wanted.toSorted());
  const memos = await shop.pool.query<{ count: number }>("SELECT count(*)::int AS count FROM memoised");
  expect(memos.rows[0]?.count).toBe(stories * 8);
  expect(runs.filter((run) => run.status !== "done")).toEqual([]);
  const outcomes = runs
    .filter((run) => run.functionId === "test-story")
    .map((run) => (run.outcome as string[])[2]);
  expect(outcomes.filter((outcome) => outcome === "somebody came").length).toBeGreaterThanOrEqual(
    stories - 3,
  );
}, 120_000);
