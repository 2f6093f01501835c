import fc from "fast-check";
import iconv from "iconv-lite";
import { expect, test } from "vitest";
import { readPage } from "@/server/ca/upki/site/page.ts";

const read = (html: string | Uint8Array, type = "text/html; charset=UTF-8") =>
  readPage({
    step: "menu",
    url: new URL("https://site.example.ac.jp/a/b.do"),
    status: 200,
    type,
    octets: Buffer.from(html),
  });

const pieces = [
  ...[
    "<form name=a action=x>",
    "</form>",
    "<input name=b value=1>",
    "<select name=c>",
    "<option>",
    "</select>",
  ],
  ...[
    "<frameset>",
    "<frame name=hidari src=y>",
    "<base href='//'>",
    "<table><tr><td>",
    "</table>",
    "<!--",
    "-->",
  ],
  ...[
    "<script>",
    "</script>",
    "<textarea name=d>",
    "</textarea>",
    "&#x110000;",
    "&lt;",
    "<",
    '"',
    "文字",
    "<b ",
    ">",
  ],
];

test("whatever a page holds, it is read", () => {
  const html = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 60 });
  fc.assert(
    fc.property(html, (parts) => {
      const { forms, frames, text } = read(parts.join(""));
      for (const form of forms) expect(form.action).toBeInstanceOf(URL);
      for (const address of frames.values()) expect(address).toBeInstanceOf(URL);
      expect(typeof text).toBe("string");
    }),
    { numRuns: 2_000 },
  );
});

test("whatever octets come, they are read", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.string(), (octets, type) => {
      expect(typeof read(octets, type).text).toBe("string");
    }),
  );
});

test.each([
  ["elements in elements", "<b>"],
  ["forms without end", "<form action=x><input name=a>"],
  ["attributes without end", "<a b='"],
  ["options", "<select name=a><option>"],
  ["ends without beginning", "</form></td>"],
])("a page of nothing but %s takes no time to speak of", (_, piece) => {
  const begun = performance.now();
  read(piece.repeat(Math.floor(500_000 / piece.length)));
  expect(performance.now() - begun).toBeLessThan(10_000);
});

test.each([
  ["the answer", "<p>証明書", "text/html; charset=Shift_JIS", "shift_jis"],
  ["the page", "<meta charset='utf-8'><p>証明書", "text/html", "utf-8"],
  ["nobody", "<p>証明書", "text/html", "euc-jp"],
  ["a name nobody knows", "<p>証明書", "text/html; charset=x-none", "euc-jp"],
])("the encoding that %s names is read", (_, html, type, encoding) => {
  expect(read(iconv.encode(html, encoding), type).text).toBe("証明書");
});
