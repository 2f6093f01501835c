/** Documents that nobody would write: every way to declare, redeclare and take back namespaces, every kind of text. Always the same ones. */

/** Mulberry32. */
export function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below;
  };
}

const prefixes = ["", "x", "y", "é"];
// Without signs that would have to be escaped: libxml2 leaves them as they are there, against the specification.
const namespaces = ["urn:1", "urn:2", "http://example.ac.jp/#3"];
const texts = [
  "text",
  " \n ",
  "\r\n",
  "\r",
  "\t",
  "&amp;",
  "&lt;&gt;",
  "&#13;&#10;&#9;",
  "\"'",
  "あ",
  "😀",
  "&#x1F600;",
  "&quot;&apos;",
  "]]&gt;",
];
const inContent = [...texts, "<![CDATA[<&>]]>", "<![CDATA[]]>", "<?p  words &amp; <?>", "<?p?>", ">"];

export function randomDocuments(count: number): string[] {
  return Array.from({ length: count }, (_, seed) => randomDocument(seed + 1));
}

function randomDocument(seed: number): string {
  const random = chance(seed);
  const below = (end: number) => Math.floor(random(end));
  const oneOf = <T>(list: readonly T[]) => list[below(list.length)] as T;

  const element = (depth: number, scope: ReadonlyMap<string, string>): string => {
    const inside = new Map(scope);
    const declarations: string[] = [];
    for (const prefix of prefixes) {
      if (below(3) > 0) continue;
      const uri = prefix === "" && below(3) === 0 ? "" : oneOf(namespaces);
      inside.set(prefix, uri);
      declarations.push(prefix === "" ? `xmlns="${uri}"` : `xmlns:${prefix}='${uri}'`);
    }
    const declared = [...inside]
      .filter(([prefix, uri]) => prefix !== "" && uri !== "")
      .map(([prefix]) => prefix);
    const name = (local: string) => {
      const prefix = oneOf(["", ...declared]);
      return prefix === "" ? local : `${prefix}:${local}`;
    };
    const names = new Map<string, string>();
    for (let n = below(4); n > 0; n--) {
      const own = oneOf(["b", "c", "ü", "xml:lang"]);
      const full = own.includes(":") ? own : name(own);
      const [prefix = "", local = full] = full.includes(":") ? full.split(":") : ["", full];
      names.set(`${prefix === "" || prefix === "xml" ? prefix : inside.get(prefix)} ${local}`, full);
    }
    const value = () =>
      Array.from({ length: below(4) }, () => oneOf(texts))
        .join("")
        .replaceAll('"', "");
    const attributes = [...names.values()].map((own) => `${own}="${value()}"`);
    const tag = name(oneOf(["a", "b", "ん"]));
    const parts = [...declarations, ...attributes].sort(() => random(2) - 1);
    const content: string[] = [];
    for (let n = below(5); n > 0; n--)
      content.push(depth < 5 && below(2) === 0 ? element(depth + 1, inside) : oneOf(inContent));
    const start = `<${[tag, ...parts].join(oneOf([" ", "\n  "]))}`;
    return content.length === 0 && below(2) === 0 ? `${start}/>` : `${start}>${content.join("")}</${tag} >`;
  };
  return element(0, new Map());
}
