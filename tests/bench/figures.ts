/** Figures as the bench prints them. */

/** The value below which `share` (0 to 1) of the sorted values lie, by the nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** One line: what was measured, and its figures. */
export function line(what: string, figures: Readonly<Record<string, string | number>>): string {
  const values = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  return `${what.padEnd(58)} ${values.join("   ")}`;
}

/** Calls `deed` for 0 … count-1, `atOnce` at a time, and says how many milliseconds each took and all together. */
export async function timed(
  count: number,
  atOnce: number,
  deed: (n: number) => Promise<void>,
): Promise<{ each: number[]; all: number }> {
  const each: number[] = [];
  let next = 0;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) {
        const n = next++;
        const from = performance.now();
        await deed(n);
        each[n] = performance.now() - from;
      }
    }),
  );
  return { each, all: performance.now() - begin };
}
