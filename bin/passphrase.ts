/** Asks at the console: for a passphrase, which is not shown, or for a word. Where nobody sits the passphrase is the first line of the input. */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { Refusal } from "./refusal.ts";

export const isTyped = () => process.stdin.isTTY === true;

export async function askPassphrase(question: string, { twice = false } = {}): Promise<string> {
  if (!isTyped()) return firstLine();
  const typed = await typedUnseen(question);
  if (twice && (await typedUnseen("Once more / もう一度: ")) !== typed)
    throw new Refusal(
      "The two differ: nothing was made. Try again. / 2回の入力が一致しません。何も作成していません。もう一度実行してください。",
    );
  return typed;
}

export async function askYes(question: string): Promise<boolean> {
  if (!isTyped()) return false;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await new Promise<string>((done) => lines.question(question, done))).trim());
  } finally {
    lines.close();
  }
}

async function typedUnseen(question: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: true });
  // Not before: until now the terminal itself would have shown what is typed.
  process.stdout.write(question);
  try {
    return await new Promise<string>((done, fail) => {
      lines.once("line", done);
      lines.once("SIGINT", () => fail(new Refusal("Nothing was done. / 何もしていません。")));
    });
  } finally {
    lines.close();
    process.stdout.write("\n");
  }
}

async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    lines.close();
    return line;
  }
  return "";
}
