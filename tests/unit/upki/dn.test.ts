import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinServiceDn, nameKey, type Rdn, sameName, splitServiceDn } from "../../../server/ca/upki/dn.ts";

const hanako: Rdn[] = [
  { type: "CN", value: "hanako" },
  { type: "OU", value: "No 11" },
  { type: "O", value: "Example University" },
  { type: "L", value: "Academe" },
  { type: "C", value: "JP" },
];

describe("a name of the service is read", () => {
  test.each([
    ["in one line", "CN=hanako,OU=No 11,O=Example University,L=Academe,C=JP"],
    ["with spaces behind commas", "CN=hanako, OU=No 11, O=Example University, L=Academe, C=JP"],
    [
      "with one RDN a line",
      "\u3000\u3000CN=hanako\r\n\u3000\u3000OU=No 11\r\n\u3000\u3000O=Example University\r\n\u3000L=Academe\n C=JP\r\n",
    ],
    ["with its types in small letters", "cn=hanako,ou=No 11,o=Example University,l=Academe,c=JP"],
  ])("%s", (_, text) => {
    expect(splitServiceDn(text)).toEqual(hanako);
  });

  test.each([
    ["CN=a, b,OU=No 1", ["a, b", "No 1"]],
    ["CN=Smith, Jr.,O=K.K. Example, Ltd.,C=JP", ["Smith, Jr.", "K.K. Example, Ltd.", "JP"]],
    ["CN=hanako@example.ac.jp", ["hanako@example.ac.jp"]],
    ["CN=x=y,E=z,ST=Tokyo", ["x=y,E=z", "Tokyo"]],
    ["CN=LOU=1,C=JP", ["LOU=1", "JP"]],
  ])("with commas and equals signs that belong to a value: %s", (text, values) => {
    expect(splitServiceDn(text)?.map(({ value }) => value)).toEqual(values);
  });
});

test.each([
  "",
  " ",
  "hanako",
  "CN=",
  "CN=hanako,OU=,C=JP",
  "CN=hanako,OU= \u3000,C=JP",
  "E=hanako@example.ac.jp,CN=hanako",
  "CN=hanako\nand something else\nC=JP",
  "CN=hana\u0000ko,C=JP",
])("is no name: %j", (text) => {
  expect(splitServiceDn(text)).toBeNull();
});

test("what is far too long is no name", () => {
  expect(splitServiceDn(`CN=${"a".repeat(3000)}`)).toBeNull();
});

const same = (one: string, other: string) =>
  sameName(splitServiceDn(one) as Rdn[], splitServiceDn(other) as Rdn[]);

describe("two names are one", () => {
  test.each([
    ["CN=hanako,C=JP", "cn=hanako,c=JP"],
    ["CN=Hanako,O=EXAMPLE university,C=JP", "CN=hanako,O=Example University,C=jp"],
    ["CN=hanako  kunitachi,C=JP", "CN=hanako kunitachi ,C=JP"],
  ])("%s and %s", (one, other) => {
    expect(same(one, other)).toBe(true);
  });
});

describe("two names are not one", () => {
  test.each([
    ["CN=hanako,OU=No 1,C=JP", "CN=hanako,OU=No 11,C=JP"],
    ["CN=hanako,OU=No 1,C=JP", "CN=hanako,C=JP"],
    ["CN=hanako,OU=No 1,C=JP", "OU=No 1,CN=hanako,C=JP"],
    ["CN=hanako,OU=a,OU=b,C=JP", "CN=hanako,OU=b,OU=a,C=JP"],
    ["CN=hanako", "CN=hanako,C=JP"],
    ["CN=kei", "CN=\u212aei"],
    ["CN=kei", "CN=ｋei"],
    ["CN=No1", "CN=No 1"],
  ])("%s and %s", (one, other) => {
    expect(same(one, other)).toBe(false);
  });

  test("when one is in the other's value", () => {
    const sly = [{ type: "CN", value: "a,C=JP" }];
    expect(
      sameName(sly, [
        { type: "CN", value: "a" },
        { type: "C", value: "JP" },
      ]),
    ).toBe(false);
  });
});

const value = fc.string({
  unit: fc.constantFrom("a", "A", "b", " ", ",", "=", "\\", "C", "N", "\n"),
  maxLength: 8,
});
const rdn = fc.record({ type: fc.constantFrom("CN", "OU", "cn", "C"), value });
const name = fc.array(rdn, { maxLength: 3 });

/** The rule again, without a key. */
function isOne(one: readonly Rdn[], other: readonly Rdn[]): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/\s+/g, " ").trim();
  return (
    one.length === other.length &&
    one.every(({ type, value }, at) => {
      const there = other[at] as Rdn;
      return plain(type) === plain(there.type) && plain(value) === plain(there.value);
    })
  );
}

test("keys of names are equal exactly when the names are one", () => {
  fc.assert(
    fc.property(name, name, (one, other) => {
      expect(nameKey(one) === nameKey(other)).toBe(isOne(one, other));
      expect(
        sameName(
          one,
          one.map(({ type, value }) => ({ type: type.toLowerCase(), value: ` ${value} ` })),
        ),
      ).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test("any text is read or refused, soon, and what is read is read again as the same", () => {
  const text = fc.array(fc.constantFrom("CN=", "ou=", ",", " ", "\n", "\u3000", "a", "=", "国"), {
    maxLength: 500,
  });
  fc.assert(
    fc.property(text, (parts) => {
      const read = splitServiceDn(parts.join(""));
      if (read !== null) expect(splitServiceDn(joinServiceDn(read))).toEqual(read);
    }),
    { numRuns: 1000 },
  );
});
