/**
 * The institutions as a search sees them: what each is called in every spelling, in the order of their names. Pure; ten thousand
 * are gone through in a few milliseconds, which is less than asking the database.
 */
import { foldForSearch, withoutLongVowels } from "./fold.ts";

/** What the login page shows of an institution. Logos are addresses that a browser may ask for. */
export type Listed = {
  id: string;
  nameJa: string;
  nameEn: string;
  logoJa: string | null;
  logoEn: string | null;
  /** Whether its metadata say where to log in and who signs. */
  usable: boolean;
};

export type Source = Listed & {
  /** Lines of names, keywords and domains in any language. */
  search: string;
  domains: readonly string[];
  validUntil: Date;
};

type Entry = {
  listed: Listed;
  validUntil: number;
  domains: readonly string[];
  /** Each in every spelling, a line each, with a line's end at both ends. */
  names: string;
  keywords: string;
  domainLines: string;
  /** All of it, for the first look. */
  all: string;
};

export type Language = "ja" | "en";

export type InstitutionIndex = Readonly<Record<Language, readonly Entry[]>> & {
  byDomain: ReadonlyMap<string, readonly Entry[]>;
};

export type Asked = { q: string; locale: Language; limit: number; from?: number; now: Date };
export type Found = { total: number; institutions: Listed[] };

const pause = () => new Promise<void>((done) => setImmediate(done));
const rowsAtOnce = 500;
const mostWords = 8;

/** Other requests get their turn between two steps. */
export async function indexInstitutions(sources: readonly Source[]): Promise<InstitutionIndex> {
  const entries: { entry: Entry; ja: string; en: string }[] = [];
  const byDomain = new Map<string, Entry[]>();
  for (let at = 0; at < sources.length; at += rowsAtOnce) {
    for (const source of sources.slice(at, at + rowsAtOnce)) {
      const made = entryOf(source);
      entries.push(made);
      for (const domain of made.entry.domains) {
        const holders = byDomain.get(domain);
        if (holders) holders.push(made.entry);
        else byDomain.set(domain, [made.entry]);
      }
    }
    await pause();
  }
  const sorted = async (language: Language) => {
    const { compare } = new Intl.Collator(language, { numeric: true });
    const inOrder = entries.toSorted(
      ({ [language]: one, entry: { listed: first } }, { [language]: other, entry: { listed: second } }) =>
        compare(one, other) || compare(first.nameJa, second.nameJa) || (first.id < second.id ? -1 : 1),
    );
    await pause();
    return inOrder.map(({ entry }) => entry);
  };
  return { ja: await sorted("ja"), en: await sorted("en"), byDomain };
}

function entryOf({ search, domains, validUntil, ...listed }: Source) {
  const [ja, en] = [foldForSearch(listed.nameJa), foldForSearch(listed.nameEn)];
  const rest = [...new Set(foldForSearch(search).split("\n"))].filter(
    (text) => text !== "" && text !== ja && text !== en && !domains.includes(text),
  );
  // Of a name in kanji the first keyword in kana is how it is read; lists go by it.
  const isRead = (text: string) => /^[ぁ-ゖ ]{2,}$/.test(text);
  const reading = isRead(ja) ? ja : rest.find(isRead);
  const names = lines([ja, en, ...(reading ? [reading] : [])].flatMap(spellings));
  const keywords = lines(rest.filter((text) => text !== reading).flatMap(spellings));
  const domainLines = lines(domains);
  const all = names + keywords + domainLines;
  const entry = { listed, validUntil: validUntil.getTime(), domains, names, keywords, domainLines, all };
  return { entry, ja: reading ?? ja, en };
}

/** As it is, without its blanks, and without what lengthens its vowels. */
function spellings(folded: string): string[] {
  const text = folded.trim();
  return unique([text, /[^ -~]/.test(text) ? text.replaceAll(" ", "") : text, withoutLongVowels(text)]);
}

function lines(texts: readonly string[]): string {
  return texts.length === 0 ? "" : `\n${unique(texts).join("\n")}\n`;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** Those that hold every word, the likeliest first: called so, beginning so, having a word that begins so, and so on; then by name. */
export function searchInstitutions(
  index: InstitutionIndex,
  { q, locale, limit, from = 0, now }: Asked,
): Found {
  const time = now.getTime();
  const inForce = (entry: Entry) => entry.validUntil > time;
  const page = (found: readonly Entry[]) => ({
    total: found.length,
    institutions: found.slice(from, from + limit).map(({ listed }) => listed),
  });
  const folded = foldForSearch(q).replace(/\p{Cc}/gu, " ");
  if (folded.startsWith("@")) {
    const domain = folded.slice(1).replace(/^\.+|\.+$/g, "");
    return page(domain === "" ? index[locale].filter(inForce) : holdersOf(index, domain).filter(inForce));
  }
  const words = folded
    .split(/[\s\-,、。()&/]+/u)
    .map((word) => word.replace(/\.+$/, ""))
    .filter(Boolean)
    .slice(0, mostWords)
    .map(spellings);
  if (words.length === 0) return page(index[locale].filter(inForce));
  const wholes = unique([folded, words.map(([word]) => word).join(" ")].flatMap(spellings));
  const whole = { lines: wholes.map((text) => `\n${text}\n`), beginnings: wholes.map((text) => `\n${text}`) };
  const ranks: Entry[][] = Array.from({ length: lastRank + 1 }, () => []);
  for (const entry of index[locale])
    if (inForce(entry) && words.every((word) => holds(entry.all, word)))
      ranks[rankOf(entry, whole, words)]?.push(entry);
  const found = ranks.flat();
  // Somebody's own host, such as `www.a.example.ac.jp`, below the domain that the institution states.
  if (found.length === 0 && folded.includes(".")) return page(holdersOf(index, folded).filter(inForce));
  return page(found);
}

/** A word in each of its spellings. */
type Spelled = readonly string[];

/** The whole of what was typed, in each spelling: as a line, and as a line's beginning. */
type Whole = { lines: Spelled; beginnings: Spelled };

const lastRank = 6;

function rankOf(
  { names, keywords, domainLines }: Entry,
  { lines, beginnings }: Whole,
  words: readonly Spelled[],
): number {
  if (holds(names, lines) || holds(domainLines, lines)) return 0;
  if (holds(names, beginnings)) return 1;
  const named = words.every((word) => holds(names, word));
  if (named && words.every((word) => word.some((spelling) => hasWord(names, spelling)))) return 2;
  if (holds(keywords, lines)) return 3;
  if (named) return 4;
  return words.every((word) => holds(names, word) || holds(keywords, word)) ? 5 : lastRank;
}

function holds(text: string, spelled: Spelled): boolean {
  for (const spelling of spelled) if (text.includes(spelling)) return true;
  return false;
}

/** Whether a word of the names begins so. */
function hasWord(names: string, beginning: string): boolean {
  for (let at = names.indexOf(beginning); at !== -1; at = names.indexOf(beginning, at + 1))
    if (boundaries.includes(names[at - 1] ?? "")) return true;
  return false;
}

const boundaries = "\n -,、。()&/.";

/** Those that state the domain or one above it, the nearest first; while it is being typed, those whose domain begins so. */
function holdersOf({ byDomain, ja }: InstitutionIndex, domain: string): Entry[] {
  const labels = domain.split(".");
  const above = labels.map((_, at) => labels.slice(at).join(".")).slice(0, -1);
  const holders = new Set(above.flatMap((name) => byDomain.get(name) ?? []));
  if (holders.size > 0) return [...holders];
  return ja.filter(({ domains }) => domains.some((name) => name.startsWith(domain)));
}
