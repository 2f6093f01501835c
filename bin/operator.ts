/** Who is an operator of the portal: `npm run operator -- <ePPN or subject>`, with `--institution`, `--take` or `--list`. */
import { parseArgs } from "node:util";
import type { Found } from "../server/admin/roles.ts";
import type { Database } from "../server/db.ts";
import { atConsole } from "./console.ts";
import { generateClient } from "./generate.ts";
import { withOwnDatabase } from "./own-database.ts";
import { Refusal } from "./refusal.ts";

const usage = `npm run operator -- <ePPN>                              make somebody an operator / 運用者にする
npm run operator -- <ePPN> --take                       take it back / 運用者から外す
npm run operator -- <ePPN> --institution <entityID>     of two with one name, the one of this institution / 同じ名前の人がいるとき、機関で選ぶ
npm run operator -- --list                              who is an operator / 運用者の一覧
Instead of the ePPN any identifier that the institution states will do, a targeted ID as targetedId:<value>. Only who has logged in once is known.
ePPN の代わりに、所属機関が送るほかの識別子も使えます(targeted IDは targetedId:<値>)。一度ログインした人だけが対象です。`;

/** Null: how the command is used is what was asked. */
function read(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        institution: { type: "string" },
        take: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return null;
    const [text, ...others] = positionals;
    if (others.length > 0 || (text === undefined) !== values.list) throw new Error();
    return { ...values, text: text ?? "" };
  } catch {
    throw new Refusal(usage);
  }
}

type Wish = NonNullable<ReturnType<typeof read>>;

function line({ name, institution, subject, eppn, lastLoginAt }: Found): string {
  const day = lastLoginAt.toISOString().slice(0, 10);
  return `  ${name}, ${institution.nameJa} / ${institution.nameEn}\n    ${subject}${eppn ? `, ePPN ${eppn}` : ""}, ${institution.entityId}, last login ${day}`;
}

async function theOne(db: Database, text: string, entityId: string | undefined): Promise<Found> {
  const { findPeople } = await import("../server/admin/roles.ts");
  const found = await findPeople(db, { text, entityId, now: new Date() });
  const [one, ...others] = found;
  if (!one) {
    throw new Refusal(
      `Nobody called ${text}${entityId ? ` at ${entityId}` : ""} has logged in yet: have them log in to the portal once, then try again. / ${text} はまだログインしていません。一度ポータルにログインしてもらってから、もう一度実行してください。`,
    );
  }
  if (others.length === 0) return one;
  const several = found.map(line).join("\n");
  throw new Refusal(
    `${found.length} people are called ${text}. Name the identifier, or the institution with --institution. / ${text} は${found.length}人います。識別子か --institution で指定してください。\n${several}`,
  );
}

async function carryOut(db: Database, { text, institution, take, list }: Wish) {
  const { makeOperator, operators, takeOperator } = await import("../server/admin/roles.ts");
  const now = new Date();
  if (list) {
    const all = await operators(db, now);
    console.log(
      all.length > 0
        ? `Operators / 運用者:\n${all.map(line).join("\n")}`
        : "There is no operator. / 運用者はいません。",
    );
    return;
  }
  const one = await theOne(db, text, institution);
  if (take) {
    await takeOperator(db, one.memberId);
    console.log(
      `${one.isOperator ? "No longer an operator / 運用者から外しました" : "Was no operator / 運用者ではありません"}:\n${line(one)}`,
    );
  } else {
    await makeOperator(db, { memberId: one.memberId, by: null, now });
    console.log(
      `${one.isOperator ? "Is an operator already / すでに運用者です" : "An operator from now on / 運用者にしました"}:\n${line(one)}`,
    );
  }
}

async function withDatabase(use: (db: Database) => Promise<void>) {
  process.env.LOG_LEVEL ||= "warn";
  generateClient();
  await withOwnDatabase(async ({ url }) => {
    const { openDatabase } = await import("../server/db.ts");
    const db = openDatabase(url, 2);
    try {
      await use(db);
    } finally {
      await db.$disconnect();
    }
  });
}

await atConsole(
  async (words) => {
    const wish = read(words);
    if (wish) await withDatabase((db) => carryOut(db, wish));
    else console.log(usage);
  },
  (error) => `It could not be done / 実行できませんでした: ${error}`,
);
