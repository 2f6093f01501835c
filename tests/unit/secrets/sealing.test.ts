import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { keyIdOf, sealing } from "@/server/secrets/sealing.ts";

const key = Buffer.alloc(32, 7);
const plain = Buffer.from("秘密鍵");

describe("what is sealed", () => {
  test("opens with the same key and context", () => {
    const { seal } = sealing(key);
    expect(Buffer.from(sealing(key).open(seal(plain, "package:1"), "package:1"))).toEqual(plain);
  });

  test("may be empty", () => {
    const { seal, open } = sealing(key);
    expect(open(seal(new Uint8Array(), "x"), "x")).toHaveLength(0);
  });

  test("does not open for another context", () => {
    const { seal, open } = sealing(key);
    expect(() => open(seal(plain, "package:1"), "package:2")).toThrow(/cannot be opened/);
  });

  test("does not open with another key", () => {
    const sealed = sealing(key).seal(plain, "package:1");
    expect(() => sealing(randomBytes(32)).open(sealed, "package:1")).toThrow(/SEALING_KEY/);
  });

  test("does not open once any octet of it was changed", () => {
    const { seal, open } = sealing(key);
    const sealed = seal(plain, "package:1");
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Uint8Array.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => open(changed, "package:1"), `octet ${index}`).toThrow();
    }
  });

  test("does not open when it was cut short", () => {
    const { seal, open } = sealing(key);
    const sealed = seal(plain, "package:1");
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => open(sealed.subarray(0, length), "package:1"), `${length} octets`).toThrow(
        /cannot be opened/,
      );
    }
  });

  test("differs at every seal and holds nothing of the plain text", () => {
    const { seal } = sealing(key);
    const [one, two] = [seal(plain, "x"), seal(plain, "x")];
    expect(one).not.toEqual(two);
    expect(Buffer.from(one).includes(plain)).toBe(false);
  });

  test("says nothing of the plain text in its error", () => {
    const { seal, open } = sealing(key);
    expect(() => open(seal(Buffer.from("hush"), "a"), "b")).toThrow(/^(?!.*hush)/);
  });
});

describe("a child key", () => {
  test("is the same at every call, and another for another purpose or key", () => {
    const { childKey } = sealing(key);
    const pinKey = childKey("pin").export();
    expect(pinKey).toHaveLength(32);
    expect(sealing(key).childKey("pin").export()).toEqual(pinKey);
    expect(childKey("ticket").export()).not.toEqual(pinKey);
    expect(sealing(Buffer.alloc(32, 8)).childKey("pin").export()).not.toEqual(pinKey);
  });
});

describe("while the key is changed", () => {
  const next = Buffer.alloc(32, 8);

  test("the new one seals, and both open", () => {
    const before = sealing(key).seal(plain, "x");
    const both = sealing(next, key);
    expect(Buffer.from(both.open(before, "x"))).toEqual(plain);
    const after = both.seal(plain, "x");
    expect(Buffer.from(sealing(next).open(after, "x"))).toEqual(plain);
    expect(() => sealing(key).open(after, "x")).toThrow(/SEALING_KEY/);
  });

  test("what the first release sealed opens with either, though it names no key", () => {
    // Made by it: sealing(Buffer.alloc(32, 7)).seal(Buffer.from("秘密鍵"), "package:1").
    const first = Buffer.from(
      "01d1f46dad7a17ab316c4025df5f50b77af42e81b692fb38317fec03558c34b9bdc23524098d",
      "hex",
    );
    expect(keyIdOf(first)).toBeNull();
    for (const keys of [sealing(key), sealing(next, key)])
      expect(Buffer.from(keys.open(first, "package:1"))).toEqual(plain);
    expect(() => sealing(key).open(first, "package:2")).toThrow(/cannot be opened/);
    expect(() => sealing(next).open(first, "package:1")).toThrow(/SEALING_KEY/);
  });

  test("what was sealed tells with which, and nothing of the key", () => {
    const { seal, keyId, keyIds } = sealing(next, key, key, next);
    expect(keyIdOf(seal(plain, "x"))).toBe(keyId);
    expect(keyIds).toEqual([keyId, sealing(key).keyId]);
    expect(keyId).toMatch(/^[0-9a-f]{16}$/);
    expect(next.toString("hex")).not.toContain(keyId);
  });

  test("a child key is the new one's, and those of both are there to be tried", () => {
    const both = sealing(next, key);
    const pinKeyOf = (one: Uint8Array) => sealing(one).childKey("pin").export();
    expect(both.childKey("pin").export()).toEqual(pinKeyOf(next));
    expect(both.childKeys("pin").map((one) => one.export())).toEqual([pinKeyOf(next), pinKeyOf(key)]);
  });
});

test("a key of another length than 32 octets is refused", () => {
  expect(() => sealing(randomBytes(31))).toThrow(/32 octets/);
});
