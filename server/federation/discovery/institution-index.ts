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
  /** Lines of names, keywords and domains in any language, folded. */
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
/** A few milliseconds' work each. */
const atOnce = 200;
const comparedAtOnce = 1_000;
const mostWords = 8;

type Named = { entry: Entry; ja: string; en: string };

/** Other requests get their turn between two portions, here as everywhere below. */
export async function indexInstitutions(
  portions: AsyncIterable<readonly Source[]> | Iterable<readonly Source[]>,
): Promise<InstitutionIndex> {
  const named: Named[] = [];
  const byDomain = new Map<string, Entry[]>();
  for await (const portion of portions)
    for (const sources of slices(portion)) {
      for (const source of sources) {
        const made = entryOf(source);
        named.push(made);
        for (const domain of made.entry.domains) {
          const holders = byDomain.get(domain);
          if (holders) holders.push(made.entry);
          else byDomain.set(domain, [made.entry]);
        }
      }
      await pause();
    }
  return { ja: await byName(named, "ja"), en: await byName(named, "en"), byDomain };
}

async function byName(named: readonly Named[], language: Language): Promise<Entry[]> {
  const { compare } = new Intl.Collator(language, { numeric: true });
  const inOrder = await sorted(
    named,
    (one, other) =>
      compare(one[language], other[language]) ||
      compare(one.entry.listed.nameJa, other.entry.listed.nameJa) ||
      (one.entry.listed.id < other.entry.listed.id ? -1 : 1),
  );
  return inOrder.map(({ entry }) => entry);
}

/** As `toSorted`, which would hold everybody up: portions by themselves, then two and two of them merged. */
async function sorted<T>(items: readonly T[], compare: (one: T, other: T) => number): Promise<readonly T[]> {
  let runs: (readonly T[])[] = [];
  for (const slice of slices(items)) {
    runs.push(slice.toSorted(compare));
    await pause();
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let at = 0; at < runs.length; at += 2)
      merged.push(await merge(runs[at] ?? [], runs[at + 1] ?? [], compare));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<T>(left: readonly T[], right: readonly T[], compare: (one: T, other: T) => number) {
  const merged: T[] = [];
  let [ofLeft, ofRight] = [0, 0];
  while (ofLeft < left.length && ofRight < right.length) {
    const [one, other] = [left[ofLeft] as T, right[ofRight] as T];
    if (compare(one, other) <= 0) {
      merged.push(one);
      ofLeft += 1;
    } else {
      merged.push(other);
      ofRight += 1;
    }
    if (merged.length % comparedAtOnce === 0) await pause();
  }
  return merged.concat(left.slice(ofLeft), right.slice(ofRight));
}

function entryOf({ search, domains, validUntil, ...listed }: Source) {
  const [ja, en] = [foldForSearch(listed.nameJa), foldForSearch(listed.nameEn)];
  const rest = unique(search.split("\n")).filter(
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
  const isLatin = !/[^ -~]/.test(text);
  return isLatin ? [text] : unique([text, text.replaceAll(" ", ""), withoutLongVowels(text)]);
}

function* slices<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += atOnce) yield items.slice(at, at + atOnce);
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
  const page = (found: readonly Entry[], total = found.length) => ({
    total,
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
  const found = index[locale].filter(
    (entry) => inForce(entry) && words.every((word) => holds(entry.all, word)),
  );
  // Somebody's own host, such as `www.a.example.ac.jp`, below the domain that the institution states.
  if (found.length === 0 && folded.includes(".")) return page(holdersOf(index, folded).filter(inForce));
  return page(likeliest(found, whole, words, from + limit), found.length);
}

/** A word in each of its spellings. */
type Spelled = readonly string[];

/** The whole of what was typed, in each spelling: as a line, and as a line's beginning. */
type Whole = { lines: Spelled; beginnings: Spelled };

type Likely = (entry: Entry, whole: Whole, words: readonly Spelled[]) => boolean;

/** The likeliest first; who is none of these comes last. */
const likely: readonly Likely[] = [
  ({ names, domainLines }, { lines }) => holds(names, lines) || holds(domainLines, lines),
  ({ names }, { beginnings }) => holds(names, beginnings),
  ({ names }, _, words) => words.every((word) => word.some((spelling) => hasWord(names, spelling))),
  ({ keywords }, { lines }) => holds(keywords, lines),
  ({ names }, _, words) => words.every((word) => holds(names, word)),
  ({ names, keywords }, _, words) => words.every((word) => holds(names, word) || holds(keywords, word)),
];

/** The first so many; of a letter that thousands hold, nobody asks which of them is the thousandth. */
function likeliest(
  found: readonly Entry[],
  whole: Whole,
  words: readonly Spelled[],
  wanted: number,
): readonly Entry[] {
  const inOrder: Entry[] = [];
  let others = found;
  for (const isLikely of likely) {
    const less: Entry[] = [];
    for (const entry of others) {
      if (inOrder.length >= wanted) return inOrder;
      (isLikely(entry, whole, words) ? inOrder : less).push(entry);
    }
    others = less;
  }
  return inOrder.concat(others);
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
