/**
 * The CAs of this portal: which there are, new generations of them, the root's ceremony and the rollover, `npm run ca`.
 * How a ceremony goes is told in server/ca/README.md; the offline root's own command is bin/ca-root.ts.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import type { CeremonyOffice, IssuingKind, KeyAlgorithm } from "../server/ca/local/ceremony/office.ts";
import { ca } from "../server/env/ca.ts";
import { keys } from "../server/env/keys.ts";
import { type Code, refusals, tell, usage } from "./ca-words.ts";
import { atConsole, contentOf } from "./console.ts";
import { generateClient } from "./generate.ts";
import { type OwnPortal, withOwnPortal } from "./own-portal.ts";
import { askYes } from "./passphrase.ts";
import { Refusal } from "./refusal.ts";

const algorithms: readonly string[] = ["rsa-3072", "rsa-4096", "p-256", "p-384"] satisfies KeyAlgorithm[];
const reasons = {
  compromise: "cACompromise",
  superseded: "superseded",
  cessation: "cessationOfOperation",
} as const;

type Wish = ReturnType<typeof asked>;

/** What was typed, or the usage. */
function asked(words: readonly string[]) {
  const { values, positionals } = parsed(words);
  const [deed = "list", ...rest] = positionals;
  const [one = "", two] = rest;
  const kind: IssuingKind = one === "smime" ? "smime" : "client";
  const isKind = rest.length === 1 && (one === "client" || one === "smime");
  const at = values.at === undefined ? undefined : new Date(values.at);
  const reason = reasons[(values.reason ?? "") as keyof typeof reasons];
  const known =
    (deed === "list" && rest.length === 0) ||
    (["request", "renew"].includes(deed) && isKind && algorithms.includes(values.algorithm)) ||
    (deed === "accept" && (rest.length === 1 || rest.length === 2)) ||
    (deed === "use" && rest.length === 1 && !Number.isNaN(at?.getTime() ?? 0)) ||
    (deed === "revoke" && rest.length === 1 && reason !== undefined) ||
    (["crl", "drop"].includes(deed) && rest.length === 1);
  if (!known) throw new Refusal(usage);
  const algorithm = values.algorithm as KeyAlgorithm;
  const key = { algorithm, ...(values.key !== undefined && { place: values.key }) };
  return { ...values, deed, kind, one, two, at, reason, key };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        key: { type: "string" },
        algorithm: { type: "string", default: "rsa-3072" },
        "another-root": { type: "boolean", default: false },
        "root-fingerprint": { type: "string" },
        out: { type: "string" },
        at: { type: "string" },
        reason: { type: "string" },
      },
    });
  } catch {
    throw new Refusal(usage);
  }
}

async function main(words: readonly string[]) {
  if (words.includes("--help")) return console.log(usage);
  const wish = asked(words);
  process.env.LOG_LEVEL ||= "warn";
  generateClient();
  await withOwnPortal(async (portal) => {
    const { openDatabase } = await import("../server/db.ts");
    const db = openDatabase(portal.databaseUrl, 4);
    try {
      const office = await officeOf(portal, db);
      const after = await carryOut(office, wish);
      if (after) await publish(office);
      const { listIssuers } = await import("../server/ca/local/ceremony/list.ts");
      tell(await listIssuers(office));
      if (after) console.log(`\n${after}`);
    } finally {
      await db.$disconnect();
    }
  });
}

type Console = CeremonyOffice & { baseUrl: string };

async function officeOf(portal: OwnPortal, db: CeremonyOffice["db"]): Promise<Console> {
  const { authorityOf, publicUrlOf } = await import("../server/ca/local/profiles.ts");
  const { signersWith } = await import("../server/signers/open.ts");
  const settings = z
    .object({ ...ca, ...keys })
    .partial({ SEALING_KEY: true })
    .safeParse(given());
  if (!settings.success) throw new Refusal(settings.error.issues.map(({ message }) => message).join("\n"));
  const { CA_ORGANIZATION: organization, CA_POLICY_OID: policyOid, CA_ROOT: root } = settings.data;
  return {
    db,
    now: () => new Date(),
    sealing: portal.sealing,
    baseUrl: new URL(portal.baseUrl).origin,
    publicUrl: publicUrlOf({ BASE_URL: portal.baseUrl, PKI_URL: settings.data.PKI_URL }),
    authority: authorityOf({ organization, policyOid }),
    root,
    elsewhere: signersWith(settings.data),
  };
}

/** Settings that are empty are not set. */
function given() {
  return Object.fromEntries(Object.entries(process.env).filter(([, value]) => value?.trim()));
}

/** What comes next, or null where nothing was changed. */
async function carryOut(office: Console, wish: Wish): Promise<string | null> {
  const { deed, kind, one, key, at } = wish;
  switch (deed) {
    case "request": {
      const { requestIssuer } = await import("../server/ca/local/ceremony/request.ts");
      const outcome = await requestIssuer(office, { kind, key, anotherRoot: wish["another-root"] });
      const { done } = orRefuse(outcome);
      const path = resolve(wish.out ?? `${done.id}.csr`);
      const { toPem } = await import("../server/pki/pem.ts");
      const { readRequest } = await import("../server/pki/read-request.ts");
      const request = done.request ?? new Uint8Array();
      writeFileSync(path, toPem(request, "CERTIFICATE REQUEST"));
      const { spki } = await readRequest(request);
      const fingerprint = createHash("sha256").update(spki).digest("hex").toUpperCase();
      return `The request is in ${path}. Tell whoever keeps the root the key's SHA-256, another way than the file goes: ${fingerprint}
Have the root sign it, and come back with its certificate: npm run ca -- accept <certificate.pem> [root.pem]
証明書要求は ${path} にあります。鍵のSHA-256（上記）を、ファイルとは別の経路でルートCAの保管者に伝えてください。署名を受けたら npm run ca -- accept <certificate.pem> [root.pem] で登録してください。`;
    }
    case "renew": {
      const { renewIssuer } = await import("../server/ca/local/ceremony/request.ts");
      return thenUse(orRefuse(await renewIssuer(office, { kind, key })).done.id);
    }
    case "accept":
      return thenUse(await accept(office, wish));
    case "crl": {
      const { importList } = await import("../server/ca/local/ceremony/import-list.ts");
      const { done } = orRefuse(await importList(office, contentOf(one)));
      const named = done.revoked.length > 0 ? ` Revoked / 失効: ${done.revoked.join(", ")}.` : "";
      return `List ${done.number} of ${done.rootId} is published. Bring the next one before ${day(done.nextUpdate)}.${named}
失効リスト第${done.number}号を公開しました。次のリストを ${day(done.nextUpdate)} までに登録してください。`;
    }
    case "use": {
      const { switchTo } = await import("../server/ca/local/ceremony/use.ts");
      orRefuse(await switchTo(office, { id: one, ...(at && { at }) }));
      return `${at ? `From ${at.toISOString()} on` : "Within a minute"} every process issues with it. The one before keeps its lists and answers for what it issued. Tell those who check certificates of the new CA: ${office.publicUrl}/pki/${one}.cer
${at ? `${at.toISOString()} から` : "1分以内に"}すべてのプロセスがこの中間CAから発行します。以前の中間CAは、発行済みの証明書の失効情報を提供し続けます。証明書を検証するサービスの管理者に、新しい中間CA証明書 ${office.publicUrl}/pki/${one}.cer を知らせてください。`;
    }
    case "drop": {
      const { dropRequest } = await import("../server/ca/local/ceremony/request.ts");
      const outcome = await dropRequest(office, one);
      orRefuse(outcome);
      return "The request is gone. / 証明書要求を取り消しました。";
    }
    case "revoke": {
      const { revokeIssuer } = await import("../server/ca/local/ceremony/revoke.ts");
      orRefuse(await revokeIssuer(office, { id: one, reason: wish.reason }));
      return `It is on the root's list, and issues nothing more. Make and use a new generation: npm run ca -- renew, npm run ca -- use. Its holders need new certificates.
ルートCAの失効リストに載り、今後は発行しません。npm run ca -- renew と use で新しい世代に切り替え、利用者に新しい証明書を案内してください。`;
    }
    default:
      return null;
  }
}

async function accept(office: Console, wish: Wish): Promise<string> {
  const { acceptCertificate } = await import("../server/ca/local/ceremony/accept.ts");
  const files = [wish.one, wish.two].flatMap((path) => (path === undefined ? [] : [contentOf(path)]));
  const given = wish["root-fingerprint"];
  const outcome = await acceptCertificate(office, {
    files,
    ...(given !== undefined && { rootFingerprint: given }),
  });
  if (!("unconfirmed" in outcome)) return orRefuse(outcome).done.id;

  const { subject, fingerprint } = outcome.unconfirmed;
  console.log(`A root that is new here / 新しいルートCA: ${subject}\n  SHA-256 ${fingerprint}`);
  const question =
    "Is this the fingerprint that the root's keeper wrote down? / 保管者が書き留めた拇印と一致しますか? [y/N] ";
  if (given !== undefined || !(await askYes(question))) throw new Refusal(refusals.unconfirmed);
  const confirmed = await acceptCertificate(office, { files, rootFingerprint: fingerprint });
  if ("unconfirmed" in confirmed) throw new Refusal(refusals.unconfirmed);
  return orRefuse(confirmed).done.id;
}

function thenUse(id: string): string {
  return `${id} has its certificate, and issues nothing yet: npm run ca -- use ${id}
${id} の証明書を登録しました。発行を始めるには npm run ca -- use ${id} を実行してください。`;
}

function orRefuse<Outcome extends object>(outcome: Outcome): Exclude<Outcome, { refused: string }> {
  if ("refused" in outcome) {
    const { refused, ...detail } = outcome as { refused: Code };
    throw new Refusal([refusals[refused], ...Object.values(detail)].join("\n"));
  }
  return outcome as Exclude<Outcome, { refused: string }>;
}

/** Whoever is told of a new CA finds its lists. */
async function publish({ elsewhere, ...parts }: Console): Promise<void> {
  const { LocalCa } = await import("../server/ca/local/local-ca.ts");
  const ca = new LocalCa({ ...parts, openSigner: elsewhere.openSigner, tell: async () => {} });
  await ca.publishAll();
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

await atConsole(main, sentenceFor);

function sentenceFor(error: unknown): string {
  const message = error instanceof Error ? error.message.trim() : String(error);
  if (error instanceof Error && error.name === "KeyFault") return message;
  if (message.includes("another SEALING_KEY"))
    return "The keys in this database cannot be opened: set SEALING_KEY to the one that the portal runs with. / このデータベースの鍵を開けません。SEALING_KEY に、ポータルで使っている値を設定してください。";
  return `This could not be carried through: ${message}. The list shows what is so now; the same command may be given again. / 最後まで実行できませんでした。一覧で現在の状態を確認してください。同じコマンドを再度実行できます。`;
}
