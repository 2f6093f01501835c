/** One publication of the client CA's lists from a database, in a process of its own: `node lists-once.ts <url> <sealing key>`. Prints JSON. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { LocalCa } from "../../server/ca/local/local-ca.ts";
import { openDatabase } from "../../server/db.ts";
import { sealing } from "../../server/secrets/sealing.ts";

export type ListsOnce = {
  /** Milliseconds until the complete list was made, signed and stored. */
  time: number;
  /** Octets of it. */
  size: number;
  /** Octets by which the process grew at most. */
  growth: number;
  /** Milliseconds for which at longest nothing else was done. */
  stall: number;
  /** Milliseconds until the list could be given to the first who fetched it. */
  fetch: number;
};

const [url = "", key = ""] = process.argv.slice(2);
let now = new Date();
const db = openDatabase(url);
const ca = new LocalCa({
  db,
  now: () => now,
  sealing: sealing(Buffer.from(key, "base64")),
  tell: async () => {},
  baseUrl: "http://localhost:3000",
});
// What is compiled and opened at first use is no part of the figures.
await ca.publicFile("smime.crl");
now = new Date(now.getTime() + 25 * 60 * 60 * 1000);
globalThis.gc?.();
const before = process.memoryUsage.rss();
const delays = monitorEventLoopDelay({ resolution: 5 });
delays.enable();
const began = performance.now();
await ca.publishAll();
await ca.catchUp();
const time = performance.now() - began;
delays.disable();
const growth = process.resourceUsage().maxRSS * 1024 - before;
const fetched = performance.now();
const file = await ca.publicFile("client.crl");
if (typeof file === "string") throw new Error(`The list is ${file}.`);
const fetch = performance.now() - fetched;
const stall = Math.max(0, delays.max / 1e6 - 5);
console.log(JSON.stringify({ time, size: file.body.length, growth, stall, fetch } satisfies ListsOnce));
await db.$disconnect();
