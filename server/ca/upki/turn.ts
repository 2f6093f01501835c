/** One at the site at a time: what the service shows is a session of pages. Whoever dies at it loses the turn when its time is over. */
import { randomUUID } from "node:crypto";
import type { World } from "./world.ts";

const id = "site";
/** Longer than the slowest session; it is held on to between its parts. */
const length = 5 * 60_000;

export type Turn = {
  /** Holds on to the turn; false when somebody else has it, and nothing more may be done. */
  keep: () => Promise<boolean>;
};

/** Does the deed when it is this process's turn; `busy` when another is at it, or the site is left alone after faults. */
export async function inTurn<T>(world: World, deed: (turn: Turn) => Promise<T>): Promise<T | "busy"> {
  const lease = randomUUID();
  if (!(await take(world, lease))) return "busy";
  try {
    return await deed({ keep: () => take(world, lease) });
  } finally {
    await world.db.upkiTurn.updateMany({ where: { id, lease }, data: { lease: null, until: null } });
  }
}

async function take({ db, now }: World, lease: string): Promise<boolean> {
  await db.upkiTurn.createMany({ data: { id }, skipDuplicates: true });
  const at = now();
  const { count } = await db.upkiTurn.updateMany({
    where: {
      id,
      AND: [
        { OR: [{ lease: null }, { lease }, { until: { lt: at } }] },
        { OR: [{ lease }, { restUntil: null }, { restUntil: { lte: at } }] },
      ],
    },
    data: { lease, until: new Date(at.getTime() + length) },
  });
  return count === 1;
}

/** The site could not be worked with: it is left alone for a while, longer after each fault. `words` are for operators, and hold no secret. */
export async function noteFault({ db, now }: World, words: string): Promise<void> {
  const at = now();
  const { faults } = await db.upkiTurn.update({
    where: { id },
    data: { faults: { increment: 1 }, fault: words, faultAt: at },
  });
  await db.upkiTurn.update({ where: { id }, data: { restUntil: new Date(at.getTime() + rest(faults)) } });
}

/** The site works. */
export async function noteSuccess({ db }: World): Promise<void> {
  await db.upkiTurn.updateMany({
    where: { id, faults: { gt: 0 } },
    data: { faults: 0, restUntil: null },
  });
}

/** Half a minute, doubled with each fault in a row, an hour at most. */
export function rest(faults: number): number {
  return Math.min(30_000 * 2 ** Math.min(faults - 1, 10), 3_600_000);
}
