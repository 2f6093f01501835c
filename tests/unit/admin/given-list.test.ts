/** Lists of people as registrars have them. */
import iconv from "iconv-lite";
import { expect, test } from "vitest";
import { mostLines, readList } from "@/server/admin/given/list.ts";

const utf8 = (text: string) => Buffer.from(text, "utf8");

test.each<[string, Uint8Array, [number, ...string[]][]]>([
  [
    "one a line",
    utf8("a@x.jp\nb@x.jp\n"),
    [
      [1, "a@x.jp"],
      [2, "b@x.jp"],
    ],
  ],
  [
    "with a byte order mark and CRLF",
    utf8("\ufeffa@x.jp\r\nb@x.jp\r\n"),
    [
      [1, "a@x.jp"],
      [2, "b@x.jp"],
    ],
  ],
  [
    "empty lines count as lines",
    utf8("a@x.jp\n\n  \nb@x.jp"),
    [
      [1, "a@x.jp"],
      [4, "b@x.jp"],
    ],
  ],
  ["columns, of which one is quoted", utf8('a@x.jp,"国立, 花子"\n'), [[1, "a@x.jp", "国立, 花子"]]],
  ["columns of a spreadsheet, pasted", utf8("a@x.jp\tclient\t13"), [[1, "a@x.jp", "client", "13"]]],
  [
    "a cell over two lines",
    utf8('"a\nb"\nc@x.jp'),
    [
      [1, "a b"],
      [3, "c@x.jp"],
    ],
  ],
  ["what Excel writes in Japan", iconv.encode("a@x.jp,髙橋 ①\n", "cp932"), [[1, "a@x.jp", "髙橋 1"]]],
  ["letters of a Japanese keyboard", utf8("ａ＠ｘ．ｊｐ"), [[1, "a@x.jp"]]],
])("%s", (_, octets, expected) => {
  const lines = readList(octets);
  expect("fault" in lines ? lines : lines.map(({ line, cells }) => [line, ...cells])).toEqual(expected);
});

test.each<[string, Uint8Array, unknown]>([
  ["nothing", utf8(" \n\n"), { fault: "empty", line: null }],
  ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0x00]), { fault: "not_text", line: null }],
  ["a quote that never ends", utf8('a@x.jp\n"b@x.jp'), { fault: "malformed", line: 2 }],
  [
    "more lines than a list may have",
    utf8("a@x.jp\n".repeat(mostLines + 1)),
    { fault: "too_many", line: mostLines + 1 },
  ],
  ["a cell without end", utf8(`a@x.jp\n${"b".repeat(301)}`), { fault: "too_long", line: 2 }],
])("%s is refused with its line", (_, octets, expected) => {
  expect(readList(octets)).toEqual(expected);
});
