/** Files that strangers have spoilt: whatever they are, the answer comes soon and is a file or an error of this room. */
import { beforeAll, expect, test, vi } from "vitest";
import { PkiError } from "@/server/pki/errors.ts";
import { nodeSuite } from "@/server/pki/node-suite.ts";
import { openPkcs12 } from "@/server/pki/open-pkcs12.ts";
import { buildPkcs12 } from "@/server/pki/pkcs12.ts";
import type { Pkcs12Suite } from "@/server/pki/pkcs12-suite.ts";
import { hierarchy, holder, issue, newKey, pkcs8Of, profiles } from "./hierarchy.ts";
import { bag, certificateBag, password, pfx, plain, safeOf } from "./pfx.ts";
import { seeded } from "./random.ts";

vi.setConfig({ testTimeout: 30_000 });

const random = seeded(7292);
let files: Uint8Array[];
let safe: Uint8Array;

beforeAll(async () => {
  const ours = await hierarchy("P-256");
  const pair = await newKey("P-256");
  const certificate = await issue(ours.client, profiles.client, holder(pair));
  const content = {
    pkcs8: pkcs8Of(pair),
    certificate,
    chain: [ours.client.certificate],
    friendlyName: "花子",
  };
  files = await Promise.all(
    (["modern", "compatible"] as const).map((encryption) =>
      buildPkcs12({ ...content, password, encryption }, nodeSuite),
    ),
  );
  safe = safeOf(certificateBag(certificate, "1"), bag("key", content.pkcs8, "1"));
});

/** One octet changed, or some cut out, doubled or added. */
function spoil(octets: Uint8Array): Uint8Array {
  const at = random.below(octets.length);
  const some = random.below(20);
  const [before, after] = [octets.subarray(0, at), octets.subarray(at)];
  return Buffer.concat(
    random.pick([
      [before, random.octets(1), after.subarray(1)],
      [before, after.subarray(some)],
      [before, after.subarray(0, some), after],
      [before, random.octets(some), after],
      [before],
    ]),
  );
}

const outcomes = new Map<string, number>();

async function open(file: Uint8Array, suite: Pkcs12Suite = nodeSuite): Promise<void> {
  const outcome = await openPkcs12(file, password, suite).then(
    () => "opened",
    (error: unknown) => {
      if (!(error instanceof PkiError)) throw error;
      return error.code;
    },
  );
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
}

test("the file itself", async () => {
  outcomes.clear();
  for (let round = 0; round < 300; round++) await open(spoil(random.pick(files)));
  expect(outcomes.get("pkcs12_malformed")).toBeGreaterThan(30);
  expect(outcomes.get("password_wrong")).toBeGreaterThan(30);
});

test("what the MAC protects, by somebody who knows the password", async () => {
  outcomes.clear();
  for (let round = 0; round < 2000; round++)
    await open(await pfx(spoil(round % 3 === 0 ? spoil(safe) : safe)));
  expect(outcomes.get("pkcs12_malformed")).toBeGreaterThan(250);
  expect(outcomes.get("opened")).toBeGreaterThan(50);
  expect(outcomes.get("pkcs12_incomplete")).toBeGreaterThan(10);
});

test("what comes out of a decryption", async () => {
  outcomes.clear();
  const spoilt: Pkcs12Suite = {
    ...nodeSuite,
    decrypt: async (work) => spoil(await nodeSuite.decrypt(work)),
  };
  for (let round = 0; round < 150; round++) await open(random.pick(files), spoilt);
  expect(outcomes.get("pkcs12_malformed")).toBeGreaterThan(50);
});

test("random octets, alone and where the bags would be", async () => {
  outcomes.clear();
  for (let round = 0; round < 500; round++) {
    const octets = random.octets(random.below(200));
    await open(octets);
    await open(await pfx(octets));
    await open(await pfx(plain(octets)));
  }
  expect([...outcomes.keys()]).toEqual(["pkcs12_malformed"]);
});

test("bags without end within each other, and salts as large as the file, are answered at once", async () => {
  let nested = bag("nested", Buffer.from([0x30, 0]));
  for (let depth = 0; depth < 200; depth++)
    nested = bag("nested", Buffer.concat([Buffer.from([0x30]), lengthOf(nested), nested]));
  const begin = performance.now();
  await open(await pfx(safeOf(nested)));
  await open(await pfx(Buffer.from("3080".repeat(100_000), "hex")));
  await open(await pfx(Buffer.concat(Array.from({ length: 1000 }, () => safe)).subarray(0, 900_000)));
  expect(performance.now() - begin).toBeLessThan(3000);
});

function lengthOf(octets: Uint8Array): Buffer {
  return Buffer.from([0x82, octets.length >> 8, octets.length & 0xff]);
}
