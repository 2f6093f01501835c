import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import {
  bitString,
  boolean,
  contextConstructed,
  contextPrimitive,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  unsigned,
  utf8,
  utf8String,
} from "@/server/pki/der.ts";
import { PkiError } from "@/server/pki/errors.ts";
import { readOcspRequest } from "@/server/pki/ocsp-request.ts";
import { tool } from "@/tests/support/tools.ts";
import { seeded } from "./random.ts";
import { type Scene, scene } from "./responder.ts";

const nonceId = oid("1.3.6.1.5.5.7.48.1.2");
const extension = (id: Uint8Array, value: Uint8Array, critical = false) =>
  sequence(id, ...(critical ? [boolean(true)] : []), octetString(value));
const nonceOf = (length: number) => extension(nonceId, octetString(new Uint8Array(length).fill(5)));

type Parts = {
  hash?: Uint8Array;
  parameters?: Uint8Array[];
  hashSize?: number;
  serial?: Uint8Array;
  single?: Uint8Array[];
};

function asked({ hash = oid("1.3.14.3.2.26"), parameters = [nullValue], ...parts }: Parts = {}): Uint8Array {
  const { hashSize = 20, serial = unsigned(Uint8Array.of(1, 2, 3)), single = [] } = parts;
  const value = octetString(new Uint8Array(hashSize));
  return sequence(sequence(sequence(hash, ...parameters), value, value, serial), ...single);
}

function request(
  list: readonly Uint8Array[] = [asked()],
  parts: {
    version?: Uint8Array[];
    requestor?: Uint8Array[];
    extensions?: Uint8Array[];
    signature?: Uint8Array[];
    extra?: Uint8Array[];
  } = {},
): Uint8Array {
  const { version = [], requestor = [], extensions = [], signature = [], extra = [] } = parts;
  const extended = extensions.length === 0 ? [] : [contextConstructed(2, sequence(...extensions))];
  return sequence(sequence(...version, ...requestor, sequence(...list), ...extended, ...extra), ...signature);
}

const algorithm = sequence(oid("1.2.840.113549.1.1.11"), nullValue);
const signatureOf = (...certificates: Uint8Array[]) =>
  contextConstructed(0, sequence(algorithm, bitString(new Uint8Array(256)), ...certificates));

describe("a request", () => {
  it("names its certificates in order, and its nonce", () => {
    const serials = ["01", "80ff", "7f".repeat(20)].map((hex) => Buffer.from(hex, "hex"));
    const list = serials.map((serial) => asked({ serial: unsigned(serial) }));
    const read = readOcspRequest(request(list, { extensions: [nonceOf(32)] }));
    expect(read.certIds.map(({ serial }) => serial)).toEqual(["01", "80ff", "7f".repeat(20)]);
    expect(read.nonce).toEqual(new Uint8Array(32).fill(5));
    expect(read.certIds[1]?.encoded).toEqual(list[1]?.subarray(2));
  });

  test.each<[string, Uint8Array]>([
    ["no parameters of its hash", request([asked({ parameters: [] })])],
    [
      "its version, though it is the default",
      request([asked()], { version: [contextConstructed(0, integer(0))] }),
    ],
    [
      "the name of who asks",
      request([asked()], {
        requestor: [contextConstructed(1, contextPrimitive(1, utf8("taro@example.ac.jp")))],
      }),
    ],
    [
      "a directory name of who asks",
      request([asked()], {
        requestor: [
          contextConstructed(
            1,
            contextConstructed(4, sequence(setOf(sequence(oid("2.5.4.3"), utf8String("学認 太郎"))))),
          ),
        ],
      }),
    ],
    ["a signature that means nothing here", request([asked()], { signature: [signatureOf()] })],
    [
      "a signature and certificates",
      request([asked()], {
        signature: [signatureOf(contextConstructed(0, sequence(sequence(), sequence())))],
      }),
    ],
    [
      "an extension that nobody knows",
      request([asked()], { extensions: [extension(oid("2.999.7"), nullValue)] }),
    ],
    [
      "which responses it takes, critically",
      request([asked()], { extensions: [extension(oid("1.3.6.1.5.5.7.48.1.4"), sequence(), true)] }),
    ],
    [
      "an extension of one certificate",
      request([asked({ single: [contextConstructed(0, sequence(extension(oid("2.999.7"), nullValue)))] })]),
    ],
  ])("may have %s", (_, der) => {
    expect(readOcspRequest(der)).toMatchObject({
      certIds: [{ serial: "010203", hash: "sha1" }],
      nonce: null,
    });
  });

  test.each([1, 16, 32, 128])("may have a nonce of %s octets, critical or not", (length) => {
    const critical = extension(nonceId, octetString(new Uint8Array(length)), true);
    for (const nonce of [nonceOf(length), critical]) {
      expect(readOcspRequest(request([asked()], { extensions: [nonce] })).nonce).toHaveLength(length);
    }
  });

  test.each<[string, Uint8Array, string]>([
    ["for nothing", request([]), "ocsp_malformed"],
    [
      "with a hash whose parameters are long, which an answer would repeat and a memory keep",
      request([asked({ parameters: [octetString(new Uint8Array(40_000))] })]),
      "ocsp_malformed",
    ],
    [
      "with a hash of several parameters",
      request([asked({ parameters: [nullValue, nullValue] })]),
      "der_malformed",
    ],
    ["for more than a hundred", request(Array.from({ length: 101 }, () => asked())), "ocsp_malformed"],
    ["with an empty nonce", request([asked()], { extensions: [nonceOf(0)] }), "ocsp_malformed"],
    ["with a nonce too long", request([asked()], { extensions: [nonceOf(129)] }), "ocsp_malformed"],
    ["with two nonces", request([asked()], { extensions: [nonceOf(8), nonceOf(8)] }), "ocsp_malformed"],
    [
      "with a nonce that is no octet string",
      request([asked()], { extensions: [extension(nonceId, integer(1))] }),
      "der_malformed",
    ],
    [
      "with a nonce for one certificate",
      request([asked({ single: [contextConstructed(0, sequence(nonceOf(8)))] })]),
      "ocsp_malformed",
    ],
    [
      "of another version",
      request([asked()], { version: [contextConstructed(0, integer(1))] }),
      "ocsp_malformed",
    ],
    [
      "of somebody without a name",
      request([asked()], { requestor: [contextConstructed(1, integer(1))] }),
      "ocsp_malformed",
    ],
    ["by a hash of the wrong length", request([asked({ hashSize: 32 })]), "ocsp_malformed"],
    [
      "by a hash that is not known",
      request([asked({ hash: oid("1.2.840.113549.2.5") })]),
      "ocsp_unsupported",
    ],
    [
      "with a critical extension that is not known",
      request([asked()], { extensions: [extension(oid("2.999.7"), nullValue, true)] }),
      "ocsp_unsupported",
    ],
    [
      "of a serial too long",
      request([asked({ serial: unsigned(new Uint8Array(21).fill(1)) })]),
      "ocsp_malformed",
    ],
    ["of a negative serial", request([asked({ serial: Uint8Array.of(2, 1, 0x80) })]), "der_malformed"],
    [
      "of a serial in too many octets",
      request([asked({ serial: Uint8Array.of(2, 2, 0, 1) })]),
      "der_malformed",
    ],
    ["with more in it than belongs there", request([asked()], { extra: [nullValue] }), "der_malformed"],
    ["with more behind it", Buffer.concat([request(), nullValue]), "der_malformed"],
    [
      "with half a signature",
      request([asked()], { signature: [contextConstructed(0, sequence(algorithm))] }),
      "der_malformed",
    ],
    [
      "signed with certificates that are none",
      request([asked()], { signature: [signatureOf(contextConstructed(0, sequence(integer(1))))] }),
      "ocsp_malformed",
    ],
    [
      "of more than 64 KiB",
      request([asked()], { extra: [octetString(new Uint8Array(65_536))] }),
      "der_too_large",
    ],
    ["of nothing", new Uint8Array(0), "der_malformed"],
  ])("is refused %s", (_, der, code) => {
    expect(() => readOcspRequest(der)).toThrow(expect.objectContaining({ name: "PkiError", code }));
  });
});

describe("whatever somebody sends", () => {
  const samples = [
    request(),
    request(
      [asked(), asked({ single: [contextConstructed(0, sequence(extension(oid("2.999.7"), nullValue)))] })],
      {
        version: [contextConstructed(0, integer(0))],
        requestor: [contextConstructed(1, contextPrimitive(1, utf8("taro@example.ac.jp")))],
        extensions: [nonceOf(32)],
        signature: [signatureOf(contextConstructed(0, sequence(sequence(integer(1)))))],
      },
    ),
  ];

  function outcome(der: Uint8Array): string {
    try {
      const { certIds, nonce } = readOcspRequest(der);
      const bounded = certIds.length <= 100 && (nonce === null || (nonce.length >= 1 && nonce.length <= 128));
      return bounded && certIds.every(({ serial }) => /^([0-9a-f]{2}){1,20}$/.test(serial))
        ? "read"
        : "wrong";
    } catch (error) {
      return error instanceof PkiError ? "refused" : `${error}`;
    }
  }

  it("is read or refused, and nothing else, however it was spoilt", () => {
    const random = seeded(11);
    const seen: Record<string, number> = {};
    for (let n = 0; n < 20_000; n++) {
      const der = Uint8Array.from(random.pick(samples));
      for (let changes = 1 + random.below(3); changes > 0; changes--) {
        der[random.below(der.length)] = random.pick([
          0,
          1,
          0x30,
          0x7f,
          0x80,
          0x84,
          0xa0,
          0xff,
          random.below(256),
        ]);
      }
      const cut = random.below(4) === 0 ? der.subarray(0, random.below(der.length)) : der;
      const result = outcome(cut);
      seen[result] = (seen[result] ?? 0) + 1;
    }
    expect(Object.keys(seen).sort()).toEqual(["read", "refused"]);
  });

  it("is refused at once when it is deep or long", () => {
    let deep: Uint8Array = new Uint8Array(0);
    while (deep.length < 30_000) deep = sequence(deep);
    const many = Array.from({ length: 60_000 }, () => 0x30);
    const begin = performance.now();
    for (const der of [
      deep,
      request([deep]),
      request([asked()], { requestor: [contextConstructed(1, contextConstructed(4, deep))] }),
      Uint8Array.from(many),
    ]) {
      expect(outcome(der)).toBe("refused");
    }
    expect(performance.now() - begin).toBeLessThan(500);
  });
});

describe.skipIf(!tool("openssl"))("what OpenSSL asks", () => {
  let at: Scene;
  beforeAll(async () => {
    at = await scene("P-256");
  });
  afterAll(() => at.remove());

  it("is read, also signed and with certificates", () => {
    const asking = ["-issuer", "issuer.pem", "-cert", "0.pem", "-sha256", "-cert", "1.pem"];
    at.openssl("genpkey", "-algorithm", "RSA", "-out", "key.pem");
    at.openssl("req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=Taro Gakunin", "-out", "signer.pem");
    const signed = ["-signer", "signer.pem", "-signkey", "key.pem", "-reqout", "signed.der"];
    expect(at.openssl("ocsp", ...asking, ...signed)).toMatchObject({ ok: true });
    const { certIds, nonce } = readOcspRequest(at.read("signed.der"));
    expect(certIds.map(({ hash, serial }) => ({ hash, serial }))).toEqual([
      { hash: "sha1", serial: at.serials[0] },
      { hash: "sha256", serial: at.serials[1] },
    ]);
    expect(nonce?.length).toBeGreaterThan(0);
  });
});
