/** What was typed into a form and comes back with its answer, to be put right: unless it is what no page may hold. */

/** Empty for a text with a private key in it, whatever else was found wrong with it. */
export function shownAgain(text: string): string {
  return text.includes("PRIVATE KEY-----") ? "" : text;
}
