/** Deeds that come while others are being done wait for them, and then go together: a transaction, a commit, for all of them. */

/** `lanes`: how many groups are done at the same time. `most`: how large one grows. */
export type Gathering = { lanes: number; most: number };

type Waiting<Asked, Answer> = {
  asked: Asked;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
};

/**
 * The deed for one, made of the deed for many, which answers in the order it was asked. Nobody waits for company: what comes alone is done at once.
 * A group that fails is done again one by one, so that whoever is at fault fails alone.
 */
export function gathered<Asked, Answer>(
  doTogether: (asked: readonly Asked[]) => Promise<readonly Answer[]>,
  { lanes, most }: Gathering,
): (asked: Asked) => Promise<Answer> {
  const waiting: Waiting<Asked, Answer>[] = [];
  /** Lanes that are about to take their group, and those that are at work. */
  let starting = 0;
  let busy = 0;

  async function work(): Promise<void> {
    starting += 1;
    // Whoever asks in the same turn of the event loop comes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      // Lanes that start together share what waits: they are to go side by side, not one for all.
      const share = Math.ceil(waiting.length / starting);
      const group = waiting.splice(0, Math.min(most, share));
      starting -= 1;
      busy += 1;
      await settle(group);
      busy -= 1;
      starting += 1;
    }
    starting -= 1;
  }

  async function settle(group: readonly Waiting<Asked, Answer>[]): Promise<void> {
    try {
      const answers = await doTogether(group.map(({ asked }) => asked));
      for (const [n, { resolve }] of group.entries()) resolve(answers[n] as Answer);
    } catch (error) {
      if (group.length > 1) for (const one of group) await settle([one]);
      else for (const { reject } of group) reject(error);
    }
  }

  return (asked) =>
    new Promise((resolve, reject) => {
      waiting.push({ asked, resolve, reject });
      if (starting + busy < lanes) void work();
    });
}
