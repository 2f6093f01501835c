/** What of a search may leave the browser: of a mail address only its domain, for whose address it is concerns nobody. */

/** Longer than any name. */
export const longestSearch = 100;

/** `hanako@a.example.ac.jp` asks for `@a.example.ac.jp`; what follows the domain is dropped too. Anything else stays as it is. */
export function askedFor(typed: string): string {
  const text = typed.normalize("NFKC");
  const at = text.lastIndexOf("@");
  if (at === -1) return typed.trim().slice(0, longestSearch);
  const [domain = ""] = /^[\p{L}\p{N}.-]*/u.exec(text.slice(at + 1).trim()) ?? [];
  return `@${domain.toLowerCase().slice(0, longestSearch - 1)}`;
}
