import "reflect-metadata";
import { constants, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as peculiar from "@peculiar/x509";
import { beforeAll, describe, expect, it, test } from "vitest";
import {
  bitString,
  contextConstructed,
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
import { spki } from "@/server/pki/keys.ts";
import { encodeName, parseName } from "@/server/pki/name.ts";
import { toPem } from "@/server/pki/pem.ts";
import { longestRequest, readRequest } from "@/server/pki/read-request.ts";
import { buildRequest } from "@/server/pki/request.ts";
import { ecdsaSignature, signatureAlgorithm } from "@/server/pki/signature-algorithm.ts";
import { keySigner } from "@/server/pki/signer.ts";
import { run, tool } from "@/tests/support/tools.ts";
import { folder, type KeyName, keyNames, newKey } from "./hierarchy.ts";
import { seeded } from "./random.ts";

peculiar.cryptoProvider.set(globalThis.crypto);

const subject = parseName("CN=国立 花子,OU=No 11,O=Demo University A,C=JP");
const refused = (code: string) => expect.objectContaining({ name: "PkiError", code });
type Pair = Awaited<ReturnType<typeof newKey>>;

async function requestOf(pair: Pair): Promise<Uint8Array> {
  const { algorithm, sign } = keySigner(pair.privateKey);
  return buildRequest({ spki: spki(pair.publicKey), subject, signatureAlgorithm: algorithm, sign });
}

/** A request in whatever parts it is given, signed over whatever it says. */
function crafted(
  pair: Pair,
  parts: Partial<Record<"version" | "subject" | "spki" | "attributes" | "algorithm", Uint8Array>> = {},
) {
  const info = sequence(
    parts.version ?? integer(0),
    parts.subject ?? encodeName(subject),
    parts.spki ?? spki(pair.publicKey),
    parts.attributes ?? contextConstructed(0),
  );
  const signature = sign("sha256", info, pair.privateKey);
  return sequence(info, parts.algorithm ?? signatureAlgorithm("ecdsa-with-SHA256"), bitString(signature));
}

describe.each(keyNames)("a request of a key of %s", (name: KeyName) => {
  let pair: Pair;
  let der: Uint8Array;
  beforeAll(async () => {
    pair = await newKey(name);
    der = await requestOf(pair);
  });

  it("proves the key that is in it", async () => {
    for (const form of [der, Buffer.from(toPem(der, "CERTIFICATE REQUEST"))]) {
      const read = await readRequest(form);
      expect(read.publicKey.equals(pair.publicKey)).toBe(true);
      expect(Buffer.from(read.spki)).toEqual(Buffer.from(spki(pair.publicKey)));
    }
  });

  it.skipIf(!tool("openssl"))("is what OpenSSL takes for one", () => {
    const args = [
      "req",
      "-inform",
      "DER",
      "-verify",
      "-noout",
      "-subject",
      "-nameopt",
      "RFC2253,-esc_msb,utf8",
    ];
    const { ok, said } = run("openssl", args, { input: der });
    expect(said).toMatch(/verify OK/);
    expect(said).toContain("CN=国立 花子,OU=No 11,O=Demo University A,C=JP");
    expect(ok).toBe(true);
  });

  it("is what a second implementation takes for one", async () => {
    const read = new peculiar.Pkcs10CertificateRequest(Uint8Array.from(der).buffer);
    expect(await read.verify()).toBe(true);
    expect(read.attributes).toHaveLength(0);
    expect(Buffer.from(read.publicKey.rawData)).toEqual(Buffer.from(spki(pair.publicKey)));
  });

  it("with any bit turned over is refused, and never taken for another's", async () => {
    const random = seeded(der.length);
    // Every bit of what is short, every eleventh of an RSA key.
    const refusals: Promise<void>[] = [];
    for (let bit = 0; bit < der.length * 8; bit += name.startsWith("RSA") ? 1 + random.below(21) : 1) {
      const turned = Uint8Array.from(der);
      turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7));
      refusals.push(expect(readRequest(turned), `bit ${bit}`).rejects.toThrow(PkiError));
    }
    await Promise.all(refusals);
  });
});

describe("what others ask with is read", () => {
  let place: ReturnType<typeof folder>;
  beforeAll(() => {
    place = folder({});
    return () => place.remove();
  });

  const read = (file: string) => readFileSync(join(place.path, file));

  const openssl = (...args: string[]) => {
    const made = run("openssl", args, { cwd: place.path });
    if (!made.ok) throw new Error(made.said);
  };

  test.skipIf(!tool("openssl")).each<[string, string[], string[]]>([
    ["RSA with SHA-256", ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], ["-sha256"]],
    ["RSA with SHA-384", ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], ["-sha384"]],
    ["RSA with SHA-512", ["RSA", "-pkeyopt", "rsa_keygen_bits:3072"], ["-sha512"]],
    [
      "RSASSA-PSS",
      ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
      ["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"],
    ],
    [
      "RSASSA-PSS with the salt of SHA-1",
      ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
      ["-sha512", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:20"],
    ],
    ["P-256", ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], ["-sha256"]],
    ["P-256 with SHA-512", ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], ["-sha512"]],
    ["P-384", ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], ["-sha384"]],
    ["Ed25519", ["ED25519"], []],
  ])("OpenSSL's, %s", async (_, key, signing) => {
    openssl("genpkey", "-out", "key.pem", "-algorithm", ...key);
    openssl("pkey", "-in", "key.pem", "-pubout", "-out", "public.pem");
    const extensions = [
      "-addext",
      "subjectAltName=email:taro@example.ac.jp",
      "-addext",
      "keyUsage=critical,digitalSignature",
    ];
    openssl(
      "req",
      "-new",
      "-key",
      "key.pem",
      "-subj",
      "/CN=taro/emailAddress=x@example.ac.jp",
      ...extensions,
      ...signing,
      "-text",
      "-out",
      "r.pem",
    );
    openssl("req", "-in", "r.pem", "-outform", "DER", "-out", "r.der");
    openssl("req", "-in", "r.pem", "-newhdr", "-out", "new.pem");
    const expected = createPublicKey(
      run("openssl", ["pkey", "-in", "key.pem", "-pubout"], { cwd: place.path }).said,
    );
    for (const file of ["r.pem", "r.der", "new.pem"]) {
      expect((await readRequest(read(file))).publicKey.equals(expected)).toBe(true);
    }
    const windows = Buffer.from(read("new.pem").toString("latin1").replaceAll("\n", "\r\n"));
    expect((await readRequest(windows)).publicKey.equals(expected)).toBe(true);
  });

  it.skipIf(!tool("openssl"))("but not with a compressed point, nor with its curve spelled out", async () => {
    for (const form of ["point_format:compressed", "ec_param_enc:explicit"]) {
      const [option, value] = form.split(":") as [string, string];
      const generated = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt"];
      if (option === "ec_param_enc") openssl(...generated, form, "-out", "key.pem");
      else {
        openssl(...generated, "ec_param_enc:named_curve", "-out", "plain.pem");
        openssl("ec", "-in", "plain.pem", "-conv_form", value, "-out", "key.pem");
      }
      openssl("req", "-new", "-key", "key.pem", "-subj", "/CN=taro", "-outform", "DER", "-out", "r.der");
      await expect(readRequest(read("r.der"))).rejects.toThrow(
        refused(option === "ec_param_enc" ? "key_curve" : "key_point"),
      );
    }
  });

  it("also GnuTLS's, and a second implementation's", async () => {
    if (tool("certtool")) {
      const made = run(
        "certtool",
        ["--generate-privkey", "--key-type=ecdsa", "--curve=secp256r1", "--outfile", "g.key"],
        { cwd: place.path },
      );
      expect(made.ok).toBe(true);
      const template = folder({ "t.cfg": 'cn = "taro"\nemail = "taro@example.ac.jp"\ntls_www_client\n' });
      const asked = run(
        "certtool",
        [
          "--generate-request",
          "--load-privkey",
          "g.key",
          "--template",
          `${template.path}/t.cfg`,
          "--outfile",
          "g.pem",
        ],
        { cwd: place.path },
      );
      template.remove();
      expect(asked).toMatchObject({ ok: true });
      expect((await readRequest(read("g.pem"))).publicKey.asymmetricKeyType).toBe("ec");
    }
    const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const { rawData } = await peculiar.Pkcs10CertificateRequestGenerator.create({
      name: "CN=taro",
      keys,
      signingAlgorithm: algorithm,
      extensions: [new peculiar.KeyUsagesExtension(peculiar.KeyUsageFlags.digitalSignature)],
    });
    const spki = Buffer.from(await crypto.subtle.exportKey("spki", keys.publicKey));
    expect(Buffer.from((await readRequest(new Uint8Array(rawData))).spki)).toEqual(spki);
  });

  test.each(["P-256", "P-384"])(
    "a browser's, whose WebCrypto signs with r and s of %s",
    async (namedCurve) => {
      const hash = namedCurve === "P-256" ? "SHA-256" : "SHA-384";
      const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve }, false, ["sign", "verify"]);
      const exported = new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey));
      for (let round = 0; round < 40; round++) {
        const der = await buildRequest({
          spki: exported,
          subject,
          signatureAlgorithm: namedCurve === "P-256" ? "ecdsa-with-SHA256" : "ecdsa-with-SHA384",
          sign: async (tbs) => {
            const signature = await crypto.subtle.sign(
              { name: "ECDSA", hash },
              keys.privateKey,
              Uint8Array.from(tbs),
            );
            return ecdsaSignature(new Uint8Array(signature));
          },
        });
        expect(Buffer.from((await readRequest(der)).spki)).toEqual(Buffer.from(exported));
      }
    },
  );
});

describe("what is refused, by name", () => {
  let pair: Pair;
  let sound: Uint8Array;
  beforeAll(async () => {
    pair = await newKey("P-256");
    sound = await requestOf(pair);
  });

  const attribute = (...values: Uint8Array[]) =>
    contextConstructed(0, sequence(oid("1.2.840.113549.1.9.7"), setOf(...values)));
  const pem = (der: Uint8Array, label = "CERTIFICATE REQUEST") => toPem(der, label);
  const text = (written: string) => Buffer.from(written, "latin1");

  it("nothing of it, when it is crafted soundly, with or without attributes and a subject", async () => {
    for (const parts of [{}, { subject: sequence() }, { attributes: attribute(utf8String("x")) }]) {
      expect((await readRequest(crafted(pair, parts))).publicKey.equals(pair.publicKey)).toBe(true);
    }
  });

  test.each<[string, () => Uint8Array]>([
    ["nothing", () => new Uint8Array(0)],
    ["an empty sequence", () => sequence()],
    ["octets behind it", () => Buffer.concat([sound, Buffer.of(0)])],
    ["a version of 1", () => crafted(pair, { version: integer(1) })],
    ["no attributes at all", () => crafted(pair, { attributes: new Uint8Array(0) })],
    ["an attribute that is not one", () => crafted(pair, { attributes: contextConstructed(0, nullValue) })],
    [
      "an attribute with more to it",
      () => crafted(pair, { attributes: contextConstructed(0, sequence(oid("1.2.3"), setOf(), nullValue)) }),
    ],
    [
      "an attribute of indefinite length",
      () => crafted(pair, { attributes: attribute(Uint8Array.of(0x30, 0x80, 0, 0)) }),
    ],
    ["a subject that is no sequence", () => crafted(pair, { subject: setOf() })],
    [
      "something behind the attributes",
      () => crafted(pair, { attributes: Buffer.concat([contextConstructed(0), nullValue]) }),
    ],
    [
      "ECDSA with parameters",
      () => crafted(pair, { algorithm: sequence(oid("1.2.840.10045.4.3.2"), nullValue) }),
    ],
    ["a certificate", () => text(pem(sound, "CERTIFICATE"))],
    ["two requests in one text", () => text(pem(sound) + pem(sound))],
    ["a text that does not end", () => text(pem(sound).slice(0, -30))],
    ["a text that is not in base64", () => text(pem(sound).replace("M", "!"))],
    [
      "a text with half a group of base64",
      () => text(`-----BEGIN CERTIFICATE REQUEST-----\nMII\n-----END CERTIFICATE REQUEST-----\n`),
    ],
    [
      "a text with bits left over",
      () => text(`-----BEGIN CERTIFICATE REQUEST-----\nMB==\n-----END CERTIFICATE REQUEST-----\n`),
    ],
    ["mere base64", () => text(Buffer.from(sound).toString("base64"))],
  ])("%s is no request", async (_, make) => {
    await expect(readRequest(make())).rejects.toThrow(refused("request_malformed"));
  });

  it("one that is too long, in either form", async () => {
    const long = crafted(pair, { attributes: attribute(octetString(new Uint8Array(longestRequest))) });
    await expect(readRequest(long)).rejects.toThrow(refused("request_too_large"));
    await expect(readRequest(text(pem(long)))).rejects.toThrow(refused("request_too_large"));
    await expect(readRequest(new Uint8Array(10_000_000))).rejects.toThrow(refused("request_too_large"));
    const longest = crafted(pair, { attributes: attribute(octetString(new Uint8Array(15_000))) });
    expect((await readRequest(text(pem(longest)))).publicKey.equals(pair.publicKey)).toBe(true);
  });

  it.each([
    ["cut off", (text: string) => text.slice(0, -40)],
    ["between other words", (text: string) => `> ${text.replaceAll("\n", "\n> ")}`],
  ])("a private key %s is one all the same: a page shows such a text to nobody again", async (_, spoiled) => {
    const secret = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    await expect(readRequest(Buffer.from(spoiled(secret)))).rejects.toThrow(refused("request_private_key"));
  });

  it("one that comes with its private key", async () => {
    const secret = pair.privateKey.export({ type: "pkcs8", format: "pem" });
    const error = await readRequest(text(pem(sound) + secret)).catch((thrown) => thrown);
    expect(error).toEqual(refused("request_private_key"));
    expect(`${(error as Error).stack}`).not.toContain(secret.toString().split("\n")[1]);
  });

  it("one that is signed by another key", async () => {
    const other = await newKey("P-256");
    const stolen = crafted(pair, { spki: spki(other.publicKey) });
    await expect(readRequest(stolen)).rejects.toThrow(refused("request_signature"));
    const { publicKey } = await newKey("RSA-2048");
    await expect(readRequest(crafted(pair, { spki: spki(publicKey) }))).rejects.toThrow(
      refused("request_signature"),
    );
    const naught = sequence(
      DerReader.of(sound).sequence().element(),
      signatureAlgorithm("ecdsa-with-SHA256"),
      bitString(sequence(integer(0), integer(0))),
    );
    await expect(readRequest(naught)).rejects.toThrow(refused("request_signature"));
  });

  test.each<[string, string, Uint8Array, string]>([
    ["MD5", "1.2.840.113549.1.1.4", nullValue, "signature_too_weak"],
    ["SHA-1 with RSA", "1.2.840.113549.1.1.5", nullValue, "signature_too_weak"],
    ["SHA-1 with ECDSA", "1.2.840.10045.4.1", new Uint8Array(0), "signature_too_weak"],
    ["RSASSA-PSS as it is without parameters", "1.2.840.113549.1.1.10", sequence(), "signature_too_weak"],
    ["SHA-224", "1.2.840.10045.4.3.1", new Uint8Array(0), "signature_unsupported"],
    ["DSA", "2.16.840.1.101.3.4.3.2", new Uint8Array(0), "signature_unsupported"],
    ["an algorithm of nobody", "1.2.3", new Uint8Array(0), "signature_unsupported"],
  ])("one signed with %s", async (_, id, parameters, code) => {
    await expect(readRequest(crafted(pair, { algorithm: sequence(oid(id), parameters) }))).rejects.toThrow(
      refused(code),
    );
  });

  test.each<[string, () => { publicKey: KeyObject; privateKey: KeyObject }, string]>([
    ["RSA of 1024 bits", () => generateKeyPairSync("rsa", { modulusLength: 1024 }), "key_too_weak"],
    [
      "RSA with exponent 3",
      () => generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 }),
      "key_exponent",
    ],
    ["P-521", () => generateKeyPairSync("ec", { namedCurve: "P-521" }), "key_curve"],
    ["secp256k1", () => generateKeyPairSync("ec", { namedCurve: "secp256k1" }), "key_curve"],
  ])("one for a key of %s", async (_, make, code) => {
    const weak = make();
    const algorithm =
      weak.publicKey.asymmetricKeyType === "rsa" ? "sha256WithRSAEncryption" : "ecdsa-with-SHA256";
    await expect(readRequest(crafted(weak, { algorithm: signatureAlgorithm(algorithm) }))).rejects.toThrow(
      refused(code),
    );
  });

  it("RSASSA-PSS that says one hash and masks with another", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const info = sequence(integer(0), sequence(), spki(publicKey), contextConstructed(0));
    const identifier = (hash: string) => sequence(oid(hash));
    const sha256 = "2.16.840.1.101.3.4.2.1";
    const pss = (mask: string, salt: number, trailer = 1) =>
      sequence(
        oid("1.2.840.113549.1.1.10"),
        sequence(
          contextConstructed(0, identifier(sha256)),
          contextConstructed(1, sequence(oid("1.2.840.113549.1.1.8"), identifier(mask))),
          contextConstructed(2, integer(salt)),
          contextConstructed(3, integer(trailer)),
        ),
      );
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const signature = sign("sha256", info, { key: privateKey, padding, saltLength: 32 });
    const request = (algorithm: Uint8Array) => sequence(info, algorithm, bitString(signature));
    expect((await readRequest(request(pss(sha256, 32)))).publicKey.equals(publicKey)).toBe(true);
    await expect(readRequest(request(pss("2.16.840.1.101.3.4.2.2", 32)))).rejects.toThrow(
      refused("signature_unsupported"),
    );
    await expect(readRequest(request(pss(sha256, 32, 2)))).rejects.toThrow(refused("signature_unsupported"));
    for (const salt of [0, 31, 2 ** 31 - 1]) {
      await expect(readRequest(request(pss(sha256, salt)))).rejects.toThrow(refused("request_signature"));
    }
  });

  it("whatever else comes: only errors of this room, and soon", async () => {
    const random = seeded(20);
    const began = performance.now();
    for (let round = 0; round < 6000; round++) {
      const kind = round % 4;
      const octets =
        kind === 0
          ? random.octets(random.below(400))
          : Uint8Array.from(kind === 3 ? text(pem(sound)) : sound);
      const cut = kind === 1 ? octets.subarray(0, random.below(octets.length)) : octets;
      for (let changes = random.below(5) + (kind === 1 ? 0 : 1); changes > 0 && cut.length > 0; changes--) {
        cut[random.below(cut.length)] = random.below(256);
      }
      try {
        const read = await readRequest(cut);
        // A text may be changed where it is explained; the key never is.
        expect(read.publicKey.equals(pair.publicKey)).toBe(true);
      } catch (error) {
        if (!(error instanceof PkiError)) throw error;
      }
    }
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
