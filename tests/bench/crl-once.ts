/**
 * One revocation list of so many entries in a process of its own, so that its memory is nobody else's: `node crl-once.ts <count> <how> <key>`
 * with `array` for entries as objects, `encoded` for entries that were encoded before. Prints JSON.
 */
import { createPrivateKey, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { buildCrl, encodeEntry, type RevokedCertificate } from "../../server/pki/crl.ts";
import { keyIdentifier } from "../../server/pki/keys.ts";
import { keySigner } from "../../server/pki/signer.ts";

export type Once = {
  /** Milliseconds, the median of several. */
  time: number;
  /** Octets of the list. */
  size: number;
  /** Octets by which the process grew at most: from before there were encoded entries, or from when there were those that are objects. */
  growth: number;
};

const [count = 0, how, keyFile = ""] = [Number(process.argv[2]), process.argv[3], process.argv[4]];
const signer = keySigner(createPrivateKey(readFileSync(keyFile)));
const list = {
  issuerName: [{ type: "CN", value: "Bench CA" }] as const,
  authorityKeyIdentifier: keyIdentifier(signer.publicKey),
  number: 1,
  thisUpdate: new Date(),
  nextUpdate: new Date(Date.now() + 7 * 24 * 60 * 60 * 1000),
};
// What is compiled and loaded at first use is no part of the figures.
await buildCrl({ ...list, entries: Array.from({ length: 1000 }, (_, n) => entry(n)) }, signer);

const empty = process.memoryUsage.rss();
const entries = how === "encoded" ? encodedEntries(count) : Array.from({ length: count }, (_, n) => entry(n));
globalThis.gc?.();
const before = how === "encoded" ? empty : process.memoryUsage.rss();
const times: number[] = [];
let size = 0;
const once = async () => {
  const begin = performance.now();
  size = (await buildCrl({ ...list, entries }, signer)).length;
  times.push(performance.now() - begin);
};
await once();
const growth = process.resourceUsage().maxRSS * 1024 - before;
while (times.length < 7) await once();
const time = times.sort((one, other) => one - other)[3] ?? Number.NaN;
console.log(JSON.stringify({ time, size, growth } satisfies Once));

function entry(n: number): RevokedCertificate {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return { serial: serial.toString("hex"), at: new Date(Date.now() - n * 1000), reason: 4 };
}

/** In pieces, as they come from a table that keeps them. */
function encodedEntries(count: number): Uint8Array[] {
  const size = encodeEntry(entry(0)).length;
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < count; from += 20_000) {
    const piece = new Uint8Array(Math.min(20_000, count - from) * size);
    for (let at = 0; at < piece.length; at += size) piece.set(encodeEntry(entry(from + at / size)), at);
    pieces.push(piece);
  }
  return pieces;
}
