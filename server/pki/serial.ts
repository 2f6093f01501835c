/** Serial numbers of certificates (RFC 5280 §4.1.2.2): 16 octets, and how people write them. */
import { randomBytes } from "node:crypto";
import { PkiError } from "./errors.ts";

/** A new serial: 128 bits from the system's generator, the first two set to 01 so that it is positive and always 16 octets. */
export function newSerial(): Uint8Array {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

/** Lower-case hexadecimal, two digits an octet. */
export function serialHex(serial: Uint8Array): string {
  return Buffer.from(serial.buffer, serial.byteOffset, serial.byteLength).toString("hex");
}

/** The decimal form of a hexadecimal serial: what UPKI's forms and mails speak. */
export function serialDecimal(hex: string): string {
  if (!/^[0-9a-f]+$/i.test(hex)) throw new PkiError("serial_malformed", "Not a hexadecimal serial number.");
  return BigInt(`0x${hex}`).toString();
}

/** A serial as it may stand in a certificate: positive, 1 to 20 octets, none superfluous. */
export function checkSerial(serial: Uint8Array): void {
  const first = serial[0] ?? 0;
  const superfluous = first === 0 && (serial[1] ?? 0) < 0x80;
  if (serial.length === 0 || serial.length > 20 || first >= 0x80 || superfluous) {
    throw new PkiError(
      "serial_malformed",
      "A serial number is positive, 1 to 20 octets, in its shortest form.",
    );
  }
}
