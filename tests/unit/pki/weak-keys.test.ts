/** Keys that look like others and are none: each kind made as it came into the world, and looked at before it is certified. */
import { checkPrimeSync, generateKeyPairSync, generatePrimeSync, sign, verify } from "node:crypto";
import { beforeAll, describe, expect, it, test } from "vitest";
import { bitString, integer, nullValue, oid, sequence } from "@/server/pki/der.ts";
import { PkiError } from "@/server/pki/errors.ts";
import { checkSubjectKey, type KeyPair, keyIdentifier, keyObject, spki } from "@/server/pki/keys.ts";
import { weaknessOf } from "@/server/pki/rsa-weakness.ts";
import { type KeyName, keyNames, newKey } from "./hierarchy.ts";
import { seeded } from "./random.ts";

const refused = (code: string) => expect.objectContaining({ name: "PkiError", code });
const random = seeded(15361);
const bits = (count: number) => BigInt(`0x${Buffer.from(random.octets(count / 8)).toString("hex")}`);

function rsaKey(modulus: bigint, exponent = 65537n): Uint8Array {
  const algorithm = sequence(oid("1.2.840.113549.1.1.1"), nullValue);
  return sequence(algorithm, bitString(sequence(integer(modulus), integer(exponent))));
}

/** The first prime from `from` on. */
function primeFrom(from: bigint): bigint {
  let prime = from | 1n;
  while (!checkPrimeSync(prime, { checks: 8 })) prime += 2n;
  return prime;
}

const p = primeFrom(2n ** 1023n + 2n ** 1022n + bits(1000));

describe("a modulus of two close primes", () => {
  // Round i of Fermat's method ends at primes whose distance is some 2·√(2·i·√n).
  test.each([
    ["the very same prime twice", () => p],
    ["neighbours", () => primeFrom(p + 2n)],
    ["primes 2⁵⁰⁰ apart", () => primeFrom(p + 2n ** 500n)],
    ["primes that the thirtieth round finds", () => primeFrom(p + 2n ** 515n + 2n ** 513n)],
  ])("is refused: %s", (_, q) => {
    expect(() => checkSubjectKey(rsaKey(p * q()))).toThrow(refused("key_factorable"));
  });

  it("is not refused where a hundred rounds do not find them", () => {
    expect(weaknessOf(p * primeFrom(p + 2n ** 521n))).toBeNull();
  });
});

describe("a modulus of the library of ROCA", () => {
  /** The first 126 primes, as for keys of 2048 bits. */
  const primes = Array.from({ length: 702 }, (_, n) => n).filter(
    (n) => n > 1 && !Array.from({ length: 25 }, (_, d) => d + 2).some((d) => d < n && n % d === 0),
  );
  const m = primes.reduce((product, prime) => product * BigInt(prime), 1n);

  function power(base: bigint, exponent: bigint): bigint {
    let result = 1n;
    for (let rest = exponent, square = base; rest > 0n; rest >>= 1n, square = (square * square) % m) {
      if (rest & 1n) result = (result * square) % m;
    }
    return result;
  }

  function prime(): bigint {
    for (;;) {
      const candidate = (2n ** 53n + bits(48)) * m + power(65537n, bits(56));
      if (checkPrimeSync(candidate, { checks: 8 })) return candidate;
    }
  }

  it("is refused, made as the library made it", () => {
    expect(primes).toHaveLength(126);
    for (let round = 0; round < 3; round++) {
      const modulus = prime() * prime();
      expect(weaknessOf(modulus)).toBe("ROCA");
      if (modulus >= 2n ** 2047n) {
        expect(() => checkSubjectKey(rsaKey(modulus))).toThrow(refused("key_factorable"));
      }
    }
  });
});

test.each([3n, 5n, 7n, 389n, 743n, 751n])("a modulus with the factor %s is refused", (factor) => {
  const modulus = (2n ** 2047n / factor + bits(256) * 2n + 1n) | 1n;
  expect(weaknessOf(modulus * factor)).toBe("small factor");
  expect(() => checkSubjectKey(rsaKey(modulus * factor))).toThrow(refused("key_factorable"));
});

it.each([
  [1024, 5],
  [1536, 3],
  [2048, 2],
])("a sound modulus of two primes of %i bits is not refused", { timeout: 60_000 }, (length, count) => {
  const primes = Array.from({ length: count }, () => generatePrimeSync(length, { bigint: true }));
  for (const one of primes)
    for (const other of primes) if (one < other) expect(weaknessOf(one * other)).toBeNull();
});

describe("an elliptic key", () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const sound = Buffer.from(spki(publicKey));
  const withPoint = (point: Uint8Array) =>
    sequence(sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), bitString(point));
  const [x, y] = [sound.subarray(-64, -32), sound.subarray(-32)];
  const field = Buffer.from("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", "hex");

  test.each<[string, Uint8Array]>([
    [
      "not on its curve",
      withPoint(Buffer.concat([Buffer.of(4), x, Buffer.of((y[0] as number) ^ 1), y.subarray(1)])),
    ],
    ["the point at infinity", withPoint(Uint8Array.of(0))],
    ["of zeros", withPoint(Buffer.concat([Buffer.of(4), Buffer.alloc(64)]))],
    ["compressed", withPoint(Buffer.concat([Buffer.of(2), x]))],
    ["in the hybrid form", withPoint(Buffer.concat([Buffer.of(6 + ((y[31] as number) & 1)), x, y]))],
    ["with a coordinate outside the field", withPoint(Buffer.concat([Buffer.of(4), field, y]))],
    ["cut off", withPoint(sound.subarray(-65, -1))],
    ["of another curve's size", withPoint(Buffer.concat([Buffer.of(4), Buffer.alloc(96, 1)]))],
  ])("that is %s is refused", (_, encoded) => {
    expect(() => checkSubjectKey(encoded)).toThrow(refused("key_point"));
  });
});

describe("a key of Ed25519", () => {
  const encoded = (point: Uint8Array) => sequence(sequence(oid("1.3.101.112")), bitString(point));
  const little = (y: bigint, sign = 0) => {
    const octets = Buffer.from(y.toString(16).padStart(64, "0"), "hex").reverse();
    octets[31] = (octets[31] as number) | (sign << 7);
    return octets;
  };
  const q = 2n ** 255n - 19n;
  const eighth = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;

  test.each<[string, bigint, number]>([
    ["1", 1n, 0],
    ["2", q - 1n, 0],
    ["4", 0n, 0],
    ["4, its negative", 0n, 1],
    ["8", eighth, 0],
    ["8, its negative", eighth, 1],
    ["8, mirrored", q - eighth, 0],
    ["8, mirrored, its negative", q - eighth, 1],
    ["1, not in its one form", q + 1n, 0],
    ["4, not in its one form", q, 0],
  ])(
    "that is a point of order %s is refused: some would take anything for signed by it",
    (_, height, sign) => {
      expect(() => checkSubjectKey(encoded(little(height, sign)))).toThrow(refused("key_point"));
    },
  );

  test.each([0, 31, 33])("of %i octets is refused", (length) => {
    expect(() => checkSubjectKey(encoded(new Uint8Array(length).fill(9)))).toThrow(refused("key_point"));
  });
});

describe("a public key that is not written as certificates write it", () => {
  const modulus = p * primeFrom(p + 2n ** 1000n);
  const key = (algorithm: Uint8Array, ...numbers: Uint8Array[]) =>
    sequence(algorithm, bitString(sequence(...numbers)));
  const rsa = sequence(oid("1.2.840.113549.1.1.1"), nullValue);

  test.each<[string, () => Uint8Array, string]>([
    ["nothing", () => new Uint8Array(0), "key_malformed"],
    [
      "RSA without its NULL",
      () => key(sequence(oid("1.2.840.113549.1.1.1")), integer(modulus), integer(65537)),
      "key_unsupported",
    ],
    ["RSA of a modulus alone", () => key(rsa, integer(modulus)), "key_malformed"],
    ["RSA of three numbers", () => key(rsa, integer(modulus), integer(65537), integer(1)), "key_malformed"],
    ["a negative modulus", () => key(rsa, Uint8Array.of(2, 1, 0x80), integer(65537)), "key_malformed"],
    ["a key cut off", () => rsaKey(modulus).subarray(0, -1), "key_malformed"],
    ["octets behind it", () => Buffer.concat([rsaKey(modulus), Buffer.of(0)]), "key_malformed"],
    ["a modulus of 33,000 bits", () => rsaKey(1n << 33_000n), "key_malformed"],
    [
      "Ed25519 with parameters",
      () => sequence(sequence(oid("1.3.101.112"), nullValue), bitString(new Uint8Array(32))),
      "key_unsupported",
    ],
    [
      "an elliptic key without a curve",
      () => sequence(sequence(oid("1.2.840.10045.2.1")), bitString(Uint8Array.of(4))),
      "key_curve",
    ],
    ["X448", () => sequence(sequence(oid("1.3.101.111")), bitString(new Uint8Array(56))), "key_unsupported"],
  ])("%s is refused", (_, make, code) => {
    expect(() => checkSubjectKey(make())).toThrow(refused(code));
  });
});

let pairs: [KeyName, KeyPair][];
beforeAll(async () => {
  pairs = await Promise.all(
    keyNames.map(async (name): Promise<[KeyName, KeyPair]> => [name, await newKey(name)]),
  );
}, 60_000);

it("a sound key is known by its octets as by itself, of whatever kind", () => {
  for (const [name, { publicKey, privateKey }] of pairs) {
    const octets = Uint8Array.from(spki(publicKey));
    const found = checkSubjectKey(octets);
    expect(found).toEqual({ ...checkSubjectKey(publicKey), spki: octets });
    expect(Buffer.from(found.identifier)).toEqual(Buffer.from(keyIdentifier(publicKey)));
    // What was found of a key stays, whatever becomes of the octets that it came from.
    const key = keyObject(octets);
    octets.fill(0);
    expect(Buffer.from(checkSubjectKey(key).spki)).toEqual(Buffer.from(spki(publicKey)));
    const hash = name === "Ed25519" ? null : "sha256";
    expect(verify(hash, Buffer.of(1), key, sign(hash, Buffer.of(1), privateKey))).toBe(true);
  }
});

it("whatever comes as a key: only errors of this room", () => {
  const encodings = pairs.map(([, { publicKey }]) => spki(publicKey));
  for (let round = 0; round < 5000; round++) {
    const octets = Uint8Array.from(random.pick(encodings));
    const cut = round % 5 ? octets : octets.subarray(0, random.below(octets.length));
    for (let changes = 1 + random.below(4); changes > 0 && cut.length > 0; changes--) {
      cut[random.below(Math.min(cut.length, round % 2 ? 40 : 600))] = random.below(256);
    }
    try {
      checkSubjectKey(cut);
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
    }
  }
});
