/** The rules and small parts of publication, without a database. */
import { describe, expect, test } from "vitest";
import { recent } from "@/server/ca/local/publication/recent.ts";
import { day, due, type ListState } from "@/server/ca/local/publication/rule.ts";
import { turns } from "@/server/ca/local/publication/turns.ts";

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 22) + minutes * 60_000);
const small: ListState = {
  size: 1000,
  thisUpdate: at(0),
  dailyAt: at(0),
  deltaThisUpdate: at(0),
  revokedAt: null,
};
const large = { ...small, size: 5_000_000 };

describe("what is due", () => {
  test.each<[string, ListState, number, boolean, ReturnType<typeof due>]>([
    ["of a fresh list nothing", small, 60, true, null],
    ["after a day both", small, 24 * 60, false, "both"],
    ["after a revocation both", { ...small, revokedAt: at(1) }, 1, false, "both"],
    ["where there is no delta both", { ...small, deltaThisUpdate: null }, 1, false, "both"],
    [
      "of a list that was made anew since, but not by the clock, both",
      { ...small, thisUpdate: at(600) },
      24 * 60,
      false,
      "both",
    ],
    ["after a revocation from a large one the delta", { ...large, revokedAt: at(1) }, 1, false, "delta"],
    [
      "and the large one itself later",
      { ...large, revokedAt: at(1), deltaThisUpdate: at(1) },
      15,
      true,
      "full",
    ],
    ["but not yet", { ...large, revokedAt: at(1), deltaThisUpdate: at(1) }, 14, true, null],
    [
      "nor on the occasion of a revocation",
      { ...large, revokedAt: at(1), deltaThisUpdate: at(1) },
      60,
      false,
      null,
    ],
    ["of a large one after a day the delta first", large, 24 * 60, true, "delta"],
    ["and then itself", { ...large, deltaThisUpdate: at(24 * 60) }, 24 * 60, true, "full"],
  ])("%s", (_, list, minutes, catchUp, expected) => {
    expect(due(list, { now: at(minutes), freshFor: day, catchUp })).toBe(expected);
  });
});

describe("turns", () => {
  test("whoever asks while one runs shares the next, which begins after it", async () => {
    const inTurn = turns();
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let begun = 0;
    const work = () => {
      const gate = gates[begun++];
      return gate?.promise.then(() => begun) ?? Promise.reject(new Error("once too often"));
    };
    const first = inTurn("list", work);
    await Promise.resolve().then(() => {});
    await new Promise((done) => setImmediate(done));
    const others = [inTurn("list", work), inTurn("list", work), inTurn("list", work)];
    await new Promise((done) => setImmediate(done));
    expect(begun).toBe(1);
    gates[0]?.resolve();
    await first;
    gates[1]?.resolve();
    expect(await Promise.all(others)).toEqual([2, 2, 2]);
    expect(begun).toBe(2);
  });

  test("one that fails is no other's failure", async () => {
    const inTurn = turns();
    const failed = inTurn("list", () => Promise.reject(new Error("no")));
    await expect(failed).rejects.toThrow("no");
    expect(await inTurn("list", async () => "yes")).toBe("yes");
    expect(await inTurn("another", async () => "too")).toBe("too");
  });
});

describe("a bounded memory", () => {
  test("forgets what was not asked for the longest time", () => {
    const memory = recent<number>(2);
    memory.set("a", 1);
    memory.set("b", 2);
    memory.get("a");
    expect(memory.peek("b")).toBe(2);
    memory.set("c", 3);
    expect([memory.get("a"), memory.get("b"), memory.get("c")]).toEqual([1, undefined, 3]);
    memory.delete("a");
    memory.set("d", 4);
    expect([memory.has("c"), memory.has("d")]).toEqual([true, true]);
    memory.clear();
    expect(memory.has("d")).toBe(false);
  });

  test("holds no more than it may weigh, and nothing that is heavier than all", () => {
    const memory = recent<string>(10, (text) => text.length);
    memory.set("a", "12345");
    memory.set("b", "12345");
    memory.set("a", "1234567");
    expect([memory.has("a"), memory.has("b")]).toEqual([true, false]);
    memory.set("c", "12345678901");
    expect([memory.has("a"), memory.has("c")]).toEqual([false, false]);
  });
});
