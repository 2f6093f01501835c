/** A PIN as it was typed, and as it was meant. For servers and browsers: it is the password of the .p12 that a page makes. */

/** Full-width letters and digits as half-width, without the blanks and hyphens of a copy. */
export function asMeant(typed: string): string {
  return typed
    .slice(0, 100)
    .normalize("NFKC")
    .replace(/[\s\p{Pd}\p{Cf}\u2212ー]/gu, "");
}
