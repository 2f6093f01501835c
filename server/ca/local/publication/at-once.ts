/** Work that mostly need not wait: a promise costs as much as a tenth of a signature, and an answer would need several. */

/** Goes on with a value at once, or as soon as it is there. */
export function whenThere<T, U>(value: T | Promise<T>, next: (value: T) => U | Promise<U>): U | Promise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** All of them, in their order. */
export function allThere<T>(values: readonly (T | Promise<T>)[]): readonly T[] | Promise<readonly T[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as readonly T[]);
}
