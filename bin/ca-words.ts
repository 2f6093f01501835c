/** What `npm run ca` says. */
import type { Accepted } from "../server/ca/local/ceremony/accept.ts";
import type { Imported } from "../server/ca/local/ceremony/import-list.ts";
import type { IssuerState, IssuerView } from "../server/ca/local/ceremony/list.ts";
import type { Requested } from "../server/ca/local/ceremony/request.ts";
import type { IssuerRevoked } from "../server/ca/local/ceremony/revoke.ts";
import type { Used } from "../server/ca/local/ceremony/use.ts";

export const usage = `npm run ca                                   which CAs there are / CAの一覧
npm run ca -- renew <client|smime>           a new generation, certified by the built-in root / 新しい世代の中間CAを、組み込みのルートCAで作る
npm run ca -- request <client|smime>         a new generation; writes the request for an offline root / 新しい世代の中間CAと、オフラインのルートCAへの証明書要求を作る
              [--key <pkcs11:…|aws-kms:…|gcp-kms:…>] [--algorithm rsa-3072|rsa-4096|p-256|p-384] [--another-root] [--out <file>]
npm run ca -- accept <certificate.pem> [root.pem] [--root-fingerprint <SHA-256>]
                                             takes in what the root signed / ルートCAが署名した証明書を登録する
npm run ca -- crl <root.crl>                 takes in the offline root's revocation list / オフラインのルートCAの失効リストを登録する
npm run ca -- use <id> [--at <date>]         certificates are issued by it from now on / この中間CAからの発行に切り替える
npm run ca -- drop <id>                      takes back a request that is not certified / 未署名の証明書要求を取り消す
npm run ca -- revoke <id> --reason <compromise|superseded|cessation>
                                             the built-in root revokes it, and with it all that it issued / 中間CAを失効させる（発行した証明書もすべて無効になる）`;

type RefusalOf<Outcome> = Outcome extends { refused: infer Code extends string } ? Code : never;
export type Code =
  | RefusalOf<Requested>
  | RefusalOf<Accepted>
  | RefusalOf<Imported>
  | RefusalOf<Used>
  | RefusalOf<IssuerRevoked>
  | "unconfirmed";

const unchanged = "Nothing was changed.";
const same = "何も変更していません。";
const sentence = (en: string, ja: string) => `${en} ${unchanged} / ${ja}${same}`;

export const refusals: Record<Code, string> = {
  no_issuers: sentence(
    "There is no CA here yet. For the built-in root start the portal once; for a root of your own, offline, set CA_ROOT=offline first.",
    "まだCAがありません。組み込みのルートCAを使う場合はポータルを一度起動し、オフラインのルートCAを使う場合は先に CA_ROOT=offline を設定してください。",
  ),
  no_root_here: sentence(
    "No root whose key is here is in force: make a request for the offline root with `request`.",
    "ここに鍵のある有効なルートCAがありません。request で、オフラインのルートCAへの証明書要求を作成してください。",
  ),
  under_way: sentence(
    "A request with another key waits already: go on with it, or take it back with `drop`.",
    "別の鍵の証明書要求がすでに署名待ちです。それを使うか、drop で取り消してください。",
  ),
  key_known: sentence(
    "That key is already the key of another CA here: each generation has a key of its own.",
    "その鍵は、ほかのCAがすでに使っています。世代ごとに新しい鍵を使ってください。",
  ),
  key_unfit: sentence(
    "That key is too weak for a CA, or of a kind that cannot sign here: take RSA from 3072 bits on, P-256 or P-384.",
    "その鍵はCAには使えません。3072ビット以上のRSA、P-256、P-384のいずれかにしてください。",
  ),
  no_certificate: sentence(
    "There is no certificate in what was brought: give the file that the root signed, PEM or DER.",
    "ファイルに証明書がありません。ルートCAが署名したファイル（PEMかDER）を指定してください。",
  ),
  not_ours: sentence(
    "None of the certificates is for a key of this portal: bring the one that was made from the request that `request` wrote.",
    "このポータルの鍵に対する証明書ではありません。request が書き出した証明書要求に署名したものを指定してください。",
  ),
  certified: sentence(
    "That CA has its certificate already.",
    "その中間CAには、すでに証明書が登録されています。",
  ),
  no_root: sentence(
    "Whose signature it is, is not known here: give the root's certificate as well, or the certificate whose name stands on it.",
    "署名したルートCAが登録されていません。ルートCAの証明書も指定してください。",
  ),
  unreadable: sentence(
    "The file cannot be read: it is damaged, or holds a name or an extension that CAs do not have.",
    "ファイルを読めません。壊れているか、CAにない名前や拡張が含まれています。",
  ),
  subject: sentence(
    "The subject is not the one that was asked for, octet by octet: sign the request as it is, without changing its name.",
    "主体者名が証明書要求と異なります。名前を変えずに署名してください。",
  ),
  issuer: sentence(
    "Its issuer's name is not the root's subject, octet by octet.",
    "発行者名がルートCAの主体者名と一致しません。",
  ),
  signature: sentence(
    "It is not signed by the root whose name it bears.",
    "そのルートCAの署名ではありません。",
  ),
  weak_signature: sentence(
    "It is signed with SHA-1 or MD5, which nobody trusts any more: sign it with SHA-256 or better.",
    "SHA-1かMD5で署名されています。SHA-256以上で署名し直してください。",
  ),
  not_ca: sentence(
    "It is no certificate of a CA: basicConstraints has to say CA:TRUE. Have the root copy the extensions of the request.",
    "CAの証明書ではありません（basicConstraints に CA:TRUE が必要です）。証明書要求の拡張をそのまま写して署名してください。",
  ),
  path_length: sentence(
    "basicConstraints has to say pathlen:0: no CA stands below an issuing CA.",
    "basicConstraints に pathlen:0 が必要です。",
  ),
  key_usage: sentence(
    "keyUsage has to have keyCertSign and cRLSign.",
    "keyUsage に keyCertSign と cRLSign が必要です。",
  ),
  purpose: sentence(
    "extendedKeyUsage has to be clientAuth for client, emailProtection for smime, and nothing else.",
    "extendedKeyUsage は、client では clientAuth だけ、smime では emailProtection だけにしてください。",
  ),
  policy: sentence(
    "certificatePolicies has to have anyPolicy, or the policy that the portal issues under (CA_POLICY_OID).",
    "certificatePolicies に anyPolicy か、ポータルのポリシー（CA_POLICY_OID）が必要です。",
  ),
  crl_address: sentence(
    "Its CRL distribution point is not where the portal publishes the root's list.",
    "CRL配布点が、ポータルがルートCAの失効リストを公開するURLと異なります。",
  ),
  certificate_address: sentence(
    "Its authorityInfoAccess is not where the portal publishes the root's certificate.",
    "authorityInfoAccess が、ポータルがルートCA証明書を公開するURLと異なります。",
  ),
  key_identifier: sentence(
    "subjectKeyIdentifier has to be the SHA-1 of its key (RFC 5280 §4.2.1.2, method 1), and authorityKeyIdentifier the root's.",
    "subjectKeyIdentifier は鍵のSHA-1、authorityKeyIdentifier はルートCAのものにしてください。",
  ),
  critical: sentence(
    "It has a critical extension that is not of an issuing CA: others would refuse what it issues.",
    "中間CAにない critical な拡張が含まれています。",
  ),
  over: sentence("The certificate is over.", "証明書の有効期限が切れています。"),
  beyond_root: sentence(
    "It ends later than its root: others would not believe its last years.",
    "ルートCAより後に期限が切れます。",
  ),
  root_unreadable: sentence(
    "The root's certificate cannot be read: its name may have CN, OU, O, L, ST and C only.",
    "ルートCAの証明書を読めません。名前に使えるのは CN、OU、O、L、ST、C だけです。",
  ),
  root_not_self_signed: sentence(
    "What was brought as the root is not signed by itself: a root is wanted, no CA below another.",
    "ルートCAとして指定された証明書が自己署名ではありません。",
  ),
  root_not_ca: sentence(
    "The root's certificate does not say CA:TRUE, or lets no CA stand below it.",
    "ルートCAの証明書に CA:TRUE がないか、下位のCAが許されていません。",
  ),
  root_key_usage: sentence(
    "The root's keyUsage has to have keyCertSign and cRLSign.",
    "ルートCAの keyUsage に keyCertSign と cRLSign が必要です。",
  ),
  root_key: sentence(
    "The root's key is too weak, or of a kind that is not used here: RSA from 3072 bits on, P-256, P-384 or P-521.",
    "ルートCAの鍵が弱いか、使えない種類です。",
  ),
  root_over: sentence("The root's certificate is over.", "ルートCA証明書の有効期限が切れています。"),
  unconfirmed: sentence(
    "The root was not confirmed. Compare the fingerprint with the one that its keeper wrote down, and say --root-fingerprint <SHA-256>.",
    "ルートCAが確認されていません。保管者が書き留めた拇印と照合し、--root-fingerprint <SHA-256> を付けてください。",
  ),
  root_here: sentence(
    "The lists of that root are made here: there is nothing to bring.",
    "そのルートCAの失効リストはここで作成されます。登録は不要です。",
  ),
  partial: sentence(
    "The list is a delta, or of one distribution point: bring a complete one.",
    "差分または分割された失効リストです。完全な失効リストを指定してください。",
  ),
  no_number: sentence(
    "The list has no CRL number, or one beyond 2147483647.",
    "失効リストに番号がないか、大きすぎます。",
  ),
  not_newer: sentence(
    "A list with this number or a later one is published already: numbers have to grow.",
    "同じか新しい番号の失効リストがすでに公開されています。",
  ),
  not_yet: sentence(
    "The list is of the future: look at the clock of the root's machine.",
    "失効リストの日時が未来です。ルートCAの機械の時計を確認してください。",
  ),
  outdated: sentence(
    "The list is over, or does not say until when it is good: make a new one.",
    "失効リストの期限が切れているか、期限がありません。新しく作成してください。",
  ),
  unknown: sentence(
    "There is no CA of that name: the list shows them.",
    "その名前のCAはありません。一覧を確認してください。",
  ),
  is_root: sentence(
    "That is a root: roots issue to CAs only, and nobody revokes them.",
    "それはルートCAです。この操作は中間CAにだけ行えます。",
  ),
  waiting: sentence(
    "Its certificate is not here yet: have the root sign the request, and bring it with `accept`.",
    "証明書がまだありません。ルートCAの署名を受け、accept で登録してください。",
  ),
  revoked: sentence(
    "It is revoked: make a new generation.",
    "失効しています。新しい世代を作成してください。",
  ),
  root_revoked: sentence("Its root is revoked.", "ルートCAが失効しています。"),
  in_the_past: sentence("That date is past.", "過去の日時です。"),
  not_yet_valid: sentence(
    "Its certificate is not valid yet by then.",
    "その時点では、証明書の有効期間が始まっていません。",
  ),
  ends_too_soon: sentence(
    "It ends before the longest certificates that it would issue: make a new generation.",
    "最長の証明書より先に期限が切れます。新しい世代を作成してください。",
  ),
  root_list_missing: sentence(
    "There is no revocation list of its root, and whoever checks certificates asks for it: bring it with `npm run ca -- crl root.crl`.",
    "ルートCAの失効リストがありません。npm run ca -- crl root.crl で登録してください。",
  ),
  root_list_outdated: sentence(
    "The revocation list of its root is over by then: bring a new one with `npm run ca -- crl root.crl`.",
    "ルートCAの失効リストの期限が切れます。新しいものを npm run ca -- crl root.crl で登録してください。",
  ),
  root_offline: sentence(
    "Its root is offline: revoke it there with `npm run ca-root -- crl <folder> --revoke <serial>`, and bring the list with `npm run ca -- crl root.crl`.",
    "ルートCAがオフラインです。npm run ca-root -- crl <folder> --revoke <serial> で失効させ、失効リストを npm run ca -- crl root.crl で登録してください。",
  ),
};

const states: Record<IssuerState, string> = {
  waiting: "waiting for its certificate / 署名待ち",
  ready: "ready / 発行開始前",
  set: "begins later / 発行開始予定",
  issues: "issues / 発行中",
  keeps_lists: "keeps its lists / 失効情報のみ",
  signs: "signs issuing CAs / ルートCA",
  revoked: "revoked / 失効",
  over: "over / 期限切れ",
};

const day = (date: Date | null) => date?.toISOString().slice(0, 10) ?? "";

export function tell(issuers: readonly IssuerView[]) {
  if (issuers.length === 0) console.log("There is no CA yet. / CAはまだありません。");
  for (const view of issuers) {
    const { id, kind, generation, state, subject, fingerprint, key, list, responderUntil } = view;
    const dates = [
      view.notBefore && `${day(view.notBefore)} – ${day(view.notAfter)}`,
      view.issuesFrom && `issues since / 発行開始 ${view.issuesFrom.toISOString()}`,
      view.revokedAt && `revoked / 失効 ${day(view.revokedAt)}`,
    ].filter(Boolean);
    console.log(`  ${id}  ${kind} G${generation}  ${states[state]}
            ${subject}`);
    if (fingerprint) console.log(`            SHA-256 ${fingerprint}`);
    console.log(`            key / 鍵 ${key}${view.parentId ? `, signed by / 署名 ${view.parentId}` : ""}`);
    if (dates.length > 0) console.log(`            ${dates.join(", ")}`);
    if (list)
      console.log(`            list / 失効リスト ${list.number}, until / 次回更新 ${day(list.nextUpdate)}`);
    if (responderUntil)
      console.log(`            OCSP until / OCSP署名鍵の期限 ${responderUntil.toISOString()}`);
  }
}
