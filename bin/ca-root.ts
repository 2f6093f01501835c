/**
 * An offline root: `npm run ca-root -- new <folder>`, `-- sign`, `-- crl`, `-- show`, on a machine without a network. It needs Node.js 22.18 or newer and
 * this checkout, no `npm install`, no database and no settings. The ceremony is told step by step in server/ca/README.md.
 */
import { basename, dirname, extname, join } from "node:path";
import { parseArgs } from "node:util";
import { RootFault, type RootFaultCode } from "../server/ca/offline-root/fault.ts";
import { fileNames, handOut } from "../server/ca/offline-root/folder.ts";
import { shortestPassphrase } from "../server/ca/offline-root/key-file.ts";
import {
  lookAtRequest,
  makeList,
  newRoot,
  type RootAlgorithm,
  rootAlgorithms,
  showRoot,
  signRequest,
} from "../server/ca/offline-root/root.ts";
import { PkiError } from "../server/pki/errors.ts";
import { atConsole, contentOf } from "./console.ts";
import { askPassphrase, askYes, isTyped } from "./passphrase.ts";
import { Refusal } from "./refusal.ts";

const usage = `npm run ca-root -- new <folder> --name "CN=… Root CA G1,O=…,C=JP"
                                             makes a root: key, certificate, list of what it did / ルートCAを作る
                 [--algorithm ${rootAlgorithms.join("|")}]
npm run ca-root -- sign <request.csr> <folder>
                                             signs the request of an issuing CA / 中間CAの証明書要求に署名する
npm run ca-root -- crl <folder>              makes a new revocation list / 新しい失効リストを作る
npm run ca-root -- crl <folder> --revoke <serial> [--reason compromise|superseded|cessation]
                                             … on which this certificate stands from now on / この証明書を失効させる
npm run ca-root -- show <folder>             what the root is, and what it has done / ルートCAの内容と記録
The passphrase is asked for; without a terminal it is the first line of the input, and sign wants --yes.
パスフレーズは入力を求めます。端末がない場合は標準入力の1行目を使い、sign には --yes が必要です。`;

const refusals: Record<RootFaultCode, string> = {
  there:
    "The folder is there already and is not empty: name a new one. Nothing was made. / そのフォルダーにはすでに何かがあります。新しい名前を指定してください。何も作成していません。",
  no_root:
    "There is no root in that folder (root.key, root.pem): make one with `new`, or name the right folder. Nothing was done. / そのフォルダーにルートCAがありません。new で作成するか、正しいフォルダーを指定してください。何もしていません。",
  damaged:
    "The root's record, state.json, cannot be read: bring back the copy that you made after the last ceremony. Nothing was done. / 記録 state.json を読めません。前回のセレモニー後の控えから戻してください。何もしていません。",
  in_use:
    "Another ca-root works in that folder now: wait until it is through. Nothing was done. / ほかの ca-root がこのフォルダーで実行中です。終わるまで待ってください。何もしていません。",
  passphrase:
    "The passphrase is not the root key's, or root.key is damaged. Nothing was signed. / パスフレーズが違うか、root.key が壊れています。何も署名していません。",
  passphrase_short: `The passphrase must have at least ${shortestPassphrase} characters: four words that have nothing to do with each other are good. Nothing was made. / パスフレーズは${shortestPassphrase}文字以上にしてください。何も作成していません。`,
  request:
    "The file is not a request that can be signed. Bring the one that `npm run ca -- request` wrote. Nothing was signed. / 署名できる証明書要求ではありません。npm run ca -- request が書き出したファイルを使ってください。何も署名していません。",
  not_issuing_ca:
    "The request is not one for an issuing CA of the portal. Nothing was signed. / ポータルの中間CAの証明書要求ではありません。何も署名していません。",
  no_addresses:
    "The request does not say where the portal publishes this root's certificate and list. Nothing was signed. / 証明書要求に、ルートCA証明書と失効リストの公開先がありません。何も署名していません。",
  root_ends:
    "The root itself ends within a year: make a new root. Nothing was signed. / ルートCA自身の期限まで1年もありません。新しいルートCAを作成してください。何も署名していません。",
  unknown_serial:
    "This root has issued no certificate with that serial number; `show` lists them. Nothing was revoked. / このルートCAはそのシリアル番号の証明書を発行していません。show で確認してください。何も失効していません。",
  file_there:
    "Signed, but not written: a file with other content has the name of the certificate. Move it away, or rename the request, and run this again; the same certificate is given. / 署名しましたが、証明書と同じ名前の別のファイルがあるため書き出していません。そのファイルを移すか要求の名前を変えて、もう一度実行してください。同じ証明書が得られます。",
};

const reasons: Record<string, number> = { unspecified: 0, compromise: 2, superseded: 4, cessation: 5 };

async function main(words: readonly string[]) {
  const { values, positionals } = asked(words);
  const [deed, one, other] = positionals;
  if (values.help || deed === undefined) return console.log(usage);
  const now = new Date();
  if (deed === "new" && one && !other && values.name && isAlgorithm(values.algorithm)) {
    const passphrase = await askPassphrase("Passphrase for the root's key / ルートCA鍵のパスフレーズ: ", {
      twice: true,
    });
    await newRoot({ folder: one, name: values.name, algorithm: values.algorithm, passphrase, now });
    show(one);
    return console.log(`
Write down the fingerprint: whoever brings root.pem to the portal compares it. Keep two copies of the folder, apart, and the passphrase apart from both: nobody can
make either anew. Now: npm run ca-root -- crl ${one}
拇印を書き留めてください。ポータルに root.pem を登録する人が照合します。フォルダーの控えを2か所に、パスフレーズはそれとは別に保管してください。どちらも作り直せません。次は npm run ca-root -- crl ${one} です。`);
  }
  if (deed === "sign" && one && other) return sign(one, other, values.yes ?? false, now);
  if (deed === "crl" && one && !other && (values.reason ?? "unspecified") in reasons) {
    const passphrase = await askPassphrase("Passphrase / パスフレーズ: ");
    const { number, nextUpdate } = await makeList({
      folder: one,
      passphrase,
      now,
      ...(values.revoke && {
        revoke: { serial: values.revoke, reason: reasons[values.reason ?? "unspecified"] ?? 0 },
      }),
    });
    return console.log(`List ${number}, good until ${day(nextUpdate)}: ${join(one, fileNames.list)}
Bring it to the portal: npm run ca -- crl root.crl. Copy the folder anew, too: its record has changed.
失効リスト第${number}号（${day(nextUpdate)}まで有効）を作成しました。ポータルで npm run ca -- crl root.crl を実行してください。フォルダーの控えも取り直してください。`);
  }
  if (deed === "show" && one && !other) return show(one);
  throw new Refusal(usage);
}

async function sign(path: string, folder: string, yes: boolean, now: Date) {
  const file = contentOf(path);
  const { subject, keyFingerprint, purposes, caIssuersUrl, crlUrl } = await lookAtRequest(file);
  console.log(`Request / 証明書要求: ${path}
  subject          ${subject}
  key  SHA-256     ${keyFingerprint}
  for              ${purposes.join(", ")}
  root certificate ${caIssuersUrl}
  root list        ${crlUrl}`);
  if (
    !yes &&
    !(await askYes("Is this what the portal's operator told you? / 運用担当者の申告と一致しますか? [y/N] "))
  )
    throw new Refusal(
      `Nothing was signed.${isTyped() ? "" : " Without a terminal, say --yes."} / 署名していません。${isTyped() ? "" : "端末がない場合は --yes を付けてください。"}`,
    );
  const passphrase = await askPassphrase("Passphrase / パスフレーズ: ");
  const certificate = await signRequest({ folder, file, passphrase, now });
  const target = join(dirname(path), `${basename(path, extname(path))}.pem`);
  handOut(target, certificate);
  console.log(`Signed / 署名しました: ${target}
Bring it to the portal with the root's certificate: npm run ca -- accept ${basename(target)} root.pem. Copy the folder anew: its record has changed.
ルートCA証明書とともにポータルへ持ち帰り、npm run ca -- accept ${basename(target)} root.pem を実行してください。フォルダーの控えも取り直してください。`);
}

function show(folder: string) {
  const { subject, fingerprint, notAfter, issued, revoked, crlNumber } = showRoot(folder);
  console.log(`${subject}
  SHA-256 ${fingerprint}
  until / 期限 ${day(notAfter)}, newest list / 失効リスト ${crlNumber || "none yet / 未作成"}`);
  for (const { serial, subject, at } of issued) {
    const gone = revoked.find((entry) => entry.serial === serial);
    console.log(
      `  ${serial}  ${subject}  ${at.slice(0, 10)}${gone ? `  revoked / 失効 ${gone.at.slice(0, 10)}` : ""}`,
    );
  }
}

function asked(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        help: { type: "boolean" },
        yes: { type: "boolean" },
        name: { type: "string" },
        algorithm: { type: "string", default: rootAlgorithms[0] },
        revoke: { type: "string" },
        reason: { type: "string" },
      },
    });
  } catch {
    throw new Refusal(usage);
  }
}

function isAlgorithm(text: string): text is RootAlgorithm {
  return (rootAlgorithms as readonly string[]).includes(text);
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

await atConsole(main, sentenceFor);

function sentenceFor(error: unknown): string {
  if (error instanceof RootFault)
    return [refusals[error.code], error.detail.folder ?? error.detail.because].filter(Boolean).join("\n");
  if (error instanceof PkiError && error.code.startsWith("name_"))
    return `${error.message} Nothing was made. Write the name as CN=…,O=…,C=JP. / 何も作成していません。名前は CN=…,O=…,C=JP の形で指定してください。`;
  if (error instanceof PkiError && error.code.startsWith("validity_"))
    return "The root's certificate does not cover today: look at this machine's clock. Nothing was signed. / ルートCA証明書の有効期間外です。この機械の時計を確認してください。何も署名していません。";
  return `Nothing was done: ${error instanceof Error ? error.message : String(error)} / 何もしていません。`;
}
