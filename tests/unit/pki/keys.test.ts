import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, it, test } from "vitest";
import { checkSubjectKey, generateRsaKey, keyIdentifier, spki } from "@/server/pki/keys.ts";
import { keySigner } from "@/server/pki/signer.ts";
import { run, tool } from "@/tests/support/tools.ts";
import { type Hierarchy, hierarchy, holder, issue, keyNames, newKey, profiles } from "./hierarchy.ts";

test.each(keyNames)("the identifier of a key of %s is SHA-1 of its bits", async (name) => {
  const { publicKey } = await newKey(name);
  // Known another way: node gives these bits themselves.
  const jwk = publicKey.export({ format: "jwk" });
  const bits = jwk.n
    ? publicKey.export({ type: "pkcs1", format: "der" })
    : Buffer.concat([
        // An elliptic point is written in full, one of Ed25519 by its height.
        Buffer.alloc(jwk.crv === "Ed25519" ? 0 : 1, 4),
        Buffer.from(jwk.x ?? "", "base64url"),
        Buffer.from(jwk.y ?? "", "base64url"),
      ]);
  expect(Buffer.from(keyIdentifier(publicKey))).toEqual(createHash("sha1").update(bits).digest());
});

it.skipIf(!tool("openssl"))("a key pair is what OpenSSL takes for one", async () => {
  const { publicKey, privateKey } = await generateRsaKey();
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  expect(run("openssl", ["pkey", "-check", "-noout"], { input: pem }).said).toContain("Key is valid");
  expect(publicKey.asymmetricKeyDetails).toEqual({ modulusLength: 2048, publicExponent: 65537n });
  const args = ["pkey", "-pubin", "-inform", "DER", "-noout"];
  expect(run("openssl", args, { input: spki(publicKey) }).ok).toBe(true);
});

describe("a key that must not be certified", () => {
  const rsa = (modulusLength: number, publicExponent = 65537) =>
    generateKeyPairSync("rsa", { modulusLength, publicExponent }).publicKey;

  /** A public key nobody holds the other half of, from its numbers. */
  function fromNumbers(n: bigint, e = 65537n): KeyObject {
    const octets = (value: bigint) => {
      const hex = value.toString(16);
      return Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex").toString("base64url");
    };
    return createPublicKey({ key: { kty: "RSA", n: octets(n), e: octets(e) }, format: "jwk" });
  }

  const sound = BigInt(
    `0x${Buffer.from(rsa(2048).export({ format: "jwk" }).n ?? "", "base64url").toString("hex")}`,
  );

  test.each<[string, () => KeyObject, string]>([
    ["RSA of 1024 bits", () => rsa(1024), "key_too_weak"],
    ["RSA of 2047 bits", () => fromNumbers(sound >> 1n), "key_too_weak"],
    ["RSA of 4097 bits", () => fromNumbers(sound << 2049n), "key_too_large"],
    ["an exponent of 3", () => rsa(2048, 3), "key_exponent"],
    ["an exponent of 17", () => rsa(2048, 17), "key_exponent"],
    ["an even exponent", () => fromNumbers(sound, 65538n), "key_exponent"],
    ["an exponent of 257 bits", () => fromNumbers(sound, 2n ** 256n + 1n), "key_exponent"],
    ["an even modulus", () => fromNumbers(sound - 1n), "key_factorable"],
    [
      "a modulus divisible by 751",
      () => fromNumbers(sound - (sound % 751n) + ((sound - (sound % 751n)) & 1n ? 0n : 751n)),
      "key_factorable",
    ],
    [
      "RSA for PSS alone",
      () => generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).publicKey,
      "key_unsupported",
    ],
    ["secp256k1", () => generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey, "key_curve"],
    ["P-224", () => generateKeyPairSync("ec", { namedCurve: "secp224r1" }).publicKey, "key_curve"],
    ["P-521", () => generateKeyPairSync("ec", { namedCurve: "P-521" }).publicKey, "key_curve"],
    ["Ed448", () => generateKeyPairSync("ed448").publicKey, "key_unsupported"],
    ["X25519", () => generateKeyPairSync("x25519").publicKey, "key_unsupported"],
    ["a private key", () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey, "key_unsupported"],
  ])("%s", (_, make, code) => {
    expect(() => checkSubjectKey(make())).toThrow(expect.objectContaining({ code }));
  });

  it("is looked at before anything is signed", async () => {
    const ours: Hierarchy = await hierarchy("P-256");
    let signed = false;
    const watched = {
      ...ours.client,
      signer: {
        ...ours.client.signer,
        sign: async () => {
          signed = true;
          return new Uint8Array(64);
        },
      },
    };
    const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
    await expect(issue(watched, profiles.client, holder(weak))).rejects.toThrow(
      expect.objectContaining({ code: "key_too_weak" }),
    );
    expect(signed).toBe(false);
  });

  test.each(keyNames)("a sound one, %s, is not refused", async (name) => {
    const { publicKey } = await newKey(name);
    expect(() => checkSubjectKey(publicKey)).not.toThrow();
  });
});

test.each<[string, () => KeyObject]>([
  ["RSA of 1024 bits", () => generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey],
  ["secp256k1", () => generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey],
  ["Ed448", () => generateKeyPairSync("ed448").privateKey],
  ["RSA of 4104 bits", () => generateKeyPairSync("rsa", { modulusLength: 4104 }).privateKey],
])("nothing is signed with %s", (_, make) => {
  expect(() => keySigner(make())).toThrow(expect.objectContaining({ code: "key_unsupported" }));
});
