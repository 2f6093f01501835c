import { describe, expect, test } from "vitest";
import { waysOf } from "@/server/admin/found-by.ts";

const words = (query: string) => ({ by: "words", query });
const hex = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const bare = hex.slice(1);
const decimal = BigInt(`0x${hex}`).toString();

describe("what is typed into the search box is taken for what it looks like", () => {
  test.each<[string, unknown[]]>([
    ["", []],
    ["  ", []],
    ["::", []],
    [
      "17",
      [
        { by: "number", number: 17 },
        { by: "serial", serials: expect.arrayContaining(["11", "17"]) },
      ],
    ],
    ["17", [expect.objectContaining({ by: "number" }), expect.objectContaining({ by: "serial" })]],
    ["国立", [words("'国立':*")]],
    ["国立 花子", [words("'国立':* & '花子':*")]],
    ["Kokuritsu", [words("'kokuritsu':*")]],
    ["KOKURITSU", [words("'kokuritsu':*")]],
    ["Li Hanako", [words("'li' & 'hanako':*")]],
    ["O'Hara", [words("'o' & 'hara':*")]],
    ["hanako@a.example.ac.jp", [words("'hanako@a.example.ac.jp':*")]],
    ["hanako@", [words("'hanako@':*")]],
    ["@a.example.ac.jp", [words("'a.example.ac.jp':*")]],
    ["facade", [words("'facade':*")]],
    ["CN=Hanako, OU = No 17", [{ by: "dn", part: "cn=hanako,ou=no 17", query: "'hanako':* & 'no' & '17'" }]],
    ["ou=", [{ by: "dn", part: "ou=", query: null }]],
  ])("%s", (typed, ways) => {
    expect(waysOf(typed)).toEqual(ways);
  });

  test.each([
    ["colons", hex.match(/../g)?.join(":")],
    ["capitals", hex.toUpperCase()],
    ["spaces", hex.match(/../g)?.join(" ")],
    ["0x", `0x${hex}`],
    ["no leading zero", bare],
    ["decimal digits", decimal],
  ])("a serial with %s is found however it is kept", (_, typed = "") => {
    const way = waysOf(typed).find(({ by }) => by === "serial");
    expect(way).toEqual({ by: "serial", serials: expect.arrayContaining([bare, hex]) });
  });
});
