/** A thread that does nothing but look at responses: what a stranger sent is parsed and verified here, while the portal answers others. */
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { LoginRefusal } from "../refusal.ts";
import { validateResponse } from "../validation/validate.ts";
import type { Question, Verdict } from "./verdict.ts";

/** On Linux a thread has a priority of its own: whoever else is served goes before. Elsewhere it would be the whole process's. */
if (process.platform === "linux") setPriority(0, 5);

parentPort?.on("message", ({ samlResponse, expected }: Question) => {
  parentPort?.postMessage(verdictOn(samlResponse, expected));
});

function verdictOn(samlResponse: string, expected: Question["expected"]): Verdict {
  try {
    return { statement: validateResponse(samlResponse, expected) };
  } catch (cause) {
    if (cause instanceof LoginRefusal) return { refused: { code: cause.code, findings: cause.findings } };
    return { failed: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
  }
}
