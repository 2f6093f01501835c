/** `npm run audit:verify`: whether the audit's chain holds; `npm run audit:verify -- <file.jsonl> --key <public key>`: whether an exported trail does. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { atConsole, contentOf } from "./console.ts";
import { generateClient } from "./generate.ts";
import { withOwnDatabase } from "./own-database.ts";
import { Refusal } from "./refusal.ts";

const usage = `npm run audit:verify                                       check the whole chain of this portal / このポータルの監査証跡をすべて検証する
npm run audit:verify -- trail.jsonl --key <public key>     check an exported trail; the key, base64 of DER, is at /api/audit/head / 書き出した監査証跡を検証する`;

function read(words: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { key: { type: "string", multiple: true, default: [] }, help: { type: "boolean" } },
    });
    if (positionals.length > 1 || (positionals.length === 1) !== values.key.length > 0) throw new Error();
    return values.help ? null : { file: positionals[0], keys: values.key };
  } catch {
    throw new Refusal(usage);
  }
}

async function verifyFile(path: string, keys: readonly string[]): Promise<void> {
  contentOf(path);
  const { verifyExport } = await import("../server/audit/verify-export.ts");
  const lines = createInterface({ input: Readable.from([readFileSync(path)]) });
  const verdict = await verifyExport(
    lines,
    keys.map((key) => Buffer.from(key, "base64")),
  );
  if (!verdict.holds)
    throw new Refusal(
      `${path} does not hold: line ${verdict.line}, ${verdict.because}. / ${path} の ${verdict.line} 行目が正しくありません(${verdict.because})。`,
    );
  const { entries, upTo } = verdict;
  console.log(
    `${path} holds: ${entries} entries, of the chain signed up to ${upTo.seq} at ${upTo.at}. / 正しい監査証跡です(${entries}件)。`,
  );
}

async function verifyOwn(): Promise<void> {
  process.env.LOG_LEVEL ||= "warn";
  generateClient();
  await withOwnDatabase(async ({ url }) => {
    const { openDatabase } = await import("../server/db.ts");
    const { verifyChain } = await import("../server/audit/verify.ts");
    const db = openDatabase(url, 2);
    try {
      const { links, forgotten, heads, broken } = await verifyChain(db);
      if (broken) {
        const where = broken.seq === null ? "an entry without a place" : `place ${broken.seq}`;
        throw new Refusal(
          `The audit does not hold. First broken: ${where}, entry ${broken.entryId ?? "unknown"}: ${broken.fault}. / 監査証跡が壊れています。最初の箇所: ${broken.seq ?? "-"}番、${broken.entryId ?? "-"}、${broken.fault}。`,
        );
      }
      console.log(
        `The audit holds: ${links} entries (${forgotten} of them past retention, only their digests), ${heads} signed heads. / 監査証跡は正しくつながっています(${links}件、署名${heads}個)。`,
      );
    } finally {
      await db.$disconnect();
    }
  });
}

await atConsole(
  async (words) => {
    const wish = read(words);
    if (!wish) console.log(usage);
    else if (wish.file) await verifyFile(wish.file, wish.keys);
    else await verifyOwn();
  },
  (error) => `It could not be verified / 検証できませんでした: ${error}`,
);
