/** What a browser keeps of a key it made, and whether it opens again. WebCrypto is Node's here; the journeys use Chromium's. */
import { createPrivateKey, createPublicKey, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { keyKinds, makeRequest } from "@/components/keys/own-request.ts";
import {
  openRequest,
  readRequestFile,
  type SealedRequest,
  sealRequest,
  writeRequestFile,
} from "@/components/keys/sealed-request.ts";
import { run, tool } from "@/tests/support/tools.ts";

const ticket = randomBytes(32).toString("hex");
const pin = "b4qsuFYqxpyq234D";
const sealedWith = { pin, ticket, madeAt: Date.UTC(2026, 10, 22) };

describe.each(keyKinds)("a request for a key of kind %s", (kind) => {
  test("carries the key's public half, and OpenSSL finds its private half proven", async () => {
    const { pkcs8, spki, csr } = await makeRequest(kind, "client-11");
    const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
    const own = createPublicKey(privateKey).export({ format: "der", type: "spki" });
    expect(Buffer.from(spki)).toEqual(own);
    if (!tool("openssl")) return;
    const { ok, said } = run("openssl", ["req", "-inform", "DER", "-verify", "-noout", "-subject", "-text"], {
      input: csr,
    });
    expect(ok, said).toBe(true);
    expect(said).toMatch(/verify OK/);
    expect(said).toMatch(/CN ?= ?client-11/);
  });

  test("opens with the PIN, as it was, also from the file its holder kept", async () => {
    const request = await makeRequest(kind, "client-11");
    const sealed = await sealRequest(request, sealedWith);
    expect(await openRequest(sealed, pin)).toEqual(request);
    const read = readRequestFile(writeRequestFile(sealed));
    expect(read).toEqual(sealed);
    expect(await openRequest(read as SealedRequest, pin)).toEqual(request);
  });
});

describe("a sealed request", async () => {
  const request = await makeRequest("p-256", "client-11");
  const sealed = await sealRequest(request, sealedWith);

  test("tells nothing of the key, neither kept nor as a file", () => {
    const held = Buffer.concat([Buffer.from(sealed.sealed), Buffer.from(writeRequestFile(sealed))]);
    for (let at = 0; at + 16 <= request.pkcs8.length; at += 8) {
      const part = Buffer.from(request.pkcs8.subarray(at, at + 16));
      expect(held.includes(part)).toBe(false);
      expect(held.includes(part.toString("base64").slice(0, 20))).toBe(false);
    }
  });

  test("opens with no other PIN", async () => {
    expect(await openRequest(sealed, "b4qsuFYqxpyq234E")).toBeNull();
    expect(await openRequest(sealed, "")).toBeNull();
  });

  test.each([
    ["another ticket", { ticket: randomBytes(32).toString("hex") }],
    ["another time", { madeAt: sealedWith.madeAt + 1 }],
    ["a salt of its own", { salt: Uint8Array.from(randomBytes(16)) }],
    ["another start", { iv: Uint8Array.from(randomBytes(12)) }],
    ["a bit more", { sealed: sealed.sealed.map((octet, i) => (i === 40 ? octet ^ 1 : octet)) }],
    ["less", { sealed: sealed.sealed.slice(0, -1) }],
    ["nothing", { sealed: new Uint8Array(0) }],
  ])("does not open with %s", async (_, change) => {
    expect(await openRequest({ ...sealed, ...change }, pin)).toBeNull();
  });

  test("is sealed anew each time", async () => {
    const again = await sealRequest(request, sealedWith);
    expect(Buffer.from(again.salt)).not.toEqual(Buffer.from(sealed.salt));
    expect(Buffer.from(again.sealed)).not.toEqual(Buffer.from(sealed.sealed));
  });

  const file = JSON.parse(writeRequestFile(sealed)) as Record<string, unknown>;
  test.each([
    ["no JSON", "-----BEGIN CERTIFICATE REQUEST-----"],
    ["a word", '"sealed"'],
    ["null", "null"],
    ["a list", "[]"],
    ["another format", JSON.stringify({ ...file, format: "x" })],
    ["a version to come", JSON.stringify({ ...file, version: 2 })],
    ["a ticket that is none", JSON.stringify({ ...file, ticket: "../x" })],
    ["few iterations", JSON.stringify({ ...file, iterations: 1000 })],
    ["endless iterations", JSON.stringify({ ...file, iterations: 1e12 })],
    ["half an iteration", JSON.stringify({ ...file, iterations: 300000.5 })],
    ["no time", JSON.stringify({ ...file, madeAt: "now" })],
    ["a short salt", JSON.stringify({ ...file, salt: "AAAA" })],
    ["no base64", JSON.stringify({ ...file, iv: "ä" })],
    ["nothing sealed", JSON.stringify({ ...file, sealed: "" })],
    ["too much", JSON.stringify({ ...file, sealed: "A".repeat(40_000) })],
  ])("is not read from %s", (_, text) => {
    expect(readRequestFile(text)).toBeNull();
  });

  test("no scrap or scramble of a file makes the reader throw", () => {
    const whole = writeRequestFile(sealed);
    for (let i = 0; i < 400; i++) {
      const at = Math.floor(Math.random() * whole.length);
      const text =
        i % 2 ? whole.slice(0, at) : `${whole.slice(0, at)}${String.fromCharCode(i)}${whole.slice(at + 1)}`;
      const read = readRequestFile(text);
      if (read) expect(read.iterations).toBeLessThanOrEqual(2_000_000);
    }
  });
});
