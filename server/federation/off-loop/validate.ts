/** The validation of a response off the main loop: whatever a stranger sends, nobody else waits for it. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { LoginRefusal } from "../refusal.ts";
import type { Statement } from "../validation/assertion.ts";
import type { Expectation } from "../validation/validate.ts";
import { NoAnswer, Threads } from "./threads.ts";
import type { Question, Verdict } from "./verdict.ts";

/** Two at least: one may have much to do. More than four only wait for the database. */
const threads = Math.min(Math.max(availableParallelism(), 2), 4);

const kept = globalThis as { portalThreads?: Threads<Question, Verdict> };

/** As `validateResponse`; refused as well when it takes too long or too many are waiting. */
export async function validateOffLoop(samlResponse: string, expected: Expectation): Promise<Statement> {
  kept.portalThreads ??= new Threads(start, { threads, waiting: 200, time: 5000 });
  let verdict: Verdict;
  try {
    verdict = await kept.portalThreads.ask({ samlResponse, expected });
  } catch (cause) {
    if (!(cause instanceof NoAnswer)) throw cause;
    const codes = { too_slow: "check_too_slow", too_busy: "check_too_busy", died: "internal" } as const;
    throw new LoginRefusal(codes[cause.reason], { actual: `validation: ${cause.reason}` }, cause);
  }
  if ("statement" in verdict) return verdict.statement;
  if ("refused" in verdict) throw new LoginRefusal(verdict.refused.code, verdict.refused.findings);
  throw new LoginRefusal("internal", {}, new Error(verdict.failed));
}

function start(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), {
    // A hundred times what the largest response takes; who needs more ends alone.
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
  });
}
