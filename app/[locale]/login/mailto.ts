/** A `mailto:` that every mail program takes: some drop an address of more than about two thousand characters without a word. */
const longest = 1900;

/** With the first of the texts that fits; the last one is cut. */
export function mailto(to: string, subject: string, texts: readonly string[]): string {
  const written = (body: string) =>
    `mailto:${encodeURIComponent(to).replaceAll("%40", "@")}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body.replaceAll("\n", "\r\n"))}`;
  const fitting = texts.find((body) => written(body).length <= longest);
  if (fitting !== undefined) return written(fitting);
  let cut = (texts.at(-1) ?? "").toWellFormed();
  while (cut && written(cut).length > longest) cut = cut.slice(0, -20).toWellFormed();
  return written(cut);
}
