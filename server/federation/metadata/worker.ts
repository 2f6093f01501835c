/**
 * A thread of its own that fetches metadata, verifies and reads them, and hands the providers out in portions as they are asked for. The
 * thread of the web server never sees the document.
 */
import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { aggregateLimits, metadataReader } from "./document.ts";
import type { Answer, Order } from "./load.ts";
import type { Provider } from "./read-providers.ts";
import { MetadataRefusal } from "./refusal.ts";
import { fetchMetadata } from "./source.ts";

// Here it is this thread's alone: whoever waits for a page goes first. Elsewhere it would be the whole process's.
if (process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

/** Octets of a portion: little enough to be handed on without being felt. */
const portionSize = 128 * 1024;

async function carryOut(order: Order): Promise<Answer> {
  const fetched =
    "document" in order
      ? { octets: [order.document], validators: { etag: null, lastModified: null } }
      : await fetchMetadata(order.url, order);
  if ("status" in fetched && fetched.status === "same") return { kind: "same" };
  if (!("octets" in fetched)) throw new MetadataRefusal("unreachable", "the address answered 404");

  let rows: string[] = [];
  let size = 0;
  const pack = () => {
    if (rows.length > 0) portions.push(new TextEncoder().encode(`[${rows.join(",")}]`));
    rows = [];
    size = 0;
  };
  const limits = { ...aggregateLimits, ...(order.largest && { octets: order.largest }) };
  const keep = (provider: Provider) => {
    const row = JSON.stringify(provider);
    rows.push(row);
    size += row.length;
    if (size > portionSize) pack();
  };
  const reader = metadataReader(order, keep, limits);
  for await (const piece of fetched.octets) reader.write(piece);
  const believed = reader.end();
  pack();
  return { kind: "believed", believed, validators: fetched.validators };
}

const portions: Uint8Array[] = [];

carryOut(workerData as Order).then(
  (answer) => parentPort?.postMessage(answer),
  (cause) => {
    const refused =
      cause instanceof MetadataRefusal ? cause : new MetadataRefusal("unreachable", String(cause));
    parentPort?.postMessage({ kind: "refused", code: refused.code, found: refused.found } satisfies Answer);
  },
);

parentPort?.on("message", () => {
  const portion = portions.shift();
  parentPort?.postMessage(
    { kind: "portion", portion } satisfies Answer,
    portion ? [portion.buffer as ArrayBuffer] : [],
  );
});
