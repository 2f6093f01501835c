/** A memory of bounded size: what was not asked for the longest time goes first. */

export type Recent<V> = {
  get: (key: string) => V | undefined;
  /** The same without counting as asked for. */
  peek: (key: string) => V | undefined;
  has: (key: string) => boolean;
  set: (key: string, value: V) => void;
  delete: (key: string) => void;
  clear: () => void;
};

/** Holds values of `capacity` altogether; each weighs what `weigh` says, 1 if nothing is said. One that is heavier than all is not kept. */
export function recent<V>(capacity: number, weigh: (value: V) => number = () => 1): Recent<V> {
  const values = new Map<string, V>();
  let weight = 0;

  function drop(key: string): void {
    const value = values.get(key);
    if (value === undefined) return;
    weight -= weigh(value);
    values.delete(key);
  }

  return {
    get(key) {
      const value = values.get(key);
      if (value === undefined) return undefined;
      // A map keeps the order of insertion.
      values.delete(key);
      values.set(key, value);
      return value;
    },
    peek: (key) => values.get(key),
    has: (key) => values.has(key),
    set(key, value) {
      drop(key);
      values.set(key, value);
      weight += weigh(value);
      for (const oldest of values.keys()) {
        if (weight <= capacity) return;
        drop(oldest);
      }
    },
    delete: drop,
    clear() {
      values.clear();
      weight = 0;
    },
  };
}
