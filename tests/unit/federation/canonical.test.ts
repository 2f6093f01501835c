import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type XmlLimits, xmlStream } from "@/server/federation/xml/stream.ts";
import { canonicalize } from "@/tests/support/canonicalize.ts";
import { randomDocuments } from "@/tests/support/random-xml.ts";
import { run, tool } from "@/tests/support/tools.ts";

const limits: XmlLimits = { octets: 1e6, depth: 50, attributes: 50 };

/** The root in canonical form; `cut` is how many octets arrive at a time. */
function canonical(xml: string, { prefixes = [] as string[], cut = 1e6 } = {}): string {
  const octets = Buffer.from(xml, "utf8");
  const arriving = Array.from({ length: Math.ceil(octets.length / cut) }, (_, n) =>
    octets.subarray(n * cut, (n + 1) * cut),
  );
  const written: string[] = [];
  canonicalize(arriving, (text) => written.push(text), { prefixes, limits });
  return written.join("");
}

type Row = [rule: string, xml: string, expected: string, prefixes?: string[]];

const rows: Row[] = [
  ["an empty element gets an end tag", "<a/>", "<a></a>"],
  ["what stands around the root is left out", '<?xml version="1.0"?><?p x?><a/><!-- c -->\n', "<a></a>"],
  ["comments are left out, what stood around them joins", "<a>x<!-- c -->y</a>", "<a>xy</a>"],
  ["instructions stay", "<a><?p?><?q  two words ?></a>", "<a><?p?><?q two words ?></a>"],
  ["CDATA becomes text", "<a><![CDATA[<b>&amp;]]></a>", "<a>&lt;b&gt;&amp;amp;</a>"],
  ["in text &, <, > and CR are escaped", "<a>&amp;&lt;&gt;&#13;\"'</a>", "<a>&amp;&lt;&gt;&#xD;\"'</a>"],
  [
    "in attributes &, <, the quote, TAB, LF and CR are escaped",
    `<a b='&amp;&lt;>"&#9;&#10;&#13;'/>`,
    '<a b="&amp;&lt;>&quot;&#x9;&#xA;&#xD;"></a>',
  ],
  ["a line end in an attribute is a space", '<a b="1\r\n2\t3"/>', '<a b="1 2 3"></a>'],
  ["line ends become LF", "<a>1\r\n2\r3</a>", "<a>1\n2\n3</a>"],
  ["references become characters", "<a>&#233;&#x3042;&#x1F600;</a>", "<a>éあ😀</a>"],
  ["space in a tag is as small as can be", "<a  b = '1'\n></a >", '<a b="1"></a>'],
  [
    "attributes are sorted by namespace, then name; those without one come first",
    '<a xmlns:y="urn:a" xmlns:x="urn:b" x:c="1" y:c="2" d="3" b="4"/>',
    '<a xmlns:x="urn:b" xmlns:y="urn:a" b="4" d="3" y:c="2" x:c="1"></a>',
  ],
  [
    "a namespace is declared where it is first used",
    '<a xmlns:x="urn:x"><x:b><x:c/></x:b><x:b/></a>',
    '<a><x:b xmlns:x="urn:x"><x:c></x:c></x:b><x:b xmlns:x="urn:x"></x:b></a>',
  ],
  ["one that nobody uses is not declared", '<a xmlns:x="urn:x" x="1"/>', '<a x="1"></a>'],
  [
    "a prefix that changes its meaning is declared again",
    '<x:a xmlns:x="urn:1"><x:b xmlns:x="urn:2"><x:c xmlns:x="urn:1"/></x:b></x:a>',
    '<x:a xmlns:x="urn:1"><x:b xmlns:x="urn:2"><x:c xmlns:x="urn:1"></x:c></x:b></x:a>',
  ],
  [
    "a declaration that says nothing new goes",
    '<x:a xmlns:x="urn:1"><x:b xmlns:x="urn:1"/></x:a>',
    '<x:a xmlns:x="urn:1"><x:b></x:b></x:a>',
  ],
  [
    "the default namespace is taken back where it was written",
    '<a xmlns="urn:1"><b xmlns=""><c/></b></a>',
    '<a xmlns="urn:1"><b xmlns=""><c></c></b></a>',
  ],
  ["and not where it was not", '<a xmlns=""><b xmlns=""/></a>', "<a><b></b></a>"],
  [
    "attributes have no default namespace",
    '<x:a xmlns="urn:1" xmlns:x="urn:x" b="1"/>',
    '<x:a xmlns:x="urn:x" b="1"></x:a>',
  ],
  [
    "a namespace's name is escaped like any value",
    '<a xmlns="urn:1?b=2&amp;c=3"/>',
    '<a xmlns="urn:1?b=2&amp;c=3"></a>',
  ],
  ["xml: needs no declaration", '<a xml:lang="ja" xml:id="i"/>', '<a xml:id="i" xml:lang="ja"></a>'],
  [
    "a prefix of the list is declared where it is in scope, used or not",
    '<a xmlns:x="urn:x"><b/></a>',
    '<a xmlns:x="urn:x"><b></b></a>',
    ["x"],
  ],
  ["one that is not in scope is not", "<a><b/></a>", "<a><b></b></a>", ["x"]],
  [
    "the default namespace can be in the list",
    '<x:a xmlns="urn:1" xmlns:x="urn:x"><x:b xmlns=""/></x:a>',
    '<x:a xmlns="urn:1" xmlns:x="urn:x"><x:b xmlns=""></x:b></x:a>',
    [""],
  ],
];

describe("in canonical form", () => {
  test.each(rows)("%s", (_, xml, expected, prefixes = []) => {
    expect(canonical(xml, { prefixes })).toBe(expected);
    expect(canonical(xml, { prefixes, cut: 1 })).toBe(expected);
  });
});

describe("is no document", () => {
  test.each([
    ["a document type", "<!DOCTYPE a><a/>"],
    ["an entity that nobody declared", "<a>&e;</a>"],
    ["a prefix that nobody declared", "<x:a/>"],
    ["XML 1.1", '<?xml version="1.1"?><a/>'],
    ["another encoding", '<?xml version="1.0" encoding="EUC-JP"?><a/>'],
    ["the same attribute twice under two prefixes", '<a xmlns:x="urn:1" xmlns:y="urn:1" x:b="1" y:b="2"/>'],
    ["a namespace with space around it", '<a xmlns:x=" urn:1"/>'],
    ["two roots", "<a/><b/>"],
    ["text behind the root", "<a/>b"],
    ["more within each other than allowed", "<a>".repeat(51)],
    ["more attributes than allowed", `<a ${Array.from({ length: 51 }, (_, n) => `b${n}=""`).join(" ")}/>`],
    ["more octets than allowed", `<a>${"x".repeat(1_000_001)}</a>`],
    ["half of a document", "<a><b></b>"],
  ])("%s", (_, xml) => {
    expect(() => canonical(xml)).toThrow();
  });

  test("what is not UTF-8", () => {
    const stream = xmlStream({ open() {}, text() {}, instruction() {}, close() {} }, limits);
    expect(() => stream.write(Buffer.from([0x3c, 0x61, 0x3e, 0xc0, 0xaf]))).toThrow("not UTF-8");
  });
});

describe.skipIf(!tool("xmllint"))("libxml2 writes the same", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "canonical-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const libxml = (xml: string) => {
    const path = join(folder, "in.xml");
    writeFileSync(path, xml);
    const { ok, said } = run("xmllint", ["--exc-c14n", path]);
    if (!ok) throw new Error(said);
    return said;
  };
  // It keeps comments, and does without a list of prefixes.
  test.each(rows.filter(([, xml, , prefixes]) => !prefixes && !/<!--|<\?p x|&amp;c/.test(xml)))(
    "of: %s",
    (_, xml) => {
      expect(libxml(xml)).toBe(canonical(xml));
    },
  );

  test.each(randomDocuments(200))("of a document of chance, %#", (xml) => {
    expect(canonical(xml, { cut: 7 })).toBe(libxml(xml));
  });
});
