import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pemOf } from "@/server/federation/service/keys.ts";
import { validateResponse } from "@/server/federation/validation/validate.ts";
import { encryptElement } from "@/server/federation/xml/encrypt.ts";
import { ns } from "@/server/federation/xml/tree.ts";
import { build, expectation, form, type Keys, makeKeys } from "@/tests/support/saml.ts";
import { ciphers } from "@/tests/support/saml-encryption.ts";
import { tool } from "@/tests/support/tools.ts";

/** xmlsec1 is the library beneath Shibboleth's and many others' encryption; where it is missing there is nothing to compare. */
const installed = tool("xmlsec1");

let keys: Keys;
let folder: string;

beforeAll(async () => {
  keys = await makeKeys();
  folder = mkdtempSync(join(tmpdir(), "xmlenc-"));
  writeFileSync(join(folder, "key.pem"), keys.sp.privateKey);
  writeFileSync(join(folder, "certificate.pem"), pemOf(keys.sp.certificate, "CERTIFICATE"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function xmlsec(...args: string[]): string {
  const out = join(folder, "out.xml");
  const { status, stderr } = spawnSync("xmlsec1", [...args.slice(0, 1), "--output", out, ...args.slice(1)]);
  if (status !== 0) throw new Error(`xmlsec1: ${stderr}`);
  return readFileSync(out, "utf8").replace(/^<\?xml[^>]*\?>\s*/, "");
}

/** The assertion of a response, encrypted in its place. */
function encryptByXmlsec(xml: string, cipher: keyof typeof ciphers): string {
  const data = `<xenc:EncryptedData xmlns:xenc="${ns.encryption}" Type="${ns.encryption}Element"><xenc:EncryptionMethod Algorithm="${ciphers[cipher]}"/><ds:KeyInfo xmlns:ds="${ns.signature}"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="${ns.encryption}rsa-oaep-mgf1p"/><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>`;
  writeFileSync(join(folder, "template.xml"), data);
  writeFileSync(join(folder, "in.xml"), xml);
  return xmlsec(
    "--encrypt",
    "--pubkey-cert-pem",
    join(folder, "certificate.pem"),
    "--session-key",
    cipher.startsWith("des") ? "des-192" : cipher.slice(0, 7),
    "--xml-data",
    join(folder, "in.xml"),
    "--node-xpath",
    "//*[local-name()='Assertion']",
    join(folder, "template.xml"),
  );
}

const wrapped = (xml: string) =>
  xml.replace(
    /<saml:Assertion.*<\/saml:Assertion>/s,
    (assertion) =>
      `<saml:EncryptedAssertion xmlns:saml="${ns.assertion}">${assertion}</saml:EncryptedAssertion>`,
  );

describe.skipIf(!installed)("xmlsec1 and we open what the other encrypted", () => {
  test.each(["aes-128-gcm", "aes-192-gcm", "aes-256-gcm"] as const)(
    "%s, with the signature inside",
    (cipher) => {
      const xml = wrapped(build(keys, { sign: "assertion" }));
      const encrypted = encryptByXmlsec(xml, cipher);
      expect(encrypted).not.toContain("hanako");
      expect(validateResponse(form(encrypted), expectation(keys)).attributes.size).toBe(5);
    },
  );

  test.each(["aes-128-cbc", "aes-192-cbc", "aes-256-cbc"] as const)("%s, in a signed response", (cipher) => {
    const encrypted = build(keys, {
      response: (xml) => encryptByXmlsec(wrapped(xml), cipher),
    });
    expect(encrypted).not.toContain("hanako");
    expect(validateResponse(form(encrypted), expectation(keys)).attributes.size).toBe(5);
  });

  test("3DES it encrypts and we refuse", () => {
    const xml = wrapped(build(keys, { sign: "assertion" }));
    const encrypted = encryptByXmlsec(xml, "des-ede3-cbc");
    expect(() => validateResponse(form(encrypted), expectation(keys))).toThrow("algorithm_refused");
  });

  test("what the demo institutions encrypt", () => {
    writeFileSync(join(folder, "in.xml"), encryptElement("<a>Hanako Kokuritsu</a>", keys.sp.certificate));
    expect(xmlsec("--decrypt", "--privkey-pem", join(folder, "key.pem"), join(folder, "in.xml"))).toContain(
      "<a>Hanako Kokuritsu</a>",
    );
  });
});
