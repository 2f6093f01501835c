import { describe, expect, it, test } from "vitest";
import {
  bitString,
  bmpString,
  boolean,
  element,
  integer,
  namedBits,
  octetString,
  oid,
  setOf,
  unsigned,
  utf8String,
} from "@/server/pki/der.ts";
import { PkiError } from "@/server/pki/errors.ts";
import { seeded } from "./random.ts";

const hex = (der: Uint8Array) => Buffer.from(der).toString("hex");

describe("a length takes as few octets as it can", () => {
  test.each([
    [0, "0400"],
    [1, "0401"],
    [127, "047f"],
    [128, "048180"],
    [255, "0481ff"],
    [256, "04820100"],
    [65_535, "0482ffff"],
    [65_536, "0483010000"],
    [16_777_215, "0483ffffff"],
    [16_777_216, "048401000000"],
  ])("%i", (length, header) => {
    const der = octetString(new Uint8Array(length));
    expect(der.length).toBe(header.length / 2 + length);
    expect(hex(der.subarray(0, header.length / 2))).toBe(header);
  });
});

test.each<[number | bigint, string]>([
  [0, "020100"],
  [1, "020101"],
  [127, "02017f"],
  [128, "02020080"],
  [255, "020200ff"],
  [256, "02020100"],
  [32_767, "02027fff"],
  [32_768, "0203008000"],
  [2n ** 127n - 1n, `0210${"7f"}${"ff".repeat(15)}`],
  [2n ** 127n, `021100${"80"}${"00".repeat(15)}`],
])("the integer %s is %s", (value, expected) => {
  expect(hex(integer(value))).toBe(expected);
});

test.each([-1, -1n, 0.5, Number.NaN, 2 ** 53])("%s is refused as an integer", (value) => {
  expect(() => integer(value)).toThrow(PkiError);
});

it("writes integers in the shortest form whatever their octets are", () => {
  const random = seeded(1);
  for (let round = 0; round < 500; round++) {
    const octets = random.octets(random.below(24));
    if (random.below(3) === 0) octets.fill(0, 0, random.below(4));
    const der = unsigned(octets);
    const content = der.subarray(2);
    const value = BigInt(`0x${hex(octets) || "0"}`);
    expect(BigInt(`0x${hex(content)}`)).toBe(value);
    expect((content[0] ?? 0) < 0x80).toBe(true);
    if (content.length > 1) expect(content[0] === 0 && (content[1] ?? 0) < 0x80).toBe(false);
    expect(hex(integer(value))).toBe(hex(der));
  }
});

test.each([
  ["2.5.4.3", "0603550403"],
  ["1.2.840.113549.1.1.11", "06092a864886f70d01010b"],
  ["2.999.3", "0603883703"],
  ["0.39", "060127"],
  ["2.25.329800735698586629295641978511506172918", "06146983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776"],
])("the object identifier %s", (dotted, expected) => {
  expect(hex(oid(dotted))).toBe(expected);
});

test.each(["", "1", "3.1", "1.40", "1.02", "1.2.", "1.2.-3", "a.b"])(
  "%j is no object identifier",
  (dotted) => {
    expect(() => oid(dotted)).toThrow(expect.objectContaining({ code: "oid_malformed" }));
  },
);

test.each([
  [[], "030100"],
  [[0], "03020780"],
  [[0, 2], "030205a0"],
  [[5, 6], "03020106"],
  [[7], "03020001"],
  [[8], "0303070080"],
])("the named bits %j end with their last one", (bits, expected) => {
  expect(hex(namedBits(...bits))).toBe(expected);
});

it("writes the small types", () => {
  expect(hex(boolean(true))).toBe("0101ff");
  expect(hex(boolean(false))).toBe("010100");
  expect(hex(bitString(Uint8Array.of(0xab)))).toBe("030200ab");
  expect(hex(utf8String("花"))).toBe("0c03e88ab1");
  expect(hex(bmpString("花A"))).toBe("1e0482b10041");
  expect(hex(element(0x30, Uint8Array.of(5, 0), Uint8Array.of(5, 0)))).toBe("300405000500");
});

it("orders the members of a set by their encodings", () => {
  const members = [utf8String("b"), utf8String("a"), utf8String("aa"), integer(300)];
  expect(hex(setOf(...members))).toBe("310e0202012c0c01610c01620c026161");
  expect(hex(setOf(...members.toReversed()))).toBe(hex(setOf(...members)));
});
