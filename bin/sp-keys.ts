/**
 * The portal's keys in the federation, and their rollover: `npm run sp-keys`, then `-- add`, `-- use` and `-- retire <id>`, days apart.
 * How a rollover goes is told in server/federation/README.md.
 */
import type { KeyPair } from "../server/federation/service/keys.ts";
import type { KeyView, Outcome } from "../server/federation/service/rollover.ts";
import { atConsole, contentOf } from "./console.ts";
import { generateClient } from "./generate.ts";
import { withOwnPortal } from "./own-portal.ts";
import { Refusal } from "./refusal.ts";

const usage = `npm run sp-keys                     which keys there are / 鍵の一覧
npm run sp-keys -- add              makes a new pair, published beside the one in use / 新しい鍵を作り、使用中の鍵と並べて公開する
npm run sp-keys -- add <file.pem>   … the pair in the file: private key and certificate / ファイルの鍵と証明書を使う
npm run sp-keys -- use              the new pair is used from now on / 新しい鍵に切り替える
npm run sp-keys -- use --now        … even within a day of adding it / 追加から1日経たなくても切り替える
npm run sp-keys -- retire <id>      takes an old key out / 古い鍵を外す`;

const purposes = { "sp-signing": "Signing / 署名用", "sp-encryption": "Encryption / 暗号化用" };
const states = {
  next: "published, not yet in use / 公開済み・未使用",
  in_use: "in use / 使用中",
  old: "no longer in use, still published / 旧鍵・公開中",
  retired: "retired / 廃止済み",
};

const refusals = {
  under_way:
    "There is a new pair already: use it with `npm run sp-keys -- use`, or retire it. Nothing was made. / 未使用の新しい鍵がすでにあります。use で切り替えるか、retire で外してください。何も作成していません。",
  nothing_new:
    "There is no new pair: make one with `npm run sp-keys -- add`. Nothing was changed. / 新しい鍵がありません。先に add で作成してください。何も変更していません。",
  too_new:
    "The new pair is less than a day old, and institutions that do not know it yet would refuse your requests to log in. Wait, or say `npm run sp-keys -- use --now`. Nothing was changed. / 新しい鍵は追加から1日経っていません。まだ知らない機関ではログインできなくなります。待つか、use --now で切り替えてください。何も変更していません。",
  known:
    "That certificate is there already: a new one has a new key. Nothing was changed. / その証明書はすでに登録されています。新しい鍵の証明書を用意してください。何も変更していません。",
  unknown:
    "There is no such key: give the id or the fingerprint that the list shows. Nothing was changed. / その鍵はありません。一覧の id か拇印を指定してください。何も変更していません。",
  in_use:
    "That key is in use: make and use a new pair first. Nothing was changed. / その鍵は使用中です。先に新しい鍵を作り、切り替えてください。何も変更していません。",
};

const faults = {
  no_key:
    "There is no private key in the file that can be read: it has to be PEM, without a password. Nothing was changed. / ファイルから秘密鍵を読めません。パスワードのないPEM形式にしてください。何も変更していません。",
  no_certificate:
    "There is no certificate in the file that belongs to its private key. Nothing was changed. / ファイルに、秘密鍵に対応する証明書がありません。何も変更していません。",
  not_rsa:
    "The private key is not RSA of 2048 bits or more, which institutions can encrypt for. Nothing was changed. / 秘密鍵は、2048ビット以上のRSAにしてください。何も変更していません。",
  other_host:
    "The certificate does not name the portal's host (BASE_URL). Nothing was changed. / 証明書の名前が、ポータルのホスト名（BASE_URL）と一致しません。何も変更していません。",
  not_in_force:
    "The certificate is over, or not yet in force. Nothing was changed. / 証明書の有効期間外です。何も変更していません。",
};

const day = (date: Date | null) => date?.toISOString().slice(0, 10) ?? "";

function tell(keys: readonly KeyView[]) {
  if (keys.length === 0)
    console.log(
      "There are no keys yet: they are made when the portal first needs them. / 鍵はまだありません。最初に必要になったときに作られます。",
    );
  for (const [purpose, title] of Object.entries(purposes)) {
    const own = keys.filter((key) => key.purpose === purpose);
    if (own.length > 0) console.log(`\n${title}`);
    for (const { id, state, fingerprint, createdAt, notAfter, signsFrom, retiredAt } of own) {
      const dates = [
        `made / 作成 ${day(createdAt)}`,
        signsFrom && `in use from / 使用開始 ${day(signsFrom)}`,
        retiredAt && `retired / 廃止 ${day(retiredAt)}`,
        `certificate until / 証明書の期限 ${day(notAfter)}`,
      ];
      console.log(`  ${id}  ${states[state]}`);
      console.log(`            ${dates.filter(Boolean).join(", ")}`);
      console.log(`            SHA-256 ${fingerprint}`);
    }
  }
}

const afterwards = (baseUrl: string) => ({
  add: `Now give the federation the new metadata, ${baseUrl}/api/saml/metadata?signed=false, and wait until it has published them and its institutions have read them (GakuNin asks for 15 days). Then: npm run sp-keys -- use
次に、新しいメタデータ ${baseUrl}/api/saml/metadata?signed=false をフェデレーションに登録し、公開されて各機関に行き渡る（学認では公開から15日）のを待ってから、npm run sp-keys -- use を実行してください。`,
  use: `Within a minute every process works with it. When logins have gone well for a day, retire the old keys: npm run sp-keys -- retire <id>
1分以内にすべてのプロセスが切り替わります。1日ほどログインに問題がなければ、npm run sp-keys -- retire <id> で古い鍵を外してください。`,
  retire: `It is out of the metadata: give the federation the new ones, ${baseUrl}/api/saml/metadata?signed=false. What institutions still encrypt for a retired key is opened for 15 days.
メタデータから外れました。新しいメタデータ ${baseUrl}/api/saml/metadata?signed=false をフェデレーションに登録してください。廃止した暗号化鍵でも、15日間は復号できます。`,
});

async function main([deed = "list", ...rest]: readonly string[]) {
  if (deed === "--help") return console.log(usage);
  const known =
    (deed === "list" && rest.length === 0) ||
    (deed === "add" && rest.length <= 1) ||
    (deed === "use" && rest.every((word) => word === "--now")) ||
    (deed === "retire" && rest.length === 1);
  if (!known) throw new Refusal(usage);

  process.env.LOG_LEVEL ||= "warn";
  generateClient();
  await withOwnPortal(async ({ databaseUrl, sealing, baseUrl }) => {
    const { openDatabase } = await import("../server/db.ts");
    const { addKeys, listKeys, retireKey, switchKeys } = await import(
      "../server/federation/service/rollover.ts"
    );
    const db = openDatabase(databaseUrl, 2);
    const world = { db, now: () => new Date(), sealing, baseUrl };
    try {
      if (deed === "list") return tell(await listKeys(world));
      const outcome: Outcome =
        deed === "add"
          ? await addKeys(world, rest[0] ? await pairIn(rest[0], baseUrl) : undefined)
          : deed === "use"
            ? await switchKeys(world, { atOnce: rest.includes("--now") })
            : await retireKey(world, rest[0] ?? "");
      tell("done" in outcome ? outcome.done : outcome.keys);
      if ("refused" in outcome) throw new Refusal(refusals[outcome.refused]);
      console.log(`\n${afterwards(baseUrl)[deed as "add" | "use" | "retire"]}`);
    } finally {
      await db.$disconnect();
    }
  });
}

async function pairIn(path: string, baseUrl: string): Promise<KeyPair> {
  const { readBrought } = await import("../server/federation/service/brought-key.ts");
  const read = readBrought(contentOf(path).toString("utf8"), new URL(baseUrl).hostname, new Date());
  if ("fault" in read) throw new Refusal(faults[read.fault]);
  return read.pair;
}

await atConsole(main, sentenceFor);

function sentenceFor(error: unknown): string {
  const message = error instanceof Error ? error.message.trim() : String(error);
  if (message.includes("another SEALING_KEY"))
    return "The keys in this database cannot be opened: set SEALING_KEY to the one that the portal runs with. Nothing was changed. / このデータベースの鍵を開けません。SEALING_KEY に、ポータルで使っている値を設定してください。何も変更していません。";
  return `The keys could not be read or changed; nothing was changed: ${message} / 鍵を読めないか、変更できませんでした。何も変更していません。`;
}
