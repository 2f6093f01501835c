/**
 * The sealing key, and its change: `npm run reseal` seals with SEALING_KEY what is sealed with SEALING_KEY_PREVIOUS. It may be ended at
 * any moment and run again; portals that have both keys work all the while. README.md tells the steps.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Database } from "../server/db.ts";
import { KeyFault } from "../server/kms/fault.ts";
import type { Standing } from "../server/reseal.ts";
import type { Sealing } from "../server/secrets/sealing.ts";
import { atConsole } from "./console.ts";
import { type Keys, keysOf, writeKeys } from "./data-folder.ts";
import { generateClient } from "./generate.ts";
import { type OwnDatabase, withOwnDatabase } from "./own-database.ts";
import { keySettings, sealingOf } from "./own-portal.ts";
import { Refusal } from "./refusal.ts";

const usage = `npm run reseal                       seals with SEALING_KEY what is sealed with SEALING_KEY_PREVIOUS / 以前の鍵で封印されたものを SEALING_KEY で封印し直す
npm run reseal -- list               how much is sealed with which; changes nothing / 鍵ごとの件数を表示する（変更なし）
npm run reseal -- new                the key of the data folder: makes a new one, and seals all with it / データフォルダーの鍵を新しくする
npm run reseal -- wrap <key>         SEALING_KEY as the KMS encrypts it: aws-kms:<key> or gcp-kms:projects/… / SEALING_KEY を KMS で暗号化した形で表示する
npm run reseal -- wrap <key> --new   … of a new key / 新しい鍵を作って同様に表示する`;

type Opened = { own: OwnDatabase; db: Database; sealing: Sealing };

/** `before`: what may change the keys before they are opened. */
async function withSeals(
  use: (opened: Opened) => Promise<void>,
  before?: (own: OwnDatabase) => Promise<OwnDatabase>,
) {
  process.env.LOG_LEVEL ||= "warn";
  generateClient();
  await withOwnDatabase(async (given) => {
    const { openDatabase } = await import("../server/db.ts");
    const db = openDatabase(given.url, 2);
    try {
      const own = (await before?.(given)) ?? given;
      await use({ own, db, sealing: await sealingOf(keySettings(own.keys)) });
    } finally {
      await db.$disconnect();
    }
  });
}

function table(standings: readonly Standing[]): string {
  const lines = standings.map(
    ({ what, own, former, unopened }) =>
      `  ${what.padEnd(22)}${String(own).padStart(9)}${String(former).padStart(9)}${String(unopened.length).padStart(12)}`,
  );
  // A Japanese character takes two columns.
  const head = `  ${"".padEnd(22)}${"new/新".padStart(8)}${"old/旧".padStart(8)}${"lost/不明".padStart(10)}`;
  return [head, ...lines].join("\n");
}

async function look(db: Database, sealing: Sealing): Promise<{ left: number; standings: Standing[] }> {
  const { lookAtSeals } = await import("../server/reseal.ts");
  const standings = await lookAtSeals(db, sealing);
  const lost = standings.filter(({ unopened }) => unopened.length > 0);
  if (lost.length > 0) {
    const rows = lost.map(({ what, unopened }) => `  ${what}: ${unopened.join(", ")}`).join("\n");
    throw new Refusal(
      `What is named here opens neither with SEALING_KEY nor with SEALING_KEY_PREVIOUS. Nothing was changed: set SEALING_KEY_PREVIOUS to the key that it was sealed with. / 次のものは、SEALING_KEY でも SEALING_KEY_PREVIOUS でも開けません。封印に使った鍵を SEALING_KEY_PREVIOUS に設定してください。何も変更していません。\n${rows}`,
    );
  }
  return { left: standings.reduce((sum, { former }) => sum + former, 0), standings };
}

/** As long as a portal still seals with the former key there is more; it is not waited for. */
const mostRounds = 3;

async function reseal({ own, db, sealing }: Opened): Promise<void> {
  const { resealAll } = await import("../server/reseal.ts");
  let { left, standings } = await look(db, sealing);
  for (let round = 1; left > 0 && round <= mostRounds; round++) {
    await resealAll(db, sealing, (what, done) => console.log(`  ${what}: ${done}`));
    ({ left, standings } = await look(db, sealing));
  }
  console.log(table(standings));
  if (left > 0)
    throw new Refusal(
      "A portal still seals with the former key: restart every portal with the new SEALING_KEY, and run this again. / 以前の鍵を使っているポータルがあります。すべてのポータルを新しい SEALING_KEY で再起動してから、もう一度実行してください。",
    );
  console.log(`\n${farewell(own, sealing)}`);
}

function farewell(own: OwnDatabase, { keyIds }: Sealing): string {
  if (own.keys?.SEALING_KEY_PREVIOUS && !process.env.SEALING_KEY) {
    const { SEALING_KEY_PREVIOUS: _, ...keys } = own.keys;
    writeKeys(own.folder, keys);
    return `The former key is out of ${join(own.folder, "keys.json")}. Keep a copy of the file as it is now; to use older copies of the database you need an older copy of it. / 以前の鍵を keys.json から外しました。新しい keys.json の控えを保管してください。古いバックアップの復元には、古い keys.json が必要です。`;
  }
  if (keyIds.length === 1)
    return "Everything is sealed with SEALING_KEY. / すべて SEALING_KEY で封印されています。";
  return `Nothing needs SEALING_KEY_PREVIOUS any more: take it out of the settings of every portal and restart them. Keep it as long as you keep copies of the database from before. / SEALING_KEY_PREVIOUS はもう不要です。すべてのポータルの設定から外して再起動してください。以前のバックアップがある間は、以前の鍵も保管してください。`;
}

/** The portal must be stopped, for it would go on with the key that it has; from the next start on it has both. */
async function beginAnew(own: OwnDatabase): Promise<OwnDatabase> {
  if (own.keys === null || process.env.SEALING_KEY)
    throw new Refusal(
      "The sealing key is in the settings: set SEALING_KEY to a new one (`openssl rand -base64 32`) and SEALING_KEY_PREVIOUS to the one that it is now, restart every portal, and run `npm run reseal`. Nothing was changed. / 封印鍵は設定にあります。SEALING_KEY に新しい鍵を、SEALING_KEY_PREVIOUS に今の鍵を設定し、すべてのポータルを再起動してから、npm run reseal を実行してください。何も変更していません。",
    );
  if (own.keys.SEALING_KEY_PREVIOUS) return own;
  if (!own.stopped)
    throw new Refusal(
      "The portal is running with the key that is to go: stop it, and run this again. Nothing was changed. / ポータルが動作中です。停止してから、もう一度実行してください。何も変更していません。",
    );
  const keys: Keys = {
    ...own.keys,
    SEALING_KEY: randomBytes(32).toString("base64"),
    SEALING_KEY_PREVIOUS: own.keys.SEALING_KEY,
  };
  const sealing = await sealingOf(keySettings(own.keys));
  const { openDatabase } = await import("../server/db.ts");
  const db = openDatabase(own.url, 1);
  await look(db, sealing).finally(() => db.$disconnect());
  writeKeys(own.folder, keys);
  return { ...own, keys };
}

async function wrap(keyRef: string, anew: boolean): Promise<void> {
  const root = join(import.meta.dirname, "..");
  if (existsSync(join(root, ".env"))) process.loadEnvFile(join(root, ".env"));
  const folder = resolve(process.env.DATA_DIR || join(root, ".data"));
  const { encryptKey, decryptKey } = await import("../server/kms/encrypted-key.ts");
  const { readSealingKey, writeEncryptedKey } = await import("../server/secrets/sealing-key.ts");
  const inFolder = existsSync(join(folder, "keys.json")) && !process.env.SEALING_KEY ? keysOf(folder) : null;
  const settings = anew
    ? { GCP_KMS_ENDPOINT: process.env.GCP_KMS_ENDPOINT || undefined }
    : keySettings(inFolder);
  const now = "SEALING_KEY" in settings ? readSealingKey(settings.SEALING_KEY) : { key: randomBytes(32) };
  const key = "key" in now ? now.key : await decryptKey(now.keyRef, now.encrypted, settings);
  const encrypted = await encryptKey(keyRef, key, settings);
  // What the portal will have to do at its start is tried now.
  const again = await decryptKey(keyRef, encrypted, settings);
  if (!Buffer.from(again).equals(key)) throw new Refusal(`${keyRef} does not decrypt what it encrypts.`);
  console.log(`SEALING_KEY=${writeEncryptedKey(keyRef, encrypted)}`);
}

async function main([deed = "", ...rest]: readonly string[]): Promise<void> {
  if (deed === "--help") return console.log(usage);
  const [keyRef = "", ...words] = rest;
  const alone = rest.length === 0;
  if (deed === "" && alone) return withSeals(reseal);
  if (deed === "new" && alone) return withSeals(reseal, beginAnew);
  if (deed === "list" && alone)
    return withSeals(async ({ db, sealing }) => console.log(table((await look(db, sealing)).standings)));
  if (deed === "wrap" && keyRef && words.every((word) => word === "--new") && words.length <= 1)
    return wrap(keyRef, words.length === 1);
  throw new Refusal(usage);
}

await atConsole(main, (error) => {
  const message = error instanceof Error ? error.message.trim() : String(error);
  if (error instanceof KeyFault) return message;
  return `It ended half-way; what is sealed opens as before, and it can be run again: ${message} / 途中で終わりました。もう一度実行できます。`;
});
