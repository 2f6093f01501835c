/**
 * The common name (CN) of a member's certificate at NII's service, where names are ASCII: each institution says whether it is the
 * display name in Latin letters, the uid, or the whole ePPN.
 */
import anyAscii from "any-ascii";
import { notAllowedInCommonName } from "./name-rules.ts";

export type CommonNameRule = "displayName" | "uid" | "eppn";

/**
 * The common name by an institution's rule. `missing`: the institution did not release what it is made of, `what` being the
 * attribute. `not_writable`: `what` are the characters that cannot be written. How long it may be is checked with the whole name.
 *
 * A display name is transliterated where letters alone say how: kana, Latin, Greek, Cyrillic, Hangul. Kanji are refused, since
 * how a name is read cannot be told from them. Of an ePPN nothing is changed, for that would be somebody else's.
 */
export function commonNameOf(
  rule: CommonNameRule,
  person: { displayName: string; eppn: string | null },
): { cn: string } | { fault: "missing" | "not_writable"; what: string } {
  if (rule === "displayName") return latinName(person.displayName);
  const eppn = person.eppn?.trim() ?? "";
  const at = eppn.lastIndexOf("@");
  if (at < 1 || at === eppn.length - 1) return { fault: "missing", what: "eppn" };
  const cn = rule === "uid" ? eppn.slice(0, at) : eppn;
  const characters = notAllowedInCommonName(cn);
  return characters === "" ? { cn } : { fault: "not_writable", what: characters };
}

/** Letters that say how they sound, marks and figures; not the marks that repeat the kana before (ゝ, ヽ). */
const readable =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Inherited}\p{P}\p{Zs}0-9ー=]$/u;
const repeating = /[ゝゞヽヾ]/u;

function latinName(
  displayName: string,
): { cn: string } | { fault: "missing" | "not_writable"; what: string } {
  // NFKC: half-width kana and full-width letters are the same letters.
  const name = displayName.normalize("NFKC").replace(/[ʻʼ]/g, "'").replace(/\s+/g, " ").trim();
  if (name === "") return { fault: "missing", what: "displayName" };
  const unreadable = [...new Set(name)].filter((letter) => !readable.test(letter) || repeating.test(letter));
  if (unreadable.length > 0) return { fault: "not_writable", what: unreadable.join("") };
  const cn = anyAscii(kanaInLatin(name.replaceAll("・", " ")))
    .replace(/ +/g, " ")
    .trim();
  const characters = notAllowedInCommonName(cn);
  if (characters !== "") return { fault: "not_writable", what: characters };
  return /[A-Za-z0-9]/.test(cn) ? { cn } : { fault: "not_writable", what: name };
}

/** Kana whose sound depends on their neighbour: きょ is kyo, not kiyo; ッポ is ppo. The library reads each alone. */
function kanaInLatin(name: string): string {
  return name
    .replace(/[ァ-ヶ]/g, (kana) => String.fromCodePoint((kana.codePointAt(0) as number) - 0x60))
    .replace(/([か-ぢつ-どな-もら-ろゔ])([ぁぃぅぇぉゃゅょ])/g, (_, kana: string, small: string) =>
      contracted(kana, small),
    )
    .replace(/っ([^a-z]?)/g, (_, kana: string) => `っ${anyAscii(kana)}`)
    .replace(/っ([a-z])/g, (_, letter: string) => (letter === "c" ? "tc" : letter + letter));
}

function contracted(kana: string, small: string): string {
  const consonant = anyAscii(kana).replace(/[aeiou]$/, "");
  const sound = anyAscii(small);
  // シャ is sha, キャ is kya, ファ is fa.
  return /^(sh|ch|j)$/.test(consonant) ? consonant + sound.replace("y", "") : consonant + sound;
}
