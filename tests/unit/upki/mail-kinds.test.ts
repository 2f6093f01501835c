import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitServiceDn } from "../../../server/ca/upki/dn.ts";
import { understand } from "../../../server/ca/upki/mail/kinds.ts";

const dashes = "-".repeat(60);
const lines = ["CN=hanako", "OU=No 11", "O=Example University, Faculty of Law", "L=Academe", "C=JP"];
const dn = lines.join(",");
const block = (heading: string, text: readonly string[]) =>
  [`【${heading}】`, dashes, ...text.map((line) => `\u3000\u3000${line}`), dashes, ""].join("\n");
const number = (heading: string, serial: string) => `【${heading}】\n\u3000\u3000${serial}\n\n`;
const serial = "340282366920938463463374607431768211455";

const texts = {
  pin: "国立 花子 様\n\nアクセスPINは次のURLから取得してください。\nhttps://upki.example.ac.jp/upki-odcert/SPEntranceCliPin.jsp?p1=aB3+/x%3D&x=1\n\nhttps://example.ac.jp/support/\n",
  acceptance:
    "次のURLから取得してください。\nhttps://upki.example.ac.jp/upki-odcert/SPEntranceCli.jsp?p1=abc\n",
  collected: `取得されました。\n\n${block("対象証明書DN", lines)}${number("対象証明書シリアル番号", serial)}`,
  renewed:
    block("対象証明書DN", lines) +
    number("新証明書シリアル番号", serial) +
    number("旧証明書のシリアル番号", "12"),
  revoked:
    block("失効証明書DN", lines) +
    number("失効証明書シリアル番号", "12") +
    number("失効理由", "unspecified（退職のため）"),
};
const subjects = {
  pin: "[UPKI] アクセスPIN発行通知",
  acceptance: "[UPKI] クライアント証明書発行受付通知 / Notice of acceptance",
  collected: "[UPKI] クライアント証明書取得通知",
  renewed: "[UPKI] クライアント証明書更新通知",
  revoked: "[UPKI] クライアント証明書失効完了通知 / Notice of revocation",
};
const meanings = {
  pin: { kind: "pin", url: "https://upki.example.ac.jp/upki-odcert/SPEntranceCliPin.jsp?p1=aB3+/x%3D&x=1" },
  acceptance: { kind: "acceptance" },
  collected: { kind: "collected", dn, serial },
  renewed: { kind: "renewed", dn, serial, oldSerial: "12" },
  revoked: {
    kind: "revoked",
    dn,
    serial: "12",
    reason: "unspecified(退職のため)".replace("(", "（").replace(")", "）"),
  },
};
type Kind = keyof typeof texts;
const kinds = Object.keys(texts) as Kind[];

test.each(kinds)("a mail of the kind %s is understood", (kind) => {
  expect(understand({ subject: subjects[kind], text: texts[kind] })).toEqual(meanings[kind]);
  expect(understand({ subject: subjects[kind], text: texts[kind].replaceAll("\n", "\r\n") })).toEqual(
    meanings[kind],
  );
});

describe("a subject is recognised", () => {
  test.each([
    "[UPKI] クライアント証明書取得通知",
    "[UPKI]クライアント証明書取得通知",
    "クライアント証明書取得通知",
    "［ＵＰＫＩ］\u3000クライアント証明書取得通知",
    "[upki] クライアント証明書 取得通知",
    "[UPKI] クライアント証明書\r\n 取得通知",
    "[UPKI] クライアント証明書取得通知 / Notice of acquisition",
    "[UPKI] クライアント証明書取得通知 / $B%/\ufffd",
    "[UPKI] クライアント証明書取得通知\ufffd\ufffdNotice",
    "[UPKI] クライアント証明書取得通知／Notice",
  ])("%j", (subject) => {
    expect(understand({ subject, text: texts.collected })).toEqual(meanings.collected);
  });
});

describe("a subject is not recognised", () => {
  test.each([
    "",
    "[UPKI]",
    "[UPKI] / クライアント証明書取得通知",
    "[UPKI] サーバ証明書取得通知",
    "Re: [UPKI] クライアント証明書取得通知",
    "[UPKI] クライアント証明書取得通知のお知らせ",
    "toString",
    "__proto__",
  ])("%j", (subject) => {
    expect(understand({ subject, text: texts.collected })).toEqual({
      kind: "unknown",
      what: "subject",
      subject,
    });
  });
});

test.each(
  kinds
    .flatMap((subject) => kinds.map((text) => [subject, text] as const))
    .filter(([one, other]) => one !== other),
)("a subject of the kind %s does not make a text of the kind %s another", (subject, text) => {
  expect(understand({ subject: subjects[subject], text: texts[text] })).toHaveProperty("kind", "unknown");
});

const collected = (text: string) => understand({ subject: subjects.collected, text });

describe("a name and a serial number are read", () => {
  test.each([
    ["without dashes", `【対象証明書DN】\n CN=hanako\n C=JP\n\n【対象証明書シリアル番号】\n 12\n`],
    [
      "between dashes around all",
      `${dashes}\n【対象証明書DN】\n\u3000CN=hanako\n\u3000C=JP\n【対象証明書シリアル番号】\n12\n${dashes}\n`,
    ],
    ["in one line", "【対象証明書DN】\n CN=hanako,C=JP\n【対象証明書シリアル番号】 12"],
    ["beside the heading", "【対象証明書DN】：CN=hanako, C=JP\n【対象証明書シリアル番号】: 12"],
    [
      "with commas at the ends of lines",
      "【対象証明書DN】\n CN=hanako,\n C=JP\n【対象証明書シリアル番号】\n12",
    ],
    ["in full-width letters", "【対象証明書ＤＮ】\n CN=hanako\n C=JP\n【対象証明書 シリアル番号】\n１２"],
    ["with zeros before", "【対象証明書DN】\nCN=hanako\nC=JP\n【対象証明書シリアル番号】\n0012"],
    ["twice and the same", "【対象証明書DN】\nCN=hanako\nC=JP\n【対象証明書シリアル番号】\n12\n".repeat(2)],
    [
      "with words behind",
      "【対象証明書DN】\nCN=hanako\nC=JP\n\nL=x\n【対象証明書シリアル番号】\n12\n\n34 people",
    ],
  ])("%s", (_, text) => {
    expect(collected(text)).toEqual({ kind: "collected", dn: "CN=hanako,C=JP", serial: "12" });
  });

  test("of an S/MIME certificate, which has its CN alone", () => {
    const text =
      block("対象証明書DN", ["CN=hanako@example.ac.jp"]) + number("対象証明書シリアル番号", serial);
    expect(collected(text)).toEqual({ kind: "collected", dn: "CN=hanako@example.ac.jp", serial });
  });

  test("of a revocation without a reason", () => {
    const text = block("失効証明書DN", lines) + number("失効証明書シリアル番号", "12");
    expect(understand({ subject: subjects.revoked, text })).toEqual({ ...meanings.revoked, reason: "" });
  });
});

describe("a mail is not understood", () => {
  const name = "【対象証明書DN】\nCN=hanako\nC=JP\n\n";
  test.each([
    ["without a name", "dn", "【対象証明書シリアル番号】\n12"],
    ["with an empty block", "dn", "【対象証明書DN】\n\n【対象証明書シリアル番号】\n12"],
    [
      "with a line that is no RDN",
      "dn",
      "【対象証明書DN】\nCN=hanako\nfoo\nC=JP\n【対象証明書シリアル番号】\n12",
    ],
    [
      "with its heading inside a line",
      "dn",
      ">【対象証明書DN】\nCN=hanako\nC=JP\n【対象証明書シリアル番号】\n12",
    ],
    ["with two names", "dn", `${name}${name.replace("hanako", "taro")}【対象証明書シリアル番号】\n12`],
    ["with a good and a broken name", "dn", `${name}【対象証明書DN】\nfoo\n\n【対象証明書シリアル番号】\n12`],
    ["without a serial number", "serial", name],
    ["with a serial number in hex", "serial", `${name}【対象証明書シリアル番号】\n0a`],
    [
      "with a serial number too long for any",
      "serial",
      `${name}【対象証明書シリアル番号】\n${"1".repeat(50)}`,
    ],
    ["with two serial numbers", "serial", `${name}【対象証明書シリアル番号】\n12\n13`],
    [
      "with two blocks of serial numbers",
      "serial",
      `${name}【対象証明書シリアル番号】\n12\n\n【対象証明書シリアル番号】\n13`,
    ],
    [
      "with many blocks of serial numbers",
      "serial",
      `${name}${"【対象証明書シリアル番号】\n12\n\n".repeat(9)}【対象証明書シリアル番号】\n13\n\n【対象証明書シリアル番号】\n12`,
    ],
  ])("%s", (_, what, text) => {
    expect(collected(text)).toEqual({ kind: "unknown", what, subject: subjects.collected });
  });

  test.each([
    ["without a URL", "アクセスPIN"],
    ["with a URL that is not of https", "http://upki.example.ac.jp/SPEntranceCliPin.jsp?p1=a"],
    ["with a URL of another page", "https://upki.example.ac.jp/SPEntranceCli.jsp?p1=a"],
    [
      "with two URLs",
      "https://upki.example.ac.jp/SPEntranceCliPin.jsp?p1=a\nhttps://upki.example.ac.jp/SPEntranceCliPin.jsp?p1=b",
    ],
  ])("%s of a PIN", (_, text) => {
    expect(understand({ subject: subjects.pin, text })).toEqual({
      kind: "unknown",
      what: "url",
      subject: subjects.pin,
    });
  });

  test("and no URL is said in what was not understood", () => {
    expect(JSON.stringify(understand({ subject: subjects.collected, text: texts.pin }))).not.toContain("p1=");
  });
});

test.each([
  ["in brackets", "<https://upki.example.ac.jp/SPEntranceCliPin.jsp?p1=a>"],
  ["in Japanese", "URL「https://upki.example.ac.jp/SPEntranceCliPin.jsp?p1=a」です。"],
  [
    "twice",
    "https://upki.example.ac.jp/SPEntranceCliPin.jsp?p1=a\n (https://upki.example.ac.jp/SPEntranceCliPin.jsp?p1=a).",
  ],
])("the URL of a PIN is found %s", (_, text) => {
  expect(understand({ subject: subjects.pin, text })).toEqual({
    kind: "pin",
    url: "https://upki.example.ac.jp/SPEntranceCliPin.jsp?p1=a",
  });
});

const piece = fc.oneof(
  fc.constantFrom(
    ...Object.values(texts).flatMap((text) => text.split("\n")),
    "\n",
    "\n\n",
    dashes,
    "【",
    "】",
    "\u3000",
  ),
  fc.string({ unit: "binary", maxLength: 10 }),
);

test("any text is understood or not, and what is understood stands in it", () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.array(piece, { maxLength: 60 }), (kind, pieces) => {
      const text = pieces.join("\n");
      const said = understand({ subject: subjects[kind], text });
      if ("url" in said) expect(text).toContain(said.url);
      if ("serial" in said) expect(text).toContain(said.serial);
      if ("dn" in said) {
        const rdns = splitServiceDn(said.dn);
        expect(rdns).not.toBeNull();
        for (const { value } of rdns ?? []) expect(text).toContain(value);
      }
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ["headings", "【対象証明書DN】"],
  ["open brackets", "【"],
  ["spaces", " "],
  ["dashes", "-"],
  ["RDNs", "\nCN=a"],
  ["URLs", "https://a/SPEntranceCliPin.jsp?"],
  ["commas", ",CN="],
])("a long text of %s is read soon", (_, unit) => {
  const begun = performance.now();
  for (const kind of kinds)
    understand({
      subject: subjects[kind] + unit.repeat(50_000),
      text: `【対象証明書DN】${unit.repeat(100_000)}`,
    });
  for (const kind of kinds)
    understand({ subject: subjects[kind], text: `【対象証明書DN】\n${unit.repeat(100_000)}` });
  expect(performance.now() - begun).toBeLessThan(2000);
});
