/** Who is an operator of the portal, or a registrar: `npm run operator -- <ePPN or subject>`, with `--registrar`, `--institution`, `--take` or `--list`. */
import { parseArgs } from "node:util";
import type { Found } from "../server/admin/people.ts";
import type { Database } from "../server/db.ts";
import { atConsole } from "./console.ts";
import { generateClient } from "./generate.ts";
import { withOwnDatabase } from "./own-database.ts";
import { Refusal } from "./refusal.ts";

const usage = `npm run operator -- <ePPN>                              make somebody an operator / 運用者にする
npm run operator -- <ePPN> --take                       take it back / 運用者から外す
npm run operator -- <ePPN> --institution <entityID>     of two with one name, the one of this institution / 同じ名前の人がいるとき、機関で選ぶ
npm run operator -- <ePPN> --registrar                  make somebody a registrar of their institution; also with --take / 所属機関の登録担当者にする
npm run operator -- --list                              who is an operator, and who a registrar / 運用者と登録担当者の一覧
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
        registrar: { type: "boolean", default: false },
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
  const { findPeople } = await import("../server/admin/people.ts");
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

const said = {
  operator: {
    list: "Operators / 運用者",
    none: "There is no operator. / 運用者はいません。",
    made: "An operator from now on / 運用者にしました",
    already: "Is an operator already / すでに運用者です",
    taken: "No longer an operator / 運用者から外しました",
    never: "Was no operator / 運用者ではありません",
  },
  registrar: {
    list: "Registrars / 登録担当者",
    none: "There is no registrar. / 登録担当者はいません。",
    made: "A registrar from now on / 登録担当者にしました",
    already: "Is a registrar already / すでに登録担当者です",
    taken: "No longer a registrar / 登録担当者から外しました",
    never: "Was no registrar / 登録担当者ではありません",
  },
};

async function carryOut(db: Database, { text, institution, registrar, take, list }: Wish) {
  const { holders } = await import("../server/admin/people.ts");
  const now = new Date();
  if (list) {
    for (const role of ["operator", "registrar"] as const) {
      const all = await holders(db, role, now);
      console.log(all.length > 0 ? `${said[role].list}:\n${all.map(line).join("\n")}` : said[role].none);
    }
    return;
  }
  const role = registrar ? "registrar" : "operator";
  const one = await theOne(db, text, institution);
  const outcome = await (take ? taken(db, one, role) : given(db, one, role));
  console.log(`${said[role][outcome]}:\n${line(one)}`);
}

type Role = keyof typeof said;

async function given(db: Database, { memberId }: Found, role: Role) {
  const { giveRole } = await import("../server/admin/roles.ts");
  const all = { scope: { institutions: null }, by: null, reason: null, now: new Date() };
  const outcome = await giveRole(db, { memberId, role, expiresAt: null, ...all });
  return outcome === "already" ? "already" : "made";
}

async function taken(db: Database, { memberId }: Found, role: Role) {
  const { takeEvery } = await import("../server/admin/roles.ts");
  return (await takeEvery(db, { memberId, role, now: new Date() })) > 0 ? "taken" : "never";
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
