/** The language to read a name or a memo aloud in, where its letters tell; undefined leaves it to the page's own. */
export function languageOf(text: string): "ja" | undefined {
  return /[\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Han}]/u.test(text) ? "ja" : undefined;
}
