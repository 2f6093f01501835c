import "reflect-metadata";
import { Name as PeculiarName } from "@peculiar/x509";
import { describe, expect, it, test } from "vitest";
import { displayRdns, encodeName, formatName, type Name, parseName, type Rdn } from "@/server/pki/name.ts";
import { type Random, seeded } from "./random.ts";

const hanako: Name = [
  { type: "CN", value: "国立 花子" },
  { type: "OU", value: "No 11" },
  { type: "O", value: "Demo University A" },
  { type: "L", value: "Academe" },
  { type: "C", value: "JP" },
];

describe("a name as text", () => {
  test.each<[string, Name]>([
    ["CN=国立 花子,OU=No 11,O=Demo University A,L=Academe,C=JP", hanako],
    ["CN=a\\, b", [{ type: "CN", value: "a, b" }]],
    ["CN=\\ a\\ ", [{ type: "CN", value: " a " }]],
    ["CN=\\ ", [{ type: "CN", value: " " }]],
    ["CN=\\#1 #2", [{ type: "CN", value: "#1 #2" }]],
    ['CN=\\"\\+\\;\\<\\>\\\\', [{ type: "CN", value: '"+;<>\\' }]],
    ["CN=a\\\\\\ ", [{ type: "CN", value: "a\\ " }]],
    ["CN=x=y", [{ type: "CN", value: "x=y" }]],
    [
      "CN=,C=JP",
      [
        { type: "CN", value: "" },
        { type: "C", value: "JP" },
      ],
    ],
    ["CN=a\\00b", [{ type: "CN", value: "a\0b" }]],
  ])("%s is read and written", (text, name) => {
    expect(parseName(text)).toEqual(name);
    expect(formatName(name)).toBe(text);
  });

  test.each<[string, Name]>([
    [
      "cn=a, o=b",
      [
        { type: "CN", value: "a" },
        { type: "O", value: "b" },
      ],
    ],
    ["CN=\\E8\\8A\\b1子", [{ type: "CN", value: "花子" }]],
    ["CN=\\3d\\=", [{ type: "CN", value: "==" }]],
  ])("%s, which others write, is read", (text, name) => {
    expect(parseName(text)).toEqual(name);
  });

  test.each([
    "",
    "CN",
    "hanako",
    "UID=hanako",
    "2.5.4.3=hanako",
    "CN=a,",
    ",CN=a",
    "CN=a,,C=JP",
    "CN=a+OU=b",
    "CN=a;C=JP",
    'CN="a"',
    "CN= a",
    "CN=a ",
    "CN=a ,C=JP",
    "CN=#0c0161",
    "CN=a\\",
    "CN=a\\x",
    "CN=\\E8\\8A",
    "CN=\\ff",
    "CN=a\0",
    "toString=a",
  ])("%j is refused", (text) => {
    expect(() => parseName(text)).toThrow(expect.objectContaining({ code: "name_malformed" }));
  });

  it("survives being written and read, whatever it holds", () => {
    const random = seeded(4514);
    for (let round = 0; round < 500; round++) {
      const name = randomName(random, [...'ab ,+"\\<>;#=0花子é𠮷', "\\ ", " #", "\\20"]);
      expect(parseName(formatName(name))).toEqual(name);
    }
  });

  it("is shown a part a line, nothing escaped", () => {
    expect(displayRdns("CN=Kunitachi\\, Hanako,OU=No 11,C=JP")).toEqual([
      "CN=Kunitachi, Hanako",
      "OU=No 11",
      "C=JP",
    ]);
  });
});

describe("a name in a certificate", () => {
  it("begins with the country, in UTF-8 but for the country", () => {
    const der = Buffer.from(
      encodeName([
        { type: "CN", value: "花" },
        { type: "C", value: "JP" },
      ]),
    ).toString("hex");
    expect(der).toBe("301b310b3009060355040613024a50310c300a06035504030c03e88ab1");
  });

  it("is read by another implementation as it was meant", () => {
    const random = seeded(5280);
    for (let round = 0; round < 300; round++) {
      const name = randomName(random, [..."abz 09,+\"\\<>;#='-花子é𠮷"]);
      const read = new PeculiarName(Uint8Array.from(encodeName(name)).buffer).toJSON();
      expect(read).toEqual(name.toReversed().map(({ type, value }) => ({ [type]: [value] })));
    }
  });

  test.each<[Rdn["type"], number]>([
    ["CN", 64],
    ["OU", 64],
    ["O", 64],
    ["L", 128],
    ["ST", 128],
  ])("takes %s of %i characters, however many octets they are, and not one more", (type, bound) => {
    for (const character of ["a", "花", "𠮷"]) {
      expect(encodeName([{ type, value: character.repeat(bound) }])).toBeInstanceOf(Uint8Array);
      expect(() => encodeName([{ type, value: character.repeat(bound + 1) }])).toThrow(
        expect.objectContaining({ code: "name_too_long" }),
      );
    }
  });

  test.each<[string, Name, string]>([
    ["nothing at all", [], "name_empty"],
    ["an empty part", [{ type: "CN", value: "" }], "name_empty"],
    ["a line break", [{ type: "CN", value: "a\nb" }], "name_characters"],
    ["a NUL", [{ type: "O", value: "example.ac.jp\0.example" }], "name_characters"],
    ["DEL", [{ type: "O", value: "a\x7f" }], "name_characters"],
    ["a C1 control", [{ type: "O", value: "a\x85" }], "name_characters"],
    ["a line separator", [{ type: "O", value: "a\u2028b" }], "name_characters"],
    ["a mark that turns the direction", [{ type: "CN", value: "a\u202eb" }], "name_characters"],
    ["an Arabic letter mark, which turns it too", [{ type: "CN", value: "a\u061cb" }], "name_characters"],
    ["half a character", [{ type: "CN", value: "\ud842" }], "name_characters"],
    ["a country of one letter", [{ type: "C", value: "J" }], "name_characters"],
    ["a country of three letters", [{ type: "C", value: "JPN" }], "name_too_long"],
    ["a country in small letters", [{ type: "C", value: "jp" }], "name_characters"],
  ])("does not take %s", (_, name, code) => {
    expect(() => encodeName(name)).toThrow(expect.objectContaining({ code }));
  });
});

function randomName(random: Random, alphabet: readonly string[]): Name {
  const types = ["CN", "OU", "O", "L", "ST"] as const;
  return Array.from({ length: 1 + random.below(5) }, () => ({
    type: random.pick(types),
    value: Array.from({ length: 1 + random.below(20) }, () => random.pick(alphabet)).join(""),
  }));
}
