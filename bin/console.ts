/** What the commands have in common: files that are named to them, and how they end. */
import { readFileSync } from "node:fs";
import { Refusal } from "./refusal.ts";

/** @throws Refusal where it cannot be read; commands read before they do anything */
export function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new Refusal(
      `The file ${path} cannot be read. Nothing was done. / ファイル ${path} を読めません。何も行っていません。`,
    );
  }
}

/** Runs the command with the words behind it; what goes wrong is said in a sentence, and by the exit code (`failed`). */
export async function atConsole(
  command: (words: readonly string[]) => Promise<void>,
  sentenceFor: (error: unknown) => string,
  failed = 1,
): Promise<void> {
  try {
    await command(process.argv.slice(2));
  } catch (error) {
    console.error(`\n${error instanceof Refusal ? error.message : sentenceFor(error)}`);
    process.exitCode = failed;
  }
}
