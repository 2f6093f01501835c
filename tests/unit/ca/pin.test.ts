import { createSecretKey, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { derivePin, isPin } from "@/server/ca/local/pin.ts";
import { deriveTicket } from "@/server/ca/local/tickets.ts";

const key = createSecretKey(Buffer.alloc(32, 1));
const nonce = Buffer.alloc(32, 2);

describe("a PIN", () => {
  test("is the same at every call", () => {
    expect(derivePin(key, "order", nonce)).toBe(derivePin(key, "order", nonce));
  });

  test("does not change with the software: members have it in their hands", () => {
    expect(derivePin(key, "order", nonce)).toBe("b4qsuFYqxpyq234D");
  });

  test("is another for another key, order or nonce", () => {
    const pins = [
      derivePin(key, "order", nonce),
      derivePin(createSecretKey(nonce), "order", nonce),
      derivePin(key, "order2", nonce),
      derivePin(key, "order", key.export()),
    ];
    expect(new Set(pins).size).toBe(4);
  });

  test("uses each of its 57 characters equally often", () => {
    const counts = new Map<string, number>();
    const pins = 4000;
    for (let n = 0; n < pins; n += 1) {
      for (const letter of derivePin(key, String(n), nonce))
        counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    expect(counts.size).toBe(57);
    const expected = (pins * 16) / 57;
    const chiSquare = [...counts.values()].reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    );
    // 56 degrees of freedom: above 110 one draw in 50,000; the draw is always this one.
    expect(chiSquare).toBeLessThan(110);
  });
});

describe("what was typed", () => {
  const pin = "8k353R4ttZ4sj7C6";

  test.each([
    ["as it is", pin],
    ["with blanks around", `  ${pin}\r\n`],
    ["with a wide blank", `\u3000${pin}\u3000`],
    ["full-width", "８ｋ３５３Ｒ４ｔｔＺ４ｓｊ７Ｃ６"],
    ["in groups", "8k35-3R4t-tZ4s-j7C6"],
    ["in full-width groups", "8k35－3R4t　tZ4s‐j7C6"],
    ["with marks that cannot be seen", `\ufeff${pin}\u200b`],
  ])("is the PIN when it is so %s", (_, typed) => {
    expect(isPin(typed, pin)).toBe(true);
  });

  test.each([
    ["in another case", pin.toUpperCase()],
    ["cut short", pin.slice(0, 15)],
    ["longer", `${pin}2`],
    ["empty", ""],
    ["very long", pin.repeat(1000)],
  ])("is not the PIN when it is %s", (_, typed) => {
    expect(isPin(typed, pin)).toBe(false);
  });
});

describe("a ticket", () => {
  test("is 48 octets, the same at every call, also after an update: mails hold it", () => {
    expect(deriveTicket(key, "order", nonce)).toBe(
      "kAoVuIfZD6R0fu1yd_4Juavha5bWyWMCboehZEv3CH0HdjHLUwQS13igimDk4AEe",
    );
  });

  test("is another for another key, order or nonce", () => {
    const nonces = [nonce, randomBytes(32), randomBytes(32)];
    const tickets = nonces.flatMap((nonce) => [deriveTicket(key, "a", nonce), deriveTicket(key, "b", nonce)]);
    expect(new Set(tickets).size).toBe(6);
  });
});
