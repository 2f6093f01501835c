import { execFileSync } from "node:child_process";
import { describe, expect, it, test } from "vitest";
import { derFromBer, inOnePiece } from "@/server/pki/ber.ts";
import { element, integer, octetString, oid, sequence, setOf, utf8String } from "@/server/pki/der.ts";
import { PkiError } from "@/server/pki/errors.ts";
import { tool } from "@/tests/support/tools.ts";
import { seeded } from "./random.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

function codeOf(ber: Uint8Array): string {
  try {
    derFromBer(ber);
    return "taken";
  } catch (error) {
    if (error instanceof PkiError) return error.code;
    throw error;
  }
}

describe("what others encode becomes DER", () => {
  test.each([
    ["an indefinite length", "30 80 02 01 05 00 00", "30 03 02 01 05"],
    ["indefinite lengths within each other", "30 80 a0 80 02 01 05 00 00 00 00", "30 05 a0 03 02 01 05"],
    ["a length in more octets than it needs", "04 82 00 01 aa", "04 01 aa"],
    ["a length with many leading zeros", "04 86 00 00 00 00 00 01 aa", "04 01 aa"],
    ["a string in pieces", "24 80 04 01 aa 04 02 bb cc 00 00", "04 03 aa bb cc"],
    ["a string in pieces of pieces", "24 0a 24 06 04 01 aa 04 01 bb 04 00", "04 02 aa bb"],
    ["a string in no pieces", "24 80 00 00", "04 00"],
    ["an empty sequence", "30 80 00 00", "30 00"],
  ])("%s", (_, ber, der) => {
    expect(Buffer.from(derFromBer(hex(ber))).toString("hex")).toBe(der.replaceAll(" ", ""));
  });

  it("DER stays as it is", () => {
    const der = sequence(
      integer(70000),
      setOf(utf8String("花子"), oid("2.5.4.3")),
      octetString(new Uint8Array(300)),
    );
    expect(derFromBer(der)).toEqual(der);
  });

  it.skipIf(!tool("openssl"))("what OpenSSL streams in indefinite lengths and pieces", () => {
    const content = Buffer.alloc(5000, "国立 花子");
    const cms = ["cms", "-data_create", "-stream", "-outform", "DER", "-binary"];
    const ber = execFileSync("openssl", cms, { input: content });
    expect(ber[1]).toBe(0x80);
    const data = sequence(oid("1.2.840.113549.1.7.1"), element(0xa0, octetString(content)));
    expect(derFromBer(ber)).toEqual(data);
  });
});

describe("what is no BER is refused", () => {
  test.each([
    ["nothing", ""],
    ["half an element", "30"],
    ["a content cut off", "04 05 aa"],
    ["an end of contents cut off", "30 80 02 01 05 00"],
    ["an end of contents that is none", "30 80 00 01 00"],
    ["an end of contents outside", "00 00"],
    ["an end of contents in a definite length", "30 02 00 00"],
    ["a value of indefinite length", "04 80 00 00"],
    ["an element that ends behind what holds it", "30 03 04 05 aa aa aa aa aa"],
    ["a tag of several octets", "3f 81 01 00"],
    ["a length beyond everything", "30 88 ff ff ff ff ff ff ff ff"],
    ["a length of the form kept free", "30 ff"],
    ["a string in pieces of something else", "24 03 02 01 05"],
    ["something behind it", "30 00 00"],
  ])("%s", (_, ber) => {
    expect(codeOf(hex(ber))).toBe("der_malformed");
  });

  it("too many within each other, too many beside each other, too much", () => {
    expect(codeOf(hex("30 80".repeat(5000)))).toBe("der_too_deep");
    expect(codeOf(sequence(new Uint8Array(30_000).map((_, i) => [0x05, 0, 0x05, 0][i % 4] ?? 0)))).toBe(
      "der_too_large",
    );
    expect(codeOf(octetString(new Uint8Array(1 << 20)))).toBe("der_too_large");
  });

  it("pieces that are none", () => {
    expect(() => inOnePiece([integer(5)])).toThrow(expect.objectContaining({ code: "der_malformed" }));
  });
});

test("random octets and damaged encodings give DER or an error of this room, and DER gives itself", () => {
  const random = seeded(825);
  const whole = hex("30 80 24 80 04 01 aa 04 02 bb cc 00 00 a0 80 02 01 05 31 03 01 01 ff 00 00 00 00");
  let taken = 0;
  for (let round = 0; round < 20_000; round++) {
    const damaged = round % 2 === 0 ? random.octets(random.below(40)) : Uint8Array.from(whole);
    if (round % 2 === 1) damaged[random.below(damaged.length)] = random.below(256);
    try {
      const der = derFromBer(damaged);
      taken++;
      expect(derFromBer(der)).toEqual(der);
    } catch (error) {
      expect(error).toBeInstanceOf(PkiError);
    }
  }
  expect(taken).toBeGreaterThan(500);
});
