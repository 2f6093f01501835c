import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { type KeyPair, keyRing } from "@/server/ca/local/keys.ts";

/** Makes a recognisable pair at every call; `made` counts them. */
function maker() {
  const some = generateKeyPairSync("ed25519");
  const maker = {
    made: 0,
    make: async (): Promise<KeyPair> => {
      maker.made += 1;
      return { ...some };
    },
  };
  return maker;
}

test("a key pair is never given out twice", async () => {
  const { make } = maker();
  const ring = keyRing(4, make);
  ring.prepare();
  const pairs = await Promise.all([ring.take(), ring.take(), ring.take()]);
  expect(new Set(pairs).size).toBe(3);
});

test("a pair made ahead, or given back unused, is given out instead of a new one", async () => {
  const counted = maker();
  const ring = keyRing(4, counted.make);
  ring.prepare();
  const pair = await ring.take();
  expect(counted.made).toBe(1);
  ring.giveBack(pair);
  expect(await ring.take()).toBe(pair);
  expect(counted.made).toBe(1);
});

test("whoever takes only what is ready makes nothing", async () => {
  const counted = maker();
  const ring = keyRing(4, counted.make);
  expect(await ring.takeReady()).toBeNull();
  expect(counted.made).toBe(0);
  ring.prepare();
  const pair = await ring.takeReady();
  expect(pair).toHaveProperty("privateKey");
  expect(await ring.takeReady()).toBeNull();
  expect(await ring.take()).not.toBe(pair);
  expect(counted.made).toBe(2);
});

test("no more than its capacity is kept", async () => {
  const counted = maker();
  const ring = keyRing(2, counted.make);
  for (let n = 0; n < 5; n += 1) ring.prepare();
  expect(counted.made).toBe(2);
  const extra = await counted.make();
  ring.giveBack(extra);
  expect(await Promise.all([ring.take(), ring.take(), ring.take()])).not.toContain(extra);
});

test("a pair that could not be made ahead troubles nobody", async () => {
  const good = maker();
  let fails = true;
  const ring = keyRing(2, () => (fails ? Promise.reject(new Error("no entropy")) : good.make()));
  ring.prepare();
  await Promise.resolve();
  await Promise.resolve();
  fails = false;
  expect(await ring.take()).toHaveProperty("privateKey");
});
