/** Random values that are the same in every run: a failure can be looked at again. */

export type Random = {
  /** From 0 up to `limit`, without it. */
  below: (limit: number) => number;
  octets: (length: number) => Uint8Array;
  pick: <T>(from: readonly T[]) => T;
};

/** mulberry32. */
export function seeded(seed: number): Random {
  let state = seed | 0;
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    octets: (length) => Uint8Array.from({ length }, () => below(256)),
    pick: (from) => from[below(from.length)] as (typeof from)[number],
  };
}
