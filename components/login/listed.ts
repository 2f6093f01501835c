/** How many institutions are listed at once. */
export const listed = 50;

/** What a search has found: how many there are, and some of them from the given place on. */
export type Shown<Institution> = {
  q: string;
  total: number;
  from: number;
  institutions: readonly Institution[];
};
