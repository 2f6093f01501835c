import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, test, vi } from "vitest";
import { webSuite } from "@/components/keys/web-suite.ts";
import { integer, oid, sequence } from "@/server/pki/der.ts";
import { nodeSuite } from "@/server/pki/node-suite.ts";
import { openPkcs12 } from "@/server/pki/open-pkcs12.ts";
import { toPem } from "@/server/pki/pem.ts";
import { buildPkcs12 } from "@/server/pki/pkcs12.ts";
import type { Pkcs12Suite } from "@/server/pki/pkcs12-suite.ts";
import { run, tool } from "@/tests/support/tools.ts";
import { folder, type Hierarchy, hierarchy, holder, issue, newKey, pkcs8Of, profiles } from "./hierarchy.ts";
import { bag, certificateBag, password, pfx, pfxWithPbmac1, safeOf } from "./pfx.ts";

// Others' tools take their time where many work at once.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const wrong = "Xk7Rm2Tq9WbN4vHt";
const name = "国立 花子 No 11";
const suites: [string, Pkcs12Suite][] = [
  ["node:crypto", nodeSuite],
  ["WebCrypto", webSuite],
];

let ours: Hierarchy;
let pkcs8: Uint8Array;
let certificate: Uint8Array;
let chain: Uint8Array[];
let cwd: string;
let remove: () => void;

beforeAll(async () => {
  ours = await hierarchy("P-256");
  const pair = await newKey("RSA-2048");
  pkcs8 = pkcs8Of(pair);
  certificate = await issue(ours.client, profiles.client, holder(pair));
  chain = [ours.client.certificate, ours.root.certificate];
  ({ path: cwd, remove } = folder({
    "hanako.pem": certificate,
    "hanako.key": toPem(pkcs8, "PRIVATE KEY"),
    "chain.pem": chain,
    "whole.pem": [certificate, ...chain],
  }));
});
afterAll(() => remove());

function fileOf(made: string): Uint8Array {
  return readFileSync(join(cwd, made));
}

function openssl(made: string, ...args: string[]): Uint8Array {
  const from = ["-inkey", "hanako.key", "-in", "hanako.pem", "-certfile", "chain.pem", "-name", name];
  const to = ["-passout", `pass:${password}`, "-out", made];
  expect(run("openssl", ["pkcs12", "-export", ...from, ...to, ...args], { cwd })).toMatchObject({ ok: true });
  return fileOf(made);
}

const pbe3des = "PBE-SHA1-3DES";
const legacy = ["-certpbe", pbe3des, "-keypbe", pbe3des, "-macalg", "sha1"];

/** An authenticated safe of everything, without encryption. */
function wholeSafe(): Uint8Array {
  return safeOf(...[certificate, ...chain].map((one) => certificateBag(one)), bag("key", pkcs8));
}

/** Everything that was put in comes out, and OpenSSL agrees that key and certificate are a pair. */
async function expectAll(file: Uint8Array, suite: Pkcs12Suite, encryption: "modern" | "compatible") {
  const opened = await openPkcs12(file, password, suite);
  expect(opened.encryption).toBe(encryption);
  expect(Buffer.from(opened.certificate).equals(certificate)).toBe(true);
  expect(opened.chain.map((one) => Buffer.from(one).toString("hex")).sort()).toEqual(
    chain.map((one) => Buffer.from(one).toString("hex")).sort(),
  );
  const key = createPrivateKey({ key: Buffer.from(opened.pkcs8), format: "der", type: "pkcs8" });
  expect(new X509Certificate(opened.certificate).checkPrivateKey(key)).toBe(true);
  return opened;
}

function codeOf(file: Uint8Array, secret = password, suite = nodeSuite): Promise<unknown> {
  return openPkcs12(file, secret, suite).then(
    () => "opened",
    (error) => error.code ?? error,
  );
}

describe.each(suites)("by %s a file is opened", (_, suite) => {
  describe.skipIf(!tool("openssl"))("of OpenSSL", () => {
    test.each<[string, "modern" | "compatible", string[]]>([
      ["as it comes", "modern", []],
      ["as older systems want it", "compatible", legacy],
      [
        "with AES-128 and AES-192, and a MAC by SHA-512",
        "modern",
        ["-certpbe", "AES-128-CBC", "-keypbe", "AES-192-CBC", "-macalg", "sha512"],
      ],
      ["with a MAC by SHA-384", "modern", ["-macalg", "sha384"]],
      ["with iterations by the hundred thousand", "modern", ["-iter", "150000"]],
      ["of one iteration", "compatible", [...legacy, "-noiter", "-nomaciter"]],
      ["with certificates for everyone to see", "modern", ["-certpbe", "NONE"]],
    ])("%s", async (_, encryption, args) => {
      const opened = await expectAll(openssl("openssl.p12", ...args), suite, encryption);
      expect(opened.friendlyName).toBe(name);
      expect(opened.localKeyId).toHaveLength(20);
    });
  });

  test.each(["modern", "compatible"] as const)("of our own (%s)", async (encryption) => {
    const content = { pkcs8, certificate, chain, friendlyName: name };
    const file = await buildPkcs12({ ...content, password, encryption }, suite);
    const opened = await expectAll(file, suite, encryption);
    expect(opened.friendlyName).toBe(name);
    expect(Buffer.from(opened.pkcs8).equals(pkcs8)).toBe(true);
  });

  it("and stays shut for another password", async () => {
    for (const encryption of ["modern", "compatible"] as const) {
      const content = { pkcs8, certificate, chain, friendlyName: name };
      const file = await buildPkcs12({ ...content, password, encryption }, suite);
      for (const other of [wrong, "", "花子", `${password} `]) {
        expect(await codeOf(file, other, suite)).toBe("password_wrong");
      }
    }
  });
});

// GnuTLS and NSS derive keys in 600,000 iterations.
test.skipIf(!tool("certtool")).each([
  ["modern", webSuite, ["--pkcs-cipher", "aes-128", "--hash", "SHA256"]],
  ["compatible", nodeSuite, ["--pkcs-cipher", "3des-pkcs12", "--hash", "SHA1"]],
] as const)("a %s file of GnuTLS is opened", async (encryption, suite, args) => {
  const from = ["--load-privkey", "hanako.key", "--load-certificate", "whole.pem"];
  const to = ["--p12-name", "hanako", "--password", password, "--outder", "--outfile", "gnutls.p12"];
  expect(run("certtool", ["--to-p12", ...from, ...to, ...args], { cwd })).toMatchObject({ ok: true });
  expect((await expectAll(fileOf("gnutls.p12"), suite, encryption)).friendlyName).toBe("hanako");
});

it.skipIf(!tool("pk12util") || !tool("certutil") || !tool("openssl"))(
  "a file of NSS is opened, indefinite lengths, strings in pieces and all",
  async () => {
    openssl("for-nss.p12");
    const db = ["-d", `sql:${cwd}`];
    run("certutil", ["-N", "--empty-password", ...db]);
    expect(run("pk12util", ["-i", "for-nss.p12", "-W", password, ...db], { cwd }).ok).toBe(true);
    const exported = ["-o", "nss.p12", "-n", name, "-W", password, ...db];
    expect(run("pk12util", exported, { cwd }).ok).toBe(true);
    const file = fileOf("nss.p12");
    expect(file[1]).toBe(0x80);
    expect((await expectAll(file, nodeSuite, "modern")).friendlyName).toBe(name);
  },
);

it.skipIf(!tool("keytool") || !tool("openssl"))("a file of Java is opened, with its localKeyId", async () => {
  openssl("for-java.p12");
  const store = (side: string, file: string) =>
    ["keystore", "storetype", "storepass"].flatMap((what, i) => [
      `-${side}${what}`,
      [file, "PKCS12", password][i] ?? "",
    ]);
  const args = ["-importkeystore", ...store("src", "for-java.p12"), ...store("dest", "java.p12")];
  expect(run("keytool", args, { cwd })).toMatchObject({ ok: true });
  const opened = await expectAll(fileOf("java.p12"), nodeSuite, "modern");
  expect(Buffer.from(opened.localKeyId ?? []).toString()).toMatch(/^Time \d+$/);
  const again = await buildPkcs12({ ...opened, password, encryption: "compatible" }, webSuite);
  expect(await expectAll(again, nodeSuite, "compatible")).toEqual({ ...opened, encryption: "compatible" });
});

describe("a file that another door protects", () => {
  it("PBMAC1, as OpenSSL in Node takes it", async () => {
    const made = pfxWithPbmac1(wholeSafe(), 64);
    expect(() => createSecureContext({ pfx: Buffer.from(made), passphrase: password })).not.toThrow();
    await expectAll(made, webSuite, "modern");
    expect(await codeOf(made, wrong)).toBe("password_wrong");
    expect(await codeOf(pfxWithPbmac1(wholeSafe(), null))).toBe("pkcs12_malformed");
  });

  test.skipIf(!tool("openssl")).each<[string, string, string[]]>([
    ["RC2, as OpenSSL and Java once wrote it", "pbeWithSHAAnd40BitRC2-CBC", ["-legacy"]],
    ["DES from MD5", "pbeWithMD5AndDES-CBC", ["-legacy", "-keypbe", "PBE-MD5-DES", "-certpbe", "NONE"]],
    ["no MAC", "no MAC", ["-nomac"]],
    ["a MAC by SHA-224", "SHA-224", ["-macalg", "sha224"]],
    ["a cipher nobody uses", "1.2.392.200011.61.1.1.1.4", ["-certpbe", "CAMELLIA-256-CBC"]],
  ])("is refused by name: %s", async (_, about, args) => {
    const opened = openPkcs12(openssl("other.p12", ...args), password, nodeSuite);
    await expect(opened).rejects.toMatchObject({ code: "pkcs12_unsupported", about });
  });

  it("is not opened with more work than a person waits for", async () => {
    expect(await codeOf(await pfx(wholeSafe(), 1))).toBe("opened");
    expect(await codeOf(await pfx(wholeSafe(), 2_000_000_000))).toBe("pkcs12_too_costly");
    expect(await codeOf(await pfx(wholeSafe(), 0))).toBe("pkcs12_malformed");
  });
});

describe("what a file holds", () => {
  it("the certificate is found by the public key where nothing else tells", async () => {
    for (const kind of ["RSA-2048", "P-256", "P-384"] as const) {
      const pair = await newKey(kind);
      const own = await issue(ours.client, profiles.client, holder(pair));
      const bags = [...chain, own].map((one) => certificateBag(one));
      const file = await pfx(safeOf(...bags, bag("key", pkcs8Of(pair))));
      const opened = await openPkcs12(file, password, webSuite);
      expect(Buffer.from(opened.certificate).equals(own)).toBe(true);
      expect(opened.chain).toHaveLength(2);
      expect(opened.friendlyName).toBeNull();
      expect(opened.localKeyId).toBeNull();
    }
  });

  it("a certificate of another key is not the key's, whatever its localKeyId says", async () => {
    const other = await issue(ours.client, profiles.client, holder(await newKey("RSA-2048")));
    const bags = [certificateBag(other, "1"), certificateBag(certificate), bag("key", pkcs8, "1")];
    const opened = await openPkcs12(await pfx(safeOf(...bags)), password, nodeSuite);
    expect(Buffer.from(opened.certificate).equals(certificate)).toBe(true);
    expect(await codeOf(await pfx(safeOf(certificateBag(other, "1"), bag("key", pkcs8, "1"))))).toBe(
      "pkcs12_incomplete",
    );
  });

  it("bags within bags, lists and secrets are passed through or over", async () => {
    const inner = bag("nested", sequence(certificateBag(certificate)));
    const others = [bag("crl", sequence()), bag("secret", sequence())];
    const file = await pfx(safeOf(...others, bag("nested", sequence(inner, bag("key", pkcs8)))));
    expect(await codeOf(file)).toBe("opened");
  });

  it("no key, no certificate, or several of both are said as such", async () => {
    const pair = await newKey("P-256");
    const own = await issue(ours.client, profiles.client, holder(pair));
    const whole = [certificateBag(certificate), bag("key", pkcs8)];
    const code = async (...bags: Uint8Array[]) => codeOf(await pfx(safeOf(...bags)));
    expect(await code(certificateBag(certificate))).toBe("pkcs12_incomplete");
    expect(await code(bag("key", pkcs8))).toBe("pkcs12_incomplete");
    expect(await code()).toBe("pkcs12_incomplete");
    expect(await code(...whole, certificateBag(own), bag("key", pkcs8Of(pair)))).toBe("pkcs12_ambiguous");
    expect(await code(...whole, bag("key", pkcs8Of(pair)))).toBe("opened");
    expect(await code(...Array.from({ length: 101 }, () => certificateBag(certificate)))).toBe(
      "pkcs12_too_large",
    );
  });

  it("what is no such file is malformed, what is too large is too large", async () => {
    const v1 = sequence(integer(1), sequence(oid("1.2.840.113549.1.7.1")));
    const texts = ["", "-----BEGIN CERTIFICATE-----", "PK\u0003\u0004"].map((text) => Buffer.from(text));
    for (const file of [...texts, certificate, pkcs8, v1])
      expect(await codeOf(file)).toBe("pkcs12_malformed");
    expect(await codeOf(new Uint8Array((1 << 20) + 1))).toBe("pkcs12_too_large");
  });
});
