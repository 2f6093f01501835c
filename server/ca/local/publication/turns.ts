/** The same work asked for by many at once in one process is done twice at most: now, and once more for all who came meanwhile. */

export type Turns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

type Line = { running: Promise<unknown>; next: Promise<unknown> | null };

/** Whoever asks gets a run that began after they asked; of one `key`, one run at a time. */
export function turns(): Turns {
  const lines = new Map<string, Line>();

  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const there = lines.get(key);
    if (there?.next) return there.next as Promise<T>;
    const line: Line = there ?? { running: Promise.resolve(), next: null };
    const run = line.running
      .catch(() => {})
      .then(() => {
        line.running = run;
        line.next = null;
        return work();
      })
      .finally(() => {
        if (line.next === null) lines.delete(key);
      });
    line.next = run;
    lines.set(key, line);
    return run;
  };
}
