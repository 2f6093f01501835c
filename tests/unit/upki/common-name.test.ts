import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commonNameOf } from "../../../server/ca/upki/common-name.ts";
import { notAllowedInCommonName } from "../../../server/ca/upki/name-rules.ts";

const of = (displayName: string) =>
  commonNameOf("displayName", { displayName, eppn: "hanako@example.ac.jp" });

describe("a display name in Latin letters", () => {
  test.each([
    ["Hanako Kunitachi", "Hanako Kunitachi"],
    ["  Hanako \u3000 Kunitachi ", "Hanako Kunitachi"],
    ["ＨＡＮＡＫＯ　ＫＵＮＩＴＡＣＨＩ", "HANAKO KUNITACHI"],
    ["くにたち はなこ", "kunitachi hanako"],
    ["ガクニン タロウ", "gakunin tarou"],
    ["ｶﾞｸﾆﾝ ﾀﾛｳ", "gakunin tarou"],
    ["はっとり きょうこ", "hattori kyouko"],
    ["にった しゃちゅうじょ", "nitta shachuujo"],
    ["ほっきょく まっちゃ", "hokkyoku matcha"],
    ["キャロル・ファーマー", "kyaroru fama"],
    ["ティナ ヴェルヌ ジェーン", "tina verunu jen"],
    ["José Müller-Łukasz", "Jose Muller-Lukasz"],
    ["Nguyễn", "Nguyen"],
    ["Straße", "Strasse"],
    ["O’Brien Kaʻiulani", "O'Brien Ka'iulani"],
    ["Ярослав Щербаков", "Yaroslav Shcherbakov"],
    ["Χρήστος", "Christos"],
    ["홍길동", "HongGilDong"],
    ["Taro (GakuNin), Jr.", "Taro (GakuNin), Jr."],
  ])("%s is %s", (displayName, cn) => {
    expect(of(displayName)).toEqual({ cn });
  });

  test.each([
    ["国立 花子", "国立花子"],
    ["国立 はなこ", "国立"],
    ["佐々木 taro", "佐々木"],
    ["〇〇", "〇"],
    ["みすゞ", "ゞ"],
    ["Hanako 🌸", "🌸"],
    ["มานี", "มานี"],
    ["ハナコ & Co.", "&"],
    ["Hana\u0000ko", "\u0000"],
    ["Hana\ud800ko", "\ud800"],
    ["...", "..."],
  ])("%j cannot be written for %j", (displayName, what) => {
    const answer = of(displayName);
    expect(answer).toHaveProperty("fault", "not_writable");
    const { what: found } = answer as { what: string };
    expect([...new Set(found)].sort()).toEqual([...new Set(what)].sort());
  });

  test.each(["", "  ", "\u3000"])("%j is missing", (displayName) => {
    expect(of(displayName)).toEqual({ fault: "missing", what: "displayName" });
  });
});

describe("an ePPN is taken as it is", () => {
  test.each([
    ["uid", "hanako@example.ac.jp", { cn: "hanako" }],
    ["eppn", "hanako@example.ac.jp", { cn: "hanako@example.ac.jp" }],
    ["uid", "h.kunitachi_01@example.ac.jp", { cn: "h.kunitachi_01" }],
    ["uid", "hana+ko!@example.ac.jp", { fault: "not_writable", what: "+!" }],
    ["eppn", "花子@example.ac.jp", { fault: "not_writable", what: "花子" }],
    ["uid", "Ｈanako@example.ac.jp", { fault: "not_writable", what: "Ｈ" }],
    ["uid", null, { fault: "missing", what: "eppn" }],
    ["eppn", " ", { fault: "missing", what: "eppn" }],
    ["uid", "@example.ac.jp", { fault: "missing", what: "eppn" }],
    ["eppn", "hanako", { fault: "missing", what: "eppn" }],
    ["uid", "hanako@", { fault: "missing", what: "eppn" }],
  ] as const)("as %s of %j", (rule, eppn, answer) => {
    expect(commonNameOf(rule, { displayName: "国立 花子", eppn })).toEqual(answer);
  });
});

test("whatever a name is made of, its common name is made of what the service allows", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.string({ unit: fc.constantFrom(..."かきっゃょァヴッーノ ・aéßЖ한"), maxLength: 12 }),
  );
  fc.assert(
    fc.property(text, fc.constantFrom("displayName", "uid", "eppn"), (name, rule) => {
      const answer = commonNameOf(rule, { displayName: name, eppn: `${name}@example.ac.jp` });
      if ("cn" in answer) {
        expect(notAllowedInCommonName(answer.cn)).toBe("");
        expect(answer.cn).toMatch(/[A-Za-z0-9'(),./:=@_-]/);
      }
    }),
    { numRuns: 3000 },
  );
});
