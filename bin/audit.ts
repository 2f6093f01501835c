/**
 * `npm run audit:verify`: whether the audit's chain holds; `npm run audit:verify -- <file.jsonl> --key <public key>`: whether an exported trail
 * does. Exit code 0: it holds; 1: it is broken; 2: it could not be verified.
 */
import { createReadStream } from "node:fs";
import { access, constants } from "node:fs/promises";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import type { PublicHead } from "../server/audit/heads.ts";
import { atConsole, contentOf } from "./console.ts";
import { generateClient } from "./generate.ts";
import { withOwnDatabase } from "./own-database.ts";
import { Refusal } from "./refusal.ts";

const usage = `npm run audit:verify                                       check the whole chain of this portal / このポータルの監査証跡をすべて検証する
                 [--key <public key>]                      … believing these keys only, base64 of DER as once at /api/audit/head / 信頼する公開鍵だけで検証する
                 [--head <file.json>]                      … which has to hold a head that was kept elsewhere / 別に保管した署名付きの先頭が含まれることも検証する
npm run audit:verify -- trail.jsonl --key <public key>     check an exported trail; the key, base64 of DER, is at /api/audit/head / 書き出した監査証跡を検証する`;

type Wish = { file: string | undefined; keys: Buffer[]; head: string | undefined };

function read(words: readonly string[]): Wish | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        key: { type: "string", multiple: true, default: [] },
        head: { type: "string" },
        help: { type: "boolean" },
      },
    });
    const [file, ...others] = positionals;
    if (others.length > 0 || (file !== undefined && (values.key.length === 0 || values.head)))
      throw new Error();
    const keys = values.key.map((key) => Buffer.from(key, "base64"));
    return values.help ? null : { file, keys, head: values.head };
  } catch {
    throw new Refusal(usage);
  }
}

function broken(sentence: string): void {
  console.error(`\n${sentence}`);
  process.exitCode = 1;
}

async function verifyFile(path: string, keys: readonly Uint8Array[]): Promise<void> {
  await access(path, constants.R_OK).catch(() => contentOf(path));
  const { verifyExport } = await import("../server/audit/verify-export.ts");
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  const verdict = await verifyExport(lines, keys);
  if (!verdict.holds)
    return broken(
      `${path} does not hold: line ${verdict.line}, ${verdict.because}. / ${path} の ${verdict.line} 行目が正しくありません(${verdict.because})。`,
    );
  const { entries, upTo } = verdict;
  console.log(
    upTo
      ? `${path} holds: ${entries} entries, of the chain signed up to ${upTo.seq} at ${upTo.at}. / 正しい監査証跡です(${entries}件)。`
      : `${path} holds: it is without entries, and nothing vouches for that. / 記録のない監査証跡です。`,
  );
}

/** As it was published, or sent: alone, or as `head` of what /api/audit/head answers. */
async function headIn(path: string): Promise<PublicHead> {
  const text = contentOf(path).toString("utf8");
  const { publicHeadShape } = await import("../server/audit/heads.ts");
  try {
    const said = JSON.parse(text);
    return publicHeadShape.parse(said.head ?? said);
  } catch {
    throw new Refusal(`There is no signed head in ${path}. / ${path} に署名付きの先頭がありません。`);
  }
}

async function verifyOwn({ keys, head }: Wish): Promise<void> {
  process.env.LOG_LEVEL ||= "warn";
  generateClient();
  const trusted = {
    ...(keys.length > 0 && { keys }),
    ...(head !== undefined && { head: await headIn(head) }),
  };
  await withOwnDatabase(async ({ url }) => {
    const { openDatabase } = await import("../server/db.ts");
    const { verifyChain } = await import("../server/audit/verify.ts");
    const db = openDatabase(url, 2);
    try {
      const { links, forgotten, heads, broken: first } = await verifyChain(db, { trusted });
      if (first) {
        const { seq, entryId, fault } = first;
        return broken(
          `The audit does not hold. First broken: place ${seq ?? "none"}, entry ${entryId ?? "none"}: ${fault}. / 監査証跡が壊れています。最初の箇所: ${seq ?? "-"}番、${entryId ?? "-"}、${fault}。`,
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
    else if (wish.file !== undefined) await verifyFile(wish.file, wish.keys);
    else await verifyOwn(wish);
  },
  (error) => `It could not be verified / 検証できませんでした: ${error}`,
  2,
);
