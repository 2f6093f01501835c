import { describe, expect, it, test } from "vitest";
import { sequence, utf8String } from "@/server/pki/der.ts";
import { DerWriter } from "@/server/pki/der-writer.ts";
import { seeded } from "./random.ts";

const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");

describe("from its end to its front", () => {
  it("writes the text that anybody writes, and counts its characters", () => {
    const random = seeded(8);
    const letters = ["a", "é", "\u07ff", "\u0800", "花", "\uffff", "𠮷", "\u{10ffff}", "\0"];
    for (let round = 0; round < 2000; round++) {
      const text = Array.from({ length: random.below(30) }, () => random.pick(letters)).join("");
      const writer = new DerWriter(new Uint8Array(200));
      expect(writer.utf8(text)).toBe([...text].length);
      expect(hex(writer.written())).toBe(hex(Buffer.from(text)));
    }
  });

  test.each([0, 1, 127, 128, 255, 256, 65_535, 65_536])(
    "an element of %i octets is as it is made otherwise",
    (length) => {
      const text = "x".repeat(length);
      const writer = new DerWriter(new Uint8Array(length + 12), length + 10);
      writer.utf8(text);
      writer.header(0x0c, length + 10);
      writer.header(0x30, length + 10);
      expect(hex(writer.written(length + 10))).toBe(hex(sequence(utf8String(text))));
      // What lies behind the end is somebody else's.
      expect(hex(writer.octets.subarray(length + 10))).toBe("0000");
    },
  );

  it("writes nothing before the first octet", () => {
    const tight = () => new DerWriter(new Uint8Array(3));
    expect(() => tight().write(new Uint8Array(4))).toThrow(RangeError);
    expect(() => tight().utf8("花a")).toThrow(RangeError);
    const full = tight();
    full.write(new Uint8Array(2));
    expect(() => full.header(0x30, 3)).toThrow(RangeError);
  });
});
