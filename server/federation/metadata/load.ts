/** Metadata from their source to rows of identity providers, by a thread that is there for nothing else and ends with it. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Believed } from "./document.ts";
import { type MetadataCode, MetadataRefusal } from "./refusal.ts";
import type { Validators } from "./source.ts";

export type Order = {
  /** Base64 of DER. */
  certificates: readonly string[];
  now: Date;
  maxDays?: number;
  /** Octets that they may have. */
  largest?: number;
} & ({ url: string; known?: Validators; silence?: number } | { document: Uint8Array });

export type Answer =
  | { kind: "same" }
  | { kind: "refused"; code: MetadataCode; found: string }
  | { kind: "believed"; believed: Believed; validators: Validators }
  | { kind: "portion"; portion: Uint8Array | undefined };

export type Loaded =
  | { status: "same" }
  | {
      status: "believed";
      believed: Believed;
      validators: Validators;
      /** Once, in any order: rows as the text of a JSON array. */
      rows: () => AsyncGenerator<string>;
    };

/** Metadata take seconds; a source that drips may take this long. */
const longest = 10 * 60_000;
/** Megabytes. What it reads passes by and is not kept, so little room for what is new keeps the whole small. */
const memory = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 };

/** What `use` returns, or a MetadataRefusal. The thread is gone when this settles. */
export async function loadMetadata<T>(order: Order, use: (loaded: Loaded) => Promise<T>): Promise<T> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    workerData: order,
    resourceLimits: memory,
  });
  const ended = endOf(worker);
  const timer = setTimeout(() => worker.terminate(), longest);
  timer.unref();
  const heard = () => Promise.race([ended, once(worker, "message").then(([answer]) => answer as Answer)]);
  try {
    const answer = await heard();
    if (answer.kind === "refused") throw new MetadataRefusal(answer.code, answer.found);
    if (answer.kind === "same") return await use({ status: "same" });
    if (answer.kind === "portion") throw new Error("a portion before the answer");
    async function* rows() {
      for (;;) {
        worker.postMessage("more");
        const answer = await heard();
        if (answer.kind !== "portion" || !answer.portion) return;
        yield new TextDecoder().decode(answer.portion);
      }
    }
    return await use({ ...answer, status: "believed", rows });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

/** Rejects when the thread ends before it was told to: killed, out of memory, too long. */
function endOf(worker: Worker): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    const refuse = (why: string, cause?: unknown) =>
      reject(new MetadataRefusal("interrupted", `the thread that reads them ended: ${why}`, cause));
    worker.once("error", (cause: Error) => refuse(cause.message, cause));
    worker.once("exit", (code) => refuse(`exit ${code}`));
  });
  ended.catch(() => {});
  return ended;
}
