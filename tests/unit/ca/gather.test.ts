import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { gathered } from "@/server/ca/local/gather.ts";

/** A deed for many that is done when it is let go, and keeps a book of its groups. */
function workshop(fails: (asked: number) => boolean = () => false) {
  const groups: number[][] = [];
  const waiting: (() => void)[] = [];
  const doTogether = async (asked: readonly number[]) => {
    groups.push([...asked]);
    await new Promise<void>((resolve) => waiting.push(resolve));
    if (asked.some(fails)) throw new Error(`${asked.filter(fails)} is at fault`);
    return asked.map((n) => n * 10);
  };
  /** Lets go what is under way, and whatever begins because of it, until nothing does. */
  const finish = async () => {
    for (let idle = 0; idle < 20; idle += 1) {
      if (waiting.length > 0) idle = 0;
      waiting.shift()?.();
      await turn();
    }
  };
  return { groups, doTogether, finish };
}

test("what comes alone is done at once, and what comes meanwhile goes together after it", async () => {
  const { groups, doTogether, finish } = workshop();
  const one = gathered(doTogether, { lanes: 1, most: 10 });
  const first = one(1);
  await turn();
  expect(groups).toEqual([[1]]);
  const others = [2, 3, 4].map(one);
  await turn();
  expect(groups).toEqual([[1]]);
  await finish();
  expect(groups).toEqual([[1], [2, 3, 4]]);
  expect(await Promise.all([first, ...others])).toEqual([10, 20, 30, 40]);
});

test("no group grows beyond what it may, and lanes work side by side", async () => {
  const { groups, doTogether, finish } = workshop();
  const one = gathered(doTogether, { lanes: 2, most: 3 });
  const answers = [1, 2, 3, 4, 5, 6, 7].map(one);
  await turn();
  expect(groups).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  await finish();
  expect(groups).toHaveLength(3);
  expect(await Promise.all(answers)).toEqual([10, 20, 30, 40, 50, 60, 70]);
});

test("lanes that are free share what comes at once, and one alone takes what has come", async () => {
  const { groups, doTogether, finish } = workshop();
  const one = gathered(doTogether, { lanes: 2, most: 10 });
  const answers = [1, 2, 3, 4, 5].map(one);
  await turn();
  expect(groups).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
  answers.push(...[6, 7, 8].map(one));
  await finish();
  expect(groups.slice(2)).toEqual([[6, 7, 8]]);
  expect(await Promise.all(answers)).toEqual([10, 20, 30, 40, 50, 60, 70, 80]);
});

test("what comes in one turn of the event loop goes together", async () => {
  const { groups, doTogether, finish } = workshop();
  const one = gathered(doTogether, { lanes: 1, most: 10 });
  const answers = [one(1), Promise.resolve().then(() => one(2))];
  process.nextTick(() => answers.push(one(3)));
  await turn();
  expect(groups.map((group) => group.toSorted())).toEqual([[1, 2, 3]]);
  await finish();
  expect(await Promise.all(answers)).toEqual([10, 20, 30]);
});

test("of a group that fails only who is at fault does, and the next ones are answered", async () => {
  const { groups, doTogether, finish } = workshop((n) => n === 2);
  const one = gathered(doTogether, { lanes: 1, most: 10 });
  const settled = Promise.allSettled([1, 2, 3].map(one));
  await turn();
  await finish();
  expect(
    (await settled).map((each) => (each.status === "fulfilled" ? each.value : String(each.reason))),
  ).toEqual([10, "Error: 2 is at fault", 30]);
  const after = one(5);
  await turn();
  await finish();
  expect(await after).toBe(50);
  expect(groups).toEqual([[1, 2, 3], [1], [2], [3], [5]]);
});
