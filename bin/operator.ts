/** Who is an operator of the portal: `npm run operator -- <ePPN or subject>`, with `--institution`, `--take` or `--list`. */
import { parseArgs } from "node:util";
import { type Found, findPeople, makeOperator, operators, takeOperator } from "../server/admin/roles.ts";
import { type Database, openDatabase } from "../server/db.ts";
import { loadSettings, withDatabase } from "./database.ts";
import { Refusal } from "./refusal.ts";

const usage = `Usage:
  npm run operator -- <ePPN or subject> [--institution <entityID>]          make somebody an operator
  npm run operator -- <ePPN or subject> [--institution <entityID>] --take   take it back
  npm run operator -- --list                                                who is one
Somebody is known here once they have logged in to the portal.`;

function read(args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        institution: { type: "string" },
        take: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
      },
    });
    const [text, ...others] = positionals;
    if (others.length > 0 || (text === undefined) !== values.list) throw new Error();
    return { ...values, text: text ?? "" };
  } catch {
    throw new Refusal(usage);
  }
}

function line({ name, institution, subject, eppn, lastLoginAt }: Found): string {
  const day = lastLoginAt.toISOString().slice(0, 10);
  return `  ${name}, ${institution.nameJa} / ${institution.nameEn}\n    ${subject}${eppn ? `, ePPN ${eppn}` : ""}, ${institution.entityId}, last login ${day}`;
}

async function theOne(db: Database, text: string, entityId: string | undefined): Promise<Found> {
  const found = await findPeople(db, { text, entityId, now: new Date() });
  const [one, ...others] = found;
  if (!one) {
    throw new Refusal(
      `Nobody called ${text}${entityId ? ` at ${entityId}` : ""} has logged in yet: have them log in to the portal once, then try again.`,
    );
  }
  if (others.length === 0) return one;
  const several = found.map(line).join("\n");
  throw new Refusal(
    `${found.length} people are called ${text}. Name the subject, or the institution with --institution:\n${several}`,
  );
}

async function carryOut(db: Database, { text, institution, take, list }: ReturnType<typeof read>) {
  const now = new Date();
  if (list) {
    const all = await operators(db, now);
    console.log(all.length > 0 ? `Operators:\n${all.map(line).join("\n")}` : "There is no operator.");
    return;
  }
  const one = await theOne(db, text, institution);
  if (take) {
    await takeOperator(db, one.memberId);
    console.log(`${one.isOperator ? "No longer an operator" : "Was no operator"}:\n${line(one)}`);
  } else {
    await makeOperator(db, { memberId: one.memberId, by: null, now });
    console.log(`${one.isOperator ? "Is an operator already" : "An operator from now on"}:\n${line(one)}`);
  }
}

try {
  const wish = read(process.argv.slice(2));
  loadSettings();
  await withDatabase(async (url) => {
    const db = openDatabase(url, 2);
    try {
      await carryOut(db, wish);
    } finally {
      await db.$disconnect();
    }
  });
} catch (error) {
  console.error(error instanceof Refusal ? error.message : `It could not be done: ${error}`);
  process.exitCode = 1;
}
