/** How institutions are found: which spellings are one, what comes first, and what of a mail address is asked for. */
import { describe, expect, test } from "vitest";
import { askedFor } from "@/server/federation/discovery/asked-for.ts";
import { foldForSearch, withoutLongVowels } from "@/server/federation/discovery/fold.ts";
import {
  type InstitutionIndex,
  indexInstitutions,
  searchInstitutions,
} from "@/server/federation/discovery/institution-index.ts";

const day = 24 * 60 * 60 * 1000;
const now = new Date("2026-11-22T00:00:00Z");

describe("one spelling to people is one to the search", () => {
  test.each([
    ["full width and half width", "ＡＢＣ大学　１２", "ABC大学 12"],
    ["capitals", "Demo University", "dEMO uNIVERSITY"],
    ["accents", "Université Tōkyō", "universite tokyo"],
    ["letters that are more than an accent", "Søren Straße", "soren strasse"],
    ["katakana and hiragana", "ダイガク", "だいがく"],
    ["half-width katakana with its voicing marks", "ﾀﾞｲｶﾞｸﾊﾟ", "だいがくぱ"],
    ["a voicing mark of its own", "か\u3099くえん", "がくえん"],
    ["small kana", "しょうなんっ", "しようなんつ"],
    ["a small ke in a name", "茅ヶ崎", "茅ヶ崎"],
    ["ヴ", "ヴァイオリン・ヴェール", "バイオリンベール"],
    ["a long vowel mark", "コンピューター", "コンピュータ"],
    ["old and new kanji", "國學院大學 慶應義塾 髙﨑", "国学院大学 慶応義塾 高崎"],
    ["a middle dot", "タマ・アート", "タマアート"],
    ["an apostrophe", "St. Luke’s", "st. lukes"],
    ["blanks", "  a \t b ", "a b"],
  ])("%s", (_, one, other) => {
    expect(foldForSearch(one)).toBe(foldForSearch(other));
  });

  test("lines stay lines, and what is folded stays as it is", () => {
    expect(foldForSearch("東京大学\nＴＯＫＹＯ")).toBe("東京大学\ntokyo");
    for (const text of ["ヴァ ー", "國學院 Tōkyō", "ﾀﾞｲｶﾞｸ ヶ"])
      expect(foldForSearch(foldForSearch(text))).toBe(foldForSearch(text));
  });

  test.each([
    ["か", "が"],
    ["は", "ぱ"],
    ["大学", "太学"],
    ["a.example.ac.jp", "a example ac jp"],
  ])("%s and %s stay two", (one, other) => {
    expect(foldForSearch(one)).not.toBe(foldForSearch(other));
  });

  test.each([
    ["とうきょう", "トーキョー"],
    ["おおさか", "オーサカ"],
    ["けいおう", "ケーオー"],
    ["にいがた", "ニーガタ"],
  ])("%s may be typed as %s", (reading, typed) => {
    expect(withoutLongVowels(foldForSearch(reading))).toBe(withoutLongVowels(foldForSearch(typed)));
  });
});

describe("of a mail address only the domain is asked for", () => {
  test.each([
    ["an address", "hanako@a.example.ac.jp", "@a.example.ac.jp"],
    ["an address with its name", "国立 花子 <Hanako@A.example.ac.jp>", "@a.example.ac.jp"],
    ["an address in full width", "ｈａｎａｋｏ＠ａ．ｅｘａｍｐｌｅ．ａｃ．ｊｐ", "@a.example.ac.jp"],
    ["an address of two signs", '"a@b"@a.example.ac.jp', "@a.example.ac.jp"],
    ["a mailto link", "mailto:hanako@a.example.ac.jp?subject=x", "@a.example.ac.jp"],
    ["an address that is still being typed", "hanako@", "@"],
    ["a domain by its sign", "@a.example", "@a.example"],
    ["anything else", " デモ大学 ", "デモ大学"],
  ])("%s", (_, typed, asked) => {
    expect(askedFor(typed)).toBe(asked);
    expect(askedFor(askedFor(typed))).toBe(asked);
  });

  test("nothing longer than any name is asked for", () => {
    expect(askedFor("あ".repeat(500))).toHaveLength(100);
    expect(askedFor(`@${"a".repeat(500)}`)).toHaveLength(100);
  });
});

type Invented = { ja: string; en: string; keywords?: string; domains?: string[]; until?: Date };

function federationOf(institutions: readonly Invented[]): Promise<InstitutionIndex> {
  return indexInstitutions([
    institutions.map(({ ja, en, keywords = "", domains = [], until = new Date(now.getTime() + day) }, n) => ({
      id: String(n),
      nameJa: ja,
      nameEn: en,
      logoJa: null,
      logoEn: null,
      usable: true,
      search: foldForSearch([ja, en, keywords.replaceAll(" ", "\n"), ...domains].join("\n")),
      domains,
      validUntil: until,
    })),
  ]);
}

const federation = federationOf([
  { ja: "東都大学", en: "Toto University", keywords: "とうとだいがく", domains: ["toto.example.ac.jp"] },
  { ja: "東都大学医学部", en: "Toto University, Faculty of Medicine", domains: ["med.toto.example.ac.jp"] },
  { ja: "新東都短期大学", en: "Shin-Toto Junior College", keywords: "しんとうとたんきだいがく" },
  { ja: "西都工業大学", en: "Saito Institute of Technology", keywords: "SIT さいとこうぎょうだいがく" },
  { ja: "芸術大学 東都校", en: "University of the Arts" },
  { ja: "Sitka 研究所", en: "Sitka Institute" },
  { ja: "國學院東大學", en: "Kokugakuin East", domains: ["kokugaku-e.example.ac.jp"] },
  { ja: "オーサカ学園", en: "Osaka Gakuen", keywords: "関西" },
  { ja: "昨日大学", en: "Yesterday University", until: new Date(now.getTime() - 1) },
]);

async function find(q: string, locale: "ja" | "en" = "ja"): Promise<string[]> {
  const { institutions } = searchInstitutions(await federation, { q, locale, limit: 50, now });
  return institutions.map(({ nameJa, nameEn }) => (locale === "ja" ? nameJa : nameEn));
}

describe("the likeliest institution comes first", () => {
  test.each<[string, string, string[]]>([
    [
      "the exact name, then names that begin so, then words that do, then what holds it",
      "東都",
      ["東都大学", "東都大学医学部", "芸術大学 東都校", "新東都短期大学"],
    ],
    ["the exact name before longer ones", "東都大学", ["東都大学", "東都大学医学部"]],
    ["a name read so", "とうと", ["東都大学", "新東都短期大学"]],
    ["a name read so, with marks for its vowels", "トートダイガク", ["東都大学"]],
    ["a name in katakana, by its vowels", "おおさか", ["オーサカ学園"]],
    ["the other language's name", "toto university", ["東都大学", "東都大学医学部"]],
    [
      "a word of a name before an abbreviation, that before its letters",
      "sit",
      ["Sitka 研究所", "西都工業大学", "東都大学", "芸術大学 東都校", "東都大学医学部"],
    ],
    ["new kanji for old", "国学院", ["國學院東大學"]],
    ["words in any order, of any language", "medicine 東都", ["東都大学医学部"]],
    ["words that are one in the name", "東都 大学 医学部", ["東都大学医学部"]],
    ["a hyphen or none", "shin toto", ["新東都短期大学"]],
    ["a keyword", "関西", ["オーサカ学園"]],
    ["a domain", "toto.example.ac.jp", ["東都大学", "東都大学医学部"]],
    ["part of a domain", "kokugaku-e", ["國學院東大學"]],
    ["a host of the domain", "www.kokugaku-e.example.ac.jp", ["國學院東大學"]],
    ["nothing", "どこにもない", []],
    ["nothing, for signs with a meaning elsewhere", "%_\\*", []],
  ])("%s: %s", async (_, q, found) => {
    expect(await find(q)).toEqual(found);
  });

  test("by name in the reader's language, in Japanese by reading, where there is no word to go by", async () => {
    expect(await find("")).toEqual([
      "Sitka 研究所",
      "オーサカ学園",
      "西都工業大学",
      "新東都短期大学",
      "東都大学",
      "芸術大学 東都校",
      "國學院東大學",
      "東都大学医学部",
    ]);
    expect((await find("", "en")).slice(0, 3)).toEqual([
      "Kokugakuin East",
      "Osaka Gakuen",
      "Saito Institute of Technology",
    ]);
  });

  test("metadata that are over are not found", async () => {
    expect(await find("昨日")).toEqual([]);
  });

  test("a thousand stand in the order of their names, whichever came first", async () => {
    const numbers = Array.from({ length: 1_000 }, (_, n) => (n * 617) % 1_000);
    const many = await federationOf(numbers.map((n) => ({ ja: `大学 ${n}`, en: `University ${n % 10}` })));
    const names = (locale: "ja" | "en", q: string) =>
      searchInstitutions(many, { q, locale, limit: 1_000, now }).institutions.map(({ nameJa }) => nameJa);
    const byNumber = numbers.toSorted((one, other) => one - other);
    expect(names("ja", "")).toEqual(byNumber.map((n) => `大学 ${n}`));
    const byLastDigit = byNumber.toSorted((one, other) => (one % 10) - (other % 10));
    expect(names("en", "university")).toEqual(byLastDigit.map((n) => `大学 ${n}`));
  });

  test("a part of many, and how many there are", async () => {
    const asked = { q: "大学", locale: "ja" as const, now };
    const all = searchInstitutions(await federation, { ...asked, limit: 50 });
    const part = searchInstitutions(await federation, { ...asked, limit: 2, from: 1 });
    expect(part.total).toBe(all.institutions.length);
    expect(part.institutions).toEqual(all.institutions.slice(1, 3));
  });
});

describe("by mail domain", () => {
  test.each<[string, string, string[]]>([
    ["the institution that states it", "@toto.example.ac.jp", ["東都大学"]],
    [
      "one that states a domain above, the nearest first",
      "@x.med.toto.example.ac.jp",
      ["東都大学医学部", "東都大学"],
    ],
    ["while it is typed", "@kokug", ["國學院東大學"]],
    ["capitals", "@TOTO.Example.ac.jp", ["東都大学"]],
    ["not one that only ends alike", "@nototo.example.ac.jp", []],
    ["not a name", "@東都", []],
    ["nobody", "@mail.example.com", []],
  ])("%s: %s", async (_, q, found) => {
    expect(await find(q)).toEqual(found);
  });
});
