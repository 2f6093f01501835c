/**
 * The PIN of an order. It is stored nowhere: derived from a child of the sealing key, the order and the ticket's nonce,
 * so that showing it and checking it compute it again, and deleting the nonce takes it out of the world.
 */
import { createHash, createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import { asMeant } from "./typed-pin.ts";

export const pinLength = 16;

/** Letters and digits less those read as another (0 O, 1 I l). 57 are left; 16 of them are 93 bits. */
const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/**
 * The PIN, 16 characters. The 256 bits of the MAC are read as one number and written in base 57 from its low end:
 * 57¹⁶ is below 2⁹⁴, so no character is likelier than another by more than 2⁻¹⁶².
 */
export function derivePin(key: KeyObject, orderId: string, nonce: Uint8Array): string {
  const mac = createHmac("sha256", key).update("pin/v1\0").update(`${orderId}\0`).update(nonce).digest("hex");
  const base = BigInt(alphabet.length);
  let number = BigInt(`0x${mac}`);
  let pin = "";
  while (pin.length < pinLength) {
    pin += alphabet.charAt(Number(number % base));
    number /= base;
  }
  return pin;
}

/** Whether what was typed is the PIN; how long that takes tells nothing of where they differ. */
export function isPin(typed: string, pin: string): boolean {
  return timingSafeEqual(sha256(asMeant(typed)), sha256(pin));
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
