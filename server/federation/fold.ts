/** Makes spellings that people do not tell apart equal: width, case, katakana and hiragana, space. */
export function foldForSearch(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
    .replace(/[^\S\n]+/g, " ")
    .trim();
}
