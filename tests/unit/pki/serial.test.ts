import { expect, it, test } from "vitest";
import { toPem } from "@/server/pki/pem.ts";
import { checkSerial, newSerial, serialDecimal, serialHex } from "@/server/pki/serial.ts";

it("makes serials of 16 octets, positive, in their shortest form, each another", () => {
  const serials = Array.from({ length: 2000 }, newSerial);
  for (const serial of serials) {
    expect(serial.length).toBe(16);
    expect((serial[0] ?? 0) >> 6).toBe(1);
    checkSerial(serial);
  }
  expect(new Set(serials.map(serialHex)).size).toBe(serials.length);
});

it("leaves every other bit to chance", () => {
  const serials = Array.from({ length: 400 }, newSerial);
  for (let bit = 2; bit < 128; bit++) {
    const ones = serials.filter((serial) => (serial[bit >> 3] ?? 0) & (0x80 >> (bit & 7))).length;
    expect(ones).toBeGreaterThan(100);
    expect(ones).toBeLessThan(300);
  }
});

test.each([
  ["00", "0"],
  ["ff", "255"],
  ["64dfda107ba11072ecc8c7117bd3c796", "134085104649150421086762883840621135766"],
  ["7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "170141183460469231731687303715884105727"],
])("the hexadecimal serial %s is %s in decimal", (hex, decimal) => {
  expect(serialDecimal(hex)).toBe(decimal);
});

test.each(["", "0x1", "12:34", "花"])("%j is no hexadecimal serial", (hex) => {
  expect(() => serialDecimal(hex)).toThrow(expect.objectContaining({ code: "serial_malformed" }));
});

test.each(["", "00", "0001", "80", "ff00", "01".repeat(21)])(
  "no certificate carries the serial %j",
  (hex) => {
    expect(() => checkSerial(Buffer.from(hex, "hex"))).toThrow(
      expect.objectContaining({ code: "serial_malformed" }),
    );
  },
);

it("reads hexadecimal from a view into a larger buffer", () => {
  expect(serialHex(Uint8Array.of(1, 2, 0xab, 4).subarray(1, 3))).toBe("02ab");
});

it("writes PEM in lines of 64 characters", () => {
  const pem = toPem(new Uint8Array(100).fill(0xff).subarray(1, 50), "CERTIFICATE");
  const lines = pem.split("\n");
  expect(lines[0]).toBe("-----BEGIN CERTIFICATE-----");
  expect(lines.slice(1, -2).map((line) => line.length)).toEqual([64, 4]);
  expect(lines.slice(-2)).toEqual(["-----END CERTIFICATE-----", ""]);
  expect(Buffer.from(lines.slice(1, -2).join(""), "base64")).toEqual(Buffer.alloc(49, 0xff));
});
