import { describe, expect, it, test } from "vitest";
import {
  bitString,
  boolean,
  contextConstructed,
  contextPrimitive,
  enumerated,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  utf8String,
} from "@/server/pki/der.ts";
import { DerReader } from "@/server/pki/der-reader.ts";
import { PkiError } from "@/server/pki/errors.ts";
import { encodeTime } from "@/server/pki/validity.ts";
import { seeded } from "./random.ts";

const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");
const of = (text: string) => DerReader.of(Buffer.from(text.replaceAll(" ", ""), "hex"));
const refused = (code: string) => expect.objectContaining({ name: "PkiError", code });

describe("what was written is read", () => {
  it("element by element", () => {
    const date = new Date("2026-04-01T09:08:07Z");
    const der = sequence(
      integer(2),
      integer(2n ** 127n),
      oid("2.25.329800735698586629295641978511506172918"),
      boolean(true),
      nullValue,
      enumerated(5),
      bitString(Uint8Array.of(0xab)),
      octetString(Uint8Array.of(1, 2)),
      utf8String("国立 花子"),
      encodeTime(date),
      setOf(integer(1)),
      contextConstructed(0, integer(7)),
      contextPrimitive(1, Uint8Array.of(9)),
      octetString(new Uint8Array(300)),
    );
    const outer = DerReader.of(der);
    const reader = outer.sequence();
    outer.end();
    expect(reader.number()).toBe(2);
    expect(hex(reader.unsigned())).toBe(`80${"00".repeat(15)}`);
    expect(reader.oid()).toBe("2.25.329800735698586629295641978511506172918");
    expect(reader.boolean()).toBe(true);
    reader.null();
    expect(reader.enumerated()).toBe(5);
    expect(hex(reader.bitString())).toBe("ab");
    expect(hex(reader.octetString())).toBe("0102");
    expect(reader.utf8String()).toBe("国立 花子");
    expect(reader.time()).toEqual(date);
    expect(reader.set().number()).toBe(1);
    expect(reader.optional(0xa1)).toBeNull();
    expect(reader.optional(0xa0)?.number()).toBe(7);
    expect(reader.optionalPrimitive(0x80)).toBeNull();
    expect(hex(reader.optionalPrimitive(0x81) ?? new Uint8Array(0))).toBe("09");
    expect(reader.atEnd).toBe(false);
    expect(reader.next).toBe(0x04);
    expect(reader.element()).toHaveLength(304);
    expect(reader.next).toBe(-1);
    reader.end();
  });

  it("without copying", () => {
    const der = sequence(octetString(Uint8Array.of(1, 2, 3)));
    expect(DerReader.of(der).sequence().octetString().buffer).toBe(der.buffer);
  });

  test.each([
    "0.0",
    "0.39",
    "1.0",
    "1.39",
    "2.0",
    "2.5.4.3",
    "2.999.1",
    "1.2.840.113549.1.1.11",
    `2.${2n ** 64n}.${2n ** 53n - 1n}.0`,
  ])("the object identifier %s", (dotted) => {
    expect(DerReader.of(oid(dotted)).oid()).toBe(dotted);
  });

  test.each([
    ["1950-01-01T00:00:00Z"],
    ["2000-02-29T23:59:59Z"],
    ["2049-12-31T23:59:59Z"],
    ["2050-01-01T00:00:00Z"],
    ["9999-12-31T23:59:59Z"],
  ])("the time %s", (text) => {
    expect(DerReader.of(encodeTime(new Date(text))).time()).toEqual(new Date(text));
  });
});

describe("what is not in DER is refused", () => {
  const text = (written: string, tag = "17") =>
    `${tag}${Buffer.of(written.length).toString("hex")}${Buffer.from(written, "latin1").toString("hex")}`;

  test.each<[string, string, (reader: DerReader) => unknown]>([
    ["nothing at all", "", (reader) => reader.sequence()],
    ["half a header", "30", (reader) => reader.sequence()],
    ["another tag", "3100", (reader) => reader.sequence()],
    ["an indefinite length", "30800000", (reader) => reader.sequence()],
    ["a length that is reserved", "30ff00", (reader) => reader.sequence()],
    ["a length of five octets", "308500000000010500", (reader) => reader.sequence()],
    ["a long length that could be short", "30810100", (reader) => reader.sequence()],
    ["a length with a zero before it", `30820080${"00".repeat(128)}`, (reader) => reader.sequence()],
    ["a length of 127 in the long form", `30817f${"00".repeat(127)}`, (reader) => reader.sequence()],
    ["a length cut off", "3082", (reader) => reader.sequence()],
    ["a content cut off", "3003020100".slice(0, 8), (reader) => reader.sequence()],
    ["an element that ends behind what holds it", "3002 0201 00", (reader) => reader.sequence().number()],
    ["a length of 4 GiB", "3084ffffffff00", (reader) => reader.sequence()],
    ["a tag of two octets", "1f8101 00", (reader) => reader.element()],
    ["octets behind the end", "300000", (reader) => [reader.sequence(), reader.end()]],
    ["an empty INTEGER", "0200", (reader) => reader.integer()],
    ["an INTEGER with a zero too many", "0202007f", (reader) => reader.integer()],
    ["an INTEGER with ones too many", "0202ffff", (reader) => reader.integer()],
    ["a negative number", "020180", (reader) => reader.unsigned()],
    ["a negative small number", "0201ff", (reader) => reader.number()],
    ["a number too large", "02050100000000", (reader) => reader.number()],
    ["an ENUMERATED with a zero too many", "0a020001", (reader) => reader.enumerated()],
    ["a BOOLEAN of 1", "010101", (reader) => reader.boolean()],
    ["a BOOLEAN of two octets", "0102ffff", (reader) => reader.boolean()],
    ["an empty BOOLEAN", "0100", (reader) => reader.boolean()],
    ["a NULL with content", "050100", (reader) => reader.null()],
    ["an empty BIT STRING", "0300", (reader) => reader.bitString()],
    ["a BIT STRING with unused bits", "03020780", (reader) => reader.bitString()],
    ["an empty OBJECT IDENTIFIER", "0600", (reader) => reader.oid()],
    ["an OBJECT IDENTIFIER cut off", "06022a86", (reader) => reader.oid()],
    ["an OBJECT IDENTIFIER with a zero before an arc", "06032a8001", (reader) => reader.oid()],
    ["an OBJECT IDENTIFIER without end", `0641${"81".repeat(64)}01`, (reader) => reader.oid()],
    ["a UTF8String that is none", "0c01ff", (reader) => reader.utf8String()],
    ["a UTF8String with half a character", "0c02e88a", (reader) => reader.utf8String()],
    ["a surrogate in UTF-8", "0c03eda080", (reader) => reader.utf8String()],
    ["a time without seconds", text("2604010908Z"), (reader) => reader.time()],
    ["a time in another zone", text("260401090807+0900"), (reader) => reader.time()],
    ["a time with a fraction", text("20500401090807.5Z", "18"), (reader) => reader.time()],
    ["the 31st of April", text("260431090807Z"), (reader) => reader.time()],
    ["the 29th of February 2026", text("260229090807Z"), (reader) => reader.time()],
    ["month 0", text("260001090807Z"), (reader) => reader.time()],
    ["the hour 24", text("260401240000Z"), (reader) => reader.time()],
    ["a leap second", text("260401235960Z"), (reader) => reader.time()],
    ["a time of letters", text("26040109080aZ"), (reader) => reader.time()],
  ])("%s", (_, octets, read) => {
    expect(() => read(of(octets))).toThrow(refused("der_malformed"));
  });

  test.each([
    ["an INTEGER with a zero too many", "3004 0202 0001"],
    ["an OCTET STRING in pieces", "3006 2404 0402 0000"],
    ["a SEQUENCE that is not constructed", "1000"],
    ["an end-of-contents", "3002 0000"],
    ["an element cut off", "3004 3003 0201"],
    ["an OBJECT IDENTIFIER cut off, far within", "3006 a004 3102 0601 86".replace("3006", "3007")],
  ])("%s, wherever it lies", (_, octets) => {
    expect(() => of(octets).wellFormed()).toThrow(refused("der_malformed"));
  });

  it("elements within elements without end", () => {
    const nested = (depth: number) => {
      let der: Uint8Array = nullValue;
      for (let level = 0; level < depth; level++) der = sequence(der);
      return der;
    };
    expect(DerReader.of(nested(16)).wellFormed()).toHaveLength(34);
    expect(() => DerReader.of(nested(17)).wellFormed()).toThrow(refused("der_too_deep"));
    expect(() => DerReader.of(nested(30_000)).wellFormed()).toThrow(refused("der_too_deep"));
    expect(() => DerReader.of(nested(3), { depth: 2 }).wellFormed()).toThrow(refused("der_too_deep"));
  });

  it("more octets than the reader takes", () => {
    const der = octetString(new Uint8Array(100));
    expect(() => DerReader.of(der, { size: 101 })).toThrow(refused("der_too_large"));
    expect(DerReader.of(der, { size: 102 }).octetString()).toHaveLength(100);
  });
});

/** Reads whatever comes, as far as it goes, and says what it found. */
function readAll(reader: DerReader, found: string[] = []): string[] {
  const reads: Record<number, () => string> = {
    1: () => String(reader.boolean()),
    2: () => hex(reader.integer()),
    3: () => hex(reader.bitString()),
    5: () => String(reader.null()),
    6: () => reader.oid(),
    10: () => String(reader.enumerated()),
    12: () => reader.utf8String(),
    23: () => reader.time().toISOString(),
    24: () => reader.time().toISOString(),
  };
  while (!reader.atEnd) {
    const tag = reader.next;
    if (tag & 0x20) readAll(reader.constructed(tag), found);
    else found.push(reads[tag]?.() ?? hex(reader.primitive(tag)));
  }
  reader.end();
  return found;
}

describe("whatever octets come", () => {
  const sound = sequence(
    integer(2n ** 70n),
    sequence(oid("1.2.840.113549.1.1.11"), nullValue),
    contextConstructed(0, setOf(utf8String("花子"), boolean(false)), encodeTime(new Date(0))),
    bitString(new Uint8Array(200)),
  );

  const ending = (octets: Uint8Array): "read" | "refused" => {
    try {
      readAll(DerReader.of(octets));
      return "read";
    } catch (error) {
      expect(error).toBeInstanceOf(PkiError);
      return "refused";
    }
  };

  it("cut off anywhere, they are refused", () => {
    for (let length = 1; length < sound.length; length++) {
      expect(ending(sound.subarray(0, length))).toBe("refused");
    }
    expect(ending(sound)).toBe("read");
  });

  it("they are read or refused by an error of this room, and soon", () => {
    const random = seeded(41);
    const began = performance.now();
    const endings = { read: 0, refused: 0 };
    for (let round = 0; round < 20_000; round++) {
      const octets = round % 2 ? random.octets(random.below(60)) : sound.slice();
      for (let flips = 1 + random.below(3); flips > 0 && octets.length > 0; flips--) {
        octets[random.below(octets.length)] = random.below(256);
      }
      endings[ending(octets)]++;
    }
    expect(endings.read).toBeGreaterThan(100);
    expect(endings.refused).toBeGreaterThan(10_000);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it("every number that is written is read as it was", () => {
    const random = seeded(42);
    for (let round = 0; round < 5000; round++) {
      const octets = random.octets(1 + random.below(9));
      const unsigned = DerReader.of(integer(BigInt(`0x${hex(octets)}`))).unsigned();
      expect(BigInt(`0x${hex(unsigned)}`)).toBe(BigInt(`0x${hex(octets)}`));
    }
  });
});
