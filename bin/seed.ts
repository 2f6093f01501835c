/** A portal as it is after years, for trying and measuring: `npm run seed -- 100000`; `-- --remove` takes it away again. */
import { parseArgs } from "node:util";
import pg from "pg";
import { atConsole } from "./console.ts";
import { withOwnDatabase } from "./own-database.ts";
import { Refusal } from "./refusal.ts";
import { seed, seeded, unseed } from "./seeding.ts";

const usage = `npm run seed -- 100000             invented applications until there are so many / 架空の申請をこの件数になるまで追加
npm run seed -- --remove           take them away again / 追加した申請をすべて削除
Both change the demo's database only, unless --yes is there as well.
どちらも、--yes を付けないかぎりデモのデータベースだけを変更します。`;

/** Null: how the command is used is what was asked. */
function read(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        remove: { type: "boolean", default: false },
        yes: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return null;
    const [text, ...others] = positionals;
    if (others.length > 0 || (text === undefined) !== values.remove) throw new Error();
    if (text !== undefined && !/^[1-9]\d{0,6}$/.test(text)) throw new Error();
    return { ...values, count: Number(text ?? 0) };
  } catch {
    throw new Refusal(usage);
  }
}

async function carryOut({ remove, count, yes }: NonNullable<ReturnType<typeof read>>) {
  await withOwnDatabase(async ({ url, folder }) => {
    const isDemo = folder !== null && !process.env.FEDERATION_METADATA_URL;
    if (!isDemo && !yes)
      throw new Refusal(
        "This is not the demo's database: invented people would stand among real ones. Nothing was done. With --yes it is done all the same. / デモのデータベースではないため、何も行っていません。それでも行うには --yes を付けてください。",
      );
    const client = new pg.Client(url);
    await client.connect();
    try {
      const from = performance.now();
      const before = await seeded(client);
      if (remove) await unseed(client);
      else await seed(client, count, (there) => console.log(`  ${there} / ${count}`));
      const after = await seeded(client);
      const seconds = ((performance.now() - from) / 1000).toFixed(0);
      console.log(
        `Seeded applications: ${before} before, ${after} now, in ${seconds} s. / 架空の申請: ${before}件 → ${after}件(${seconds}秒)`,
      );
    } finally {
      await client.end();
    }
  });
}

await atConsole(
  async (words) => {
    const wish = read(words);
    if (wish) await carryOut(wish);
    else console.log(usage);
  },
  (error) => `It could not be done / 実行できませんでした: ${error}`,
);
