import "@/tests/support/quiet.ts";
import { createPublicKey, privateDecrypt, publicEncrypt, randomBytes, X509Certificate } from "node:crypto";
import { afterAll, beforeEach, expect, test } from "vitest";
import { openDatabase } from "@/server/db.ts";
import { pemOf } from "@/server/federation/service/keys.ts";
import {
  type Needs,
  publishedKeys,
  readKeysAgain,
  serviceKey,
  serviceKeys,
} from "@/server/federation/service/keys-in-force.ts";
import {
  addKeys,
  type KeyView,
  listKeys,
  type Outcome,
  retireKey,
  switchKeys,
  warnOfEndingKeys,
} from "@/server/federation/service/rollover.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";

const url = await testDatabaseUrl();
const db = openDatabase(url);
const start = new Date("2026-11-22T01:00:00Z");
let now = start;
const world: Needs = {
  db,
  now: () => now,
  sealing: sealing(randomBytes(32)),
  baseUrl: "https://portal.example.ac.jp",
};

const pass = ({ days }: { days: number }) => {
  now = new Date(now.getTime() + days * 86_400_000);
  readKeysAgain(world);
};
const done = (outcome: Outcome): KeyView[] => {
  if (!("done" in outcome)) throw new Error(outcome.refused);
  return outcome.done;
};
const refusalOf = (outcome: Outcome) => ("refused" in outcome ? outcome.refused : "done");
const statesOf = async (wanted: string) =>
  (await listKeys(world)).filter(({ purpose }) => purpose === wanted).map(({ state }) => state);
const one = async (wanted: string, state: string) => {
  const key = (await listKeys(world)).find((view) => view.purpose === wanted && view.state === state);
  if (!key) throw new Error(`no ${wanted} is ${state}`);
  return key;
};
/** A portal that has run for a day with the keys of its first start. */
async function begin() {
  const keys = await Promise.all([serviceKey(world, "sp-signing"), serviceKey(world, "sp-encryption")]);
  pass({ days: 1 });
  return keys;
}

afterAll(() => db.$disconnect());

beforeEach(async () => {
  await db.serviceKey.deleteMany();
  now = start;
  readKeysAgain(world);
});

test("each key is made once, however many processes ask for it", async () => {
  const empty = await testDatabaseUrl();
  const processes = [1, 2, 3, 4].map(() => openDatabase(empty, 2));
  const asked = await Promise.all(processes.map((own) => serviceKeys({ ...world, db: own }, "sp-signing")));
  expect(new Set(asked.flat().map(({ certificate }) => certificate)).size).toBe(1);
  await Promise.all(processes.map((own) => own.$disconnect()));
});

test("a new key is made out to the portal's host, is long enough for years, and its certificate is in force", async () => {
  const { certificate } = await serviceKey(world, "sp-signing");
  const read = new X509Certificate(Buffer.from(certificate, "base64"));
  expect(read.checkHost("portal.example.ac.jp", { subject: "never" })).toBe("portal.example.ac.jp");
  expect(read.publicKey.asymmetricKeyDetails?.modulusLength).toBe(3072);
  expect(read.validFromDate < start && read.validToDate > new Date("2036-01-01")).toBe(true);
  expect(read.ca).toBe(false);
});

test("a key is read once for many logins, and again when it was changed", async () => {
  const first = await serviceKey(world, "sp-signing");
  await db.serviceKey.deleteMany();
  expect((await serviceKey(world, "sp-signing")).certificate).toBe(first.certificate);
  readKeysAgain(world);
  expect((await serviceKey(world, "sp-signing")).certificate).not.toBe(first.certificate);
});

test("metadata that are fetched right after a pair was made at the console name it, and it opens from then on", async () => {
  await begin();
  await serviceKeys(world, "sp-encryption");
  const console = openDatabase(url, 2);
  done(await addKeys({ ...world, db: console }));
  await console.$disconnect();
  expect(await publishedKeys(world, "sp-encryption")).toHaveLength(2);
  expect(await serviceKeys(world, "sp-encryption")).toHaveLength(2);
});

test("a new pair is published first, signs when it is told to, and the old one goes last", async () => {
  const [before] = await begin();
  done(await addKeys(world));
  for (const purpose of ["sp-signing", "sp-encryption"] as const) {
    expect(await statesOf(purpose)).toEqual(["next", "in_use"]);
    expect(await publishedKeys(world, purpose)).toHaveLength(2);
  }
  expect((await serviceKey(world, "sp-signing")).certificate).toBe(before.certificate);

  pass({ days: 2 });
  done(await switchKeys(world));
  const after = await serviceKey(world, "sp-signing");
  expect(after.certificate).not.toBe(before.certificate);
  expect(await statesOf("sp-signing")).toEqual(["in_use", "old"]);

  pass({ days: 2 });
  for (const purpose of ["sp-signing", "sp-encryption"] as const) {
    done(await retireKey(world, (await one(purpose, "old")).id));
    expect(await statesOf(purpose)).toEqual(["in_use", "retired"]);
    expect(await publishedKeys(world, purpose)).toHaveLength(1);
  }
  expect((await serviceKey(world, "sp-signing")).certificate).toBe(after.certificate);
});

test("what is encrypted for a retired key is opened for fifteen days, and then its private key is gone", async () => {
  const [, old] = await begin();
  const sent = publicEncrypt(createPublicKey(pemOf(old.certificate, "CERTIFICATE")), Buffer.from("for us"));
  /** What a key that is not the sender's makes of it differs from one version of OpenSSL to the next. */
  const opens = (key: string) => {
    try {
      return privateDecrypt(key, sent).toString() === "for us";
    } catch {
      return false;
    }
  };
  const opened = async () =>
    (await serviceKeys(world, "sp-encryption")).some(({ privateKey }) => opens(privateKey));
  done(await addKeys(world));
  expect(await opened()).toBe(true);
  done(await switchKeys(world, { atOnce: true }));
  expect(await opened()).toBe(true);
  done(await retireKey(world, (await one("sp-encryption", "old")).id));
  pass({ days: 14 });
  expect(await opened()).toBe(true);
  pass({ days: 2 });
  expect(await opened()).toBe(false);
  done(await addKeys(world));
  expect(await statesOf("sp-encryption")).toEqual(["next", "in_use"]);
});

test("a rollover cannot leave the portal without a key, nor hurry by mistake", async () => {
  await begin();
  expect(refusalOf(await switchKeys(world))).toBe("nothing_new");
  expect(refusalOf(await retireKey(world, (await one("sp-signing", "in_use")).id))).toBe("in_use");
  expect(refusalOf(await retireKey(world, "00000000"))).toBe("unknown");
  done(await addKeys(world));
  expect(refusalOf(await addKeys(world))).toBe("under_way");
  expect(refusalOf(await switchKeys(world))).toBe("too_new");
  expect(refusalOf(await retireKey(world, (await one("sp-encryption", "in_use")).id))).toBe("in_use");
});

test("a new pair that was not wanted after all is retired, and the one in use stays", async () => {
  const [before] = await begin();
  done(await addKeys(world));
  const { fingerprint } = await one("sp-signing", "next");
  done(await retireKey(world, fingerprint));
  expect(await statesOf("sp-signing")).toEqual(["retired", "in_use"]);
  expect((await serviceKey(world, "sp-signing")).certificate).toBe(before.certificate);
  expect(refusalOf(await retireKey(world, fingerprint))).toBe("unknown");
});

test("an operator is told of a certificate that ends soon, in time for a rollover", async () => {
  await begin();
  expect(await warnOfEndingKeys(world)).toEqual([]);
  pass({ days: 3650 - 62 });
  expect(await warnOfEndingKeys(world)).toEqual([]);
  pass({ days: 3 });
  const ids = (await listKeys(world)).map(({ id }) => id);
  expect(await warnOfEndingKeys(world)).toEqual(ids);
  done(await addKeys(world));
  done(await switchKeys(world, { atOnce: true }));
  expect(await warnOfEndingKeys(world)).toEqual([]);
});

test("two operators at once begin one rollover", async () => {
  await begin();
  const outcomes = await Promise.all([addKeys(world), addKeys(world)]);
  expect(outcomes.map(refusalOf).sort()).toEqual(["done", "under_way"]);
  expect(await statesOf("sp-signing")).toEqual(["next", "in_use"]);
});

test("before the first start there is no key, and the first that is added is in use at once", async () => {
  expect(await listKeys(world)).toEqual([]);
  done(await addKeys(world));
  expect(await statesOf("sp-signing")).toEqual(["in_use"]);
});
