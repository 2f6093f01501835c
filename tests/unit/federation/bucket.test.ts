import { expect, test } from "vitest";
import { bucketOf } from "@/server/federation/login/bucket.ts";

const at = (seconds: number) => new Date(1_770_000_000_000 + seconds * 1000);

test("a bucket gives what it holds at once, and then as much as flows in", () => {
  const take = bucketOf({ most: 3, perSecond: 0.5 });
  expect([0, 0, 0, 0].map((second) => take(at(second)))).toEqual([true, true, true, false]);
  expect([1, 2, 2, 3, 4].map((second) => take(at(second)))).toEqual([false, true, false, false, true]);
});

test("a bucket never holds more than it can, however long nobody takes", () => {
  const take = bucketOf({ most: 2, perSecond: 1 });
  expect([0, 10_000, 10_000, 10_000].map((second) => take(at(second)))).toEqual([true, true, true, false]);
});

test("a bucket gives nothing for a clock that was set back", () => {
  const take = bucketOf({ most: 1, perSecond: 1 });
  expect([100, 0, 100, 101].map((second) => take(at(second)))).toEqual([true, false, false, true]);
});
