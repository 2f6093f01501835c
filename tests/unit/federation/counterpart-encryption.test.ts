import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attributeNames } from "@/server/federation/attributes.ts";
import { pemOf } from "@/server/federation/keys.ts";
import { validateResponse } from "@/server/federation/validation/validate.ts";
import { ns } from "@/server/federation/xml.ts";
import {
  build,
  expectation,
  form,
  hanako,
  type Keys,
  makeKeys,
  writeAssertion,
} from "@/tests/support/saml.ts";
import { run, tool } from "@/tests/support/tools.ts";

/** What others encrypt has to be readable here: the assertion by xmlsec1, its key by OpenSSL. */
const installed = tool("xmlsec1") && tool("openssl");

const xmlenc11 = "http://www.w3.org/2009/xmlenc11#";
const ciphers = {
  "aes128-cbc": [16, `${ns.encryption}aes128-cbc`],
  "aes192-cbc": [24, `${ns.encryption}aes192-cbc`],
  "aes256-cbc": [32, `${ns.encryption}aes256-cbc`],
  "aes128-gcm": [16, `${xmlenc11}aes128-gcm`],
  "aes192-gcm": [24, `${xmlenc11}aes192-gcm`],
  "aes256-gcm": [32, `${xmlenc11}aes256-gcm`],
} as const;
type Cipher = keyof typeof ciphers;

const digests = {
  sha1: `${ns.signature}sha1`,
  sha256: `${ns.encryption}sha256`,
  sha512: `${ns.encryption}sha512`,
} as const;
type Digest = keyof typeof digests;

let keys: Keys;
let folder: string;
const path = (name: string) => join(folder, name);

beforeAll(async () => {
  keys = await makeKeys();
  folder = mkdtempSync(join(tmpdir(), "xmlsec-"));
  writeFileSync(path("sp.crt"), pemOf(keys.sp.certificate, "CERTIFICATE"));
  writeFileSync(path("assertion.xml"), writeAssertion("_assertion", hanako));
});

afterAll(() => rmSync(folder, { recursive: true }));

function done(name: "xmlsec1" | "openssl", args: readonly string[]) {
  const { ok, said } = run(name, args, { cwd: folder });
  if (!ok) throw new Error(said);
}

const encryptedData = (cipher: Cipher, info: string) =>
  `<xenc:EncryptedData xmlns:xenc="${ns.encryption}" xmlns:ds="${ns.signature}" Type="${ns.encryption}Element"><xenc:EncryptionMethod Algorithm="${ciphers[cipher][1]}"/><ds:KeyInfo>${info}</ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>`;

const encryptedKey = (method: string, value: string) =>
  `<xenc:EncryptedKey>${method}<xenc:CipherData><xenc:CipherValue>${value}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`;

const withSha1 = `<xenc:EncryptionMethod Algorithm="${ns.encryption}rsa-oaep-mgf1p"/>`;

/** All of it by xmlsec1. */
function byXmlsec(cipher: Cipher): string {
  writeFileSync(path("draft.xml"), encryptedData(cipher, encryptedKey(withSha1, "")));
  const session = ["--session-key", `aes-${8 * ciphers[cipher][0]}`, "--pubkey-cert-pem", "sp.crt"];
  done("xmlsec1", [
    "--encrypt",
    ...session,
    "--xml-data",
    "assertion.xml",
    "--output",
    "out.xml",
    "draft.xml",
  ]);
  return readFileSync(path("out.xml"), "utf8");
}

/** The key by OpenSSL, which knows two hashes for OAEP's two purposes. */
function byOpenssl(cipher: Cipher, label: Digest, mask: Digest): string {
  writeFileSync(path("key.bin"), randomBytes(ciphers[cipher][0]));
  writeFileSync(path("draft.xml"), encryptedData(cipher, "<ds:KeyName>key</ds:KeyName>"));
  const content = ["--aeskey:key", "key.bin", "--xml-data", "assertion.xml", "--output", "out.xml"];
  done("xmlsec1", ["--encrypt", ...content, "draft.xml"]);
  const oaep = ["rsa_padding_mode:oaep", `rsa_oaep_md:${label}`, `rsa_mgf1_md:${mask}`];
  const options = oaep.flatMap((option) => ["-pkeyopt", option]);
  const files = ["-certin", "-inkey", "sp.crt", "-in", "key.bin", "-out", "key.enc"];
  done("openssl", ["pkeyutl", "-encrypt", ...files, ...options]);
  const value = readFileSync(path("key.enc")).toString("base64");
  const digest = `<ds:DigestMethod Algorithm="${digests[label]}"/>`;
  const mgf = `<xenc11:MGF xmlns:xenc11="${xmlenc11}" Algorithm="${xmlenc11}mgf1${mask}"/>`;
  const method =
    mask === "sha1"
      ? `<xenc:EncryptionMethod Algorithm="${ns.encryption}rsa-oaep-mgf1p">${digest}</xenc:EncryptionMethod>`
      : `<xenc:EncryptionMethod Algorithm="${xmlenc11}rsa-oaep">${digest}${mgf}</xenc:EncryptionMethod>`;
  return readFileSync(path("out.xml"), "utf8").replace(
    /<ds:KeyName>key<\/ds:KeyName>/,
    encryptedKey(method, value),
  );
}

/** The attributes in a signed response around it, as we read them. */
function read(encrypted: string) {
  const data = encrypted.replace(/^<\?xml[^>]*\?>\s*/, "");
  const xml = build(keys, {
    response: (whole) =>
      whole.replace(
        /<saml:Assertion .*<\/saml:Assertion>/s,
        `<saml:EncryptedAssertion xmlns:saml="${ns.assertion}">${data}</saml:EncryptedAssertion>`,
      ),
  });
  expect(xml).not.toContain("<saml:Assertion");
  return validateResponse(form(xml), expectation(keys)).attributes;
}

describe.skipIf(!installed)("an assertion is read", () => {
  test.each(Object.keys(ciphers) as Cipher[])("which xmlsec1 has encrypted by %s", (cipher) => {
    expect(read(byXmlsec(cipher)).get(attributeNames.jaDisplayName)).toEqual(["国立 花子"]);
  });

  test.each<[Cipher, Digest, Digest]>([
    ["aes128-gcm", "sha1", "sha1"],
    ["aes256-gcm", "sha256", "sha1"],
    ["aes256-gcm", "sha256", "sha256"],
    ["aes192-gcm", "sha512", "sha1"],
    ["aes128-cbc", "sha512", "sha512"],
  ])("whose %s key OpenSSL has sealed by OAEP with %s and a mask of %s", (cipher, label, mask) => {
    expect(read(byOpenssl(cipher, label, mask)).get(attributeNames.jaDisplayName)).toEqual(["国立 花子"]);
  });
});
