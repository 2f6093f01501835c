/** A process that the kill test kills: an engine with functions whose deeds are rows. Run by plain Node: `victim.ts <database url> <name>`. */
import { openEngine, openPool } from "../../support/engine.ts";

const [url = "", name = ""] = process.argv.slice(2);
const pool = openPool(url);

/** A deed done again makes no second row; that it was begun again is written down all the same. */
async function deed(run: string, step: string): Promise<string> {
  await pool.query(`INSERT INTO begun (key, by) VALUES ($1, $2)`, [`${run} ${step}`, name]);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
  await pool.query(`INSERT INTO deeds (key, by) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [
    `${run} ${step}`,
    name,
  ]);
  return step;
}

await openEngine(url, (inngest) => [
  inngest.createFunction(
    { id: "story", triggers: [{ event: "go" }], retries: 2 },
    async ({ event, step }) => {
      const run = String(event.data.n);
      await step.run("submit", () => deed(run, "submit"));
      await step.sleep("a while", "1s");
      const sides = await Promise.all([
        step.run("left", () => deed(run, "left")),
        step.run("right", () => deed(run, "right")),
      ]);
      const came = await step.waitForEvent("wait", {
        event: "changed",
        if: "async.data.n == event.data.n",
        timeout: run.endsWith("0") ? "1s" : "1h",
      });
      await step.sendEvent("tell", { id: `told ${run}`, name: "told", data: { n: run } });
      await step.run("mail", () => deed(run, "mail"));
      return [...sides, came === null ? "nobody came" : "somebody came"];
    },
  ),
  inngest.createFunction({ id: "listener", triggers: [{ event: "told" }] }, async ({ event, step }) => {
    await step.run("hear", () => deed(String(event.data.n), "hear"));
  }),
]);
process.stdout.write("at work\n");
