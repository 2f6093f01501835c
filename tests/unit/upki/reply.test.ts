import fc from "fast-check";
import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { readUploadReply } from "../../../server/ca/upki/reply.ts";

const read = (html: string) => readUploadReply(iconv.encode(html, "euc-jp"));
const table = (heads: string[], ...rows: string[][]) =>
  `<table border="1"><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr>
  ${rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("\n")}</table>`;
const page = (...parts: string[]) =>
  `<html><head><title>UPKI</title><style>a{}</style></head><body><table><tr><td>menu</td></tr>
  ${parts.map((part) => `<tr><td>${part}</td></tr>`).join("")}</table></body></html>`;
const sentence = "ファイルのアップロード処理が完了しました。";
const takenHeads = ["SEQ", "処理結果", "エラー内容", "機関名", "所属名", "氏名", "メールアドレス"];
const refusedHeads = ["SEQ", "処理結果", "エラー内容"];
const taken = (seq: string, name = "国立 花子") => [
  seq,
  "OK",
  "&nbsp;",
  "Example",
  "情報学部",
  name,
  "hanako@example.ac.jp",
];

describe("an upload was taken", () => {
  test.each([
    ["with one line", page(sentence, table(takenHeads, taken("1")))],
    ["with several lines", page(sentence, table(takenHeads, taken("1"), taken("2"), taken("3")))],
    [
      "with tags in capitals",
      page(sentence, table(takenHeads, taken("1"))).replace(/<\/?\w+/g, (tag) => tag.toUpperCase()),
    ],
    [
      "with tags that nobody closes",
      page(sentence, table(takenHeads, taken("1"))).replace(/<\/t[rdh]>/g, ""),
    ],
    [
      "with its sentence broken",
      page("ファイルのアップロード\n<b>処理</b>が完了しました。", table(takenHeads, taken("1"))),
    ],
    [
      "with spaces around words",
      page(sentence, table(takenHeads, [" 1 ", " <font>OK</font>\n", "", "", "", "", ""])),
    ],
  ])("%s", (_, html) => {
    expect(read(html)).toEqual({ outcome: "taken" });
  });
});

describe("an upload was refused", () => {
  test.each<[string, string[][], object[]]>([
    [
      "for one line",
      [["1", "NG", "212:1,1,指定された主体者DNは既に存在します。"]],
      [{ seq: 1, errors: [{ code: "212", column: 1, message: "指定された主体者DNは既に存在します。" }] }],
    ],
    [
      "for several lines",
      [
        ["2", "NG", "201:2,8,必須項目が入力されていません。"],
        ["5", "NG", "206:5,1,a,b"],
      ],
      [
        { seq: 2, errors: [{ code: "201", column: 8, message: "必須項目が入力されていません。" }] },
        { seq: 5, errors: [{ code: "206", column: 1, message: "a,b" }] },
      ],
    ],
    [
      "for several faults of a line",
      [["1", "NG", "201:1,8,a<br>202:1,11,b<br/>"]],
      [
        {
          seq: 1,
          errors: [
            { code: "201", column: 8, message: "a" },
            { code: "202", column: 11, message: "b" },
          ],
        },
      ],
    ],
    [
      "for a line that has several rows",
      [
        ["1", "NG", "201:1,8,a"],
        ["1", "NG", "202:1,11,b"],
      ],
      [
        {
          seq: 1,
          errors: [
            { code: "201", column: 8, message: "a" },
            { code: "202", column: 11, message: "b" },
          ],
        },
      ],
    ],
    [
      "while others are right",
      [
        ["1", "OK", ""],
        ["2", "NG", "204:2,2,a"],
      ],
      [{ seq: 2, errors: [{ code: "204", column: 2, message: "a" }] }],
    ],
    [
      "as a whole",
      [["", "NG", "213:,,空のファイルです。"]],
      [{ seq: 0, errors: [{ code: "213", column: null, message: "空のファイルです。" }] }],
    ],
    [
      "with an unknown code",
      [["1", "NG", "999:1,3,&lt;?&gt;"]],
      [{ seq: 1, errors: [{ code: "999", column: 3, message: "<?>" }] }],
    ],
    [
      "with a code alone",
      [["1", "NG", "215:機関が停止中です"]],
      [{ seq: 1, errors: [{ code: "215", column: null, message: "機関が停止中です" }] }],
    ],
    [
      "with words alone",
      [["1", "NG", "処理できません"]],
      [{ seq: 1, errors: [{ code: "", column: null, message: "処理できません" }] }],
    ],
    ["without words", [["1", "NG", ""]], [{ seq: 1, errors: [{ code: "", column: null, message: "" }] }]],
  ])("%s", (_, rows, refused) => {
    expect(read(page("エラー", table(refusedHeads, ...rows)))).toEqual({ outcome: "refused", rows: refused });
  });

  test("with a long message, which is cut", () => {
    const reply = read(page(table(refusedHeads, ["1", "NG", `206:1,1,${"a".repeat(5000)}`])));
    expect(reply).toMatchObject({ rows: [{ errors: [{ message: "a".repeat(300) }] }] });
  });
});

describe("nobody knows whether an upload was taken", () => {
  test.each([
    ["when the page is empty", ""],
    ["when it is another page", page("ログインしてください")],
    ["without the table", page(sentence)],
    ["without the sentence", page(table(takenHeads, taken("1")))],
    ["with the sentence in a comment", page(`<!-- ${sentence} -->`, table(takenHeads, taken("1")))],
    [
      "with the sentence in a script",
      page(`<script>alert("${sentence}")</script>`, table(takenHeads, taken("1"))),
    ],
    ["with the sentence as somebody's name", page(table(takenHeads, taken("1", sentence)))],
    ["with an empty table", page(sentence, table(takenHeads))],
    ["with a result that is unknown", page(sentence, table(takenHeads, ["1", "保留", "", "", "", "", ""]))],
    [
      "with the sentence and a line that is wrong",
      page(sentence, table(takenHeads, taken("1"), ["2", "NG", "212:2,1,a", "", "", "", ""])),
    ],
    ["with other headings", page(sentence, table(["No", "結果", "エラー"], ["1", "OK", ""]))],
    [
      "when the page is larger than any",
      page(sentence, table(takenHeads, taken("1"))) + " ".repeat(2_000_000),
    ],
    [
      "when the page has more tags than any",
      page(sentence, table(takenHeads, taken("1"))) + "<b>".repeat(30_000),
    ],
  ])("%s", (_, html) => {
    expect(read(html)).toEqual({ outcome: "not_understood", excerpt: expect.any(String) });
  });

  test("and what is shown is told in short, without markup", () => {
    expect(read(page("<b>混雑</b>して<br>います &amp; <i>a</i>"))).toEqual({
      outcome: "not_understood",
      excerpt: "menu 混雑して います & a",
    });
    const { excerpt } = read(page("あ".repeat(1000))) as { excerpt: string };
    expect(excerpt).toHaveLength(300);
  });

  test("when it is in another encoding", () => {
    const html = page(sentence, table(takenHeads, taken("1")));
    expect(readUploadReply(iconv.encode(html, "cp932"))).toHaveProperty("outcome", "not_understood");
  });
});

test.each([
  "<div>",
  "<div>a",
  "<table><tr><td>",
  "<tr><td>",
  "<",
  "<a ",
  '<a b="',
  "<!--",
  "<![CDATA[",
  "<script>",
  "<script></script>",
  "<b></i>",
  "&",
  "&#",
  " ",
  "<th>SEQ</th>",
])("a page of nothing but %j is read soon", (unit) => {
  const octets = Buffer.from(unit.repeat(Math.floor(1_000_000 / unit.length)));
  const few = Buffer.from(unit.repeat(19_000));
  const begun = performance.now();
  for (const one of [octets, few]) expect(readUploadReply(one)).toHaveProperty("outcome", "not_understood");
  expect(performance.now() - begun).toBeLessThan(3000);
});

test("whatever is changed in a page that refuses, the upload was not taken; one that was taken is not refused", () => {
  const good = iconv.encode(page(sentence, table(takenHeads, taken("1"), taken("2"))), "euc-jp");
  const bad = iconv.encode(page("エラー", table(refusedHeads, ["1", "NG", "212:1,1,a"])), "euc-jp");
  const change = fc.record({
    at: fc.nat(900),
    cut: fc.nat(40),
    put: fc.constantFrom("", "<", ">", "<td>", "</table>", "&", "<!--", "OK", "\xa4"),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
      const changed = (page: Uint8Array) =>
        changes.reduce((octets, { at, cut, put }) => {
          const begin = at % (octets.length + 1);
          return Buffer.concat([
            octets.subarray(0, begin),
            Buffer.from(put, "latin1"),
            octets.subarray(begin + cut),
          ]);
        }, Buffer.from(page));
      expect(readUploadReply(changed(good)).outcome).not.toBe("refused");
      expect(readUploadReply(changed(bad)).outcome).not.toBe("taken");
    }),
    { numRuns: 800 },
  );
});

test("any page is answered", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "<table>",
      "<tr>",
      "<td>",
      "<th>",
      "</td>",
      "</table>",
      "SEQ",
      "処理結果",
      "エラー内容",
      "OK",
      "NG",
      sentence,
      "212:1,1,a",
      "<br>",
    ),
    fc.string({ unit: "binary", maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const reply = read(pieces.join(""));
      if (reply.outcome === "taken") expect(pieces.join("")).toContain(sentence);
      if (reply.outcome === "not_understood") expect(reply.excerpt.length).toBeLessThanOrEqual(300);
    }),
    { numRuns: 800 },
  );
});
