import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCredential } from "@/server/ca/upki/credential.ts";
import { openssl } from "@/tests/support/openssl.ts";
import { tool } from "@/tests/support/tools.ts";

const passphrase = "correct horse 42";

describe.skipIf(!tool("openssl"))("the registrar's certificate", () => {
  const folder = mkdtempSync(join(tmpdir(), "registrar-"));
  const at = (name: string) => join(folder, name);
  const text = (name: string) => readFileSync(at(name), "utf8");
  const base64 = (name: string) => readFileSync(at(name)).toString("base64");

  beforeAll(async () => {
    const make = (name: string, subject: string, ...more: string[]) =>
      openssl([
        ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", subject],
        ...["-keyout", at(`${name}.key`), "-out", at(`${name}.pem`), ...more],
      ]);
    await make("ca", "/C=JP/O=Sample CA");
    await make("other", "/CN=other");
    const signer = ["-CA", at("ca.pem"), "-CAkey", at("ca.key")];
    await make("own", "/C=JP/O=Sample University/OU=Library/CN=Registrar 1", ...signer);
    const pack = (name: string, ...more: string[]) =>
      openssl([
        ...["pkcs12", "-export", "-in", at("own.pem"), "-inkey", at("own.key"), "-certfile", at("ca.pem")],
        ...["-passout", `pass:${passphrase}`, "-out", at(name), ...more],
      ]);
    const tripleDes = ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"];
    await pack("modern.p12");
    await pack("triple-des.p12", ...tripleDes);
    await pack("rc2.p12", "-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-RC2-40");
    await openssl(["pkey", "-in", at("own.key"), "-aes256", "-passout", "pass:x", "-out", at("locked.key")]);
    writeFileSync(at("empty"), "");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const settings: [string, () => Parameters<typeof readCredential>[0]][] = [
    ["a .p12", () => ({ UPKI_CLIENT_P12: at("modern.p12") })],
    ["a .p12 as NII gave them out", () => ({ UPKI_CLIENT_P12: at("triple-des.p12") })],
    ["base64 of a .p12", () => ({ UPKI_CLIENT_P12: base64("modern.p12") })],
    ["base64 in lines", () => ({ UPKI_CLIENT_P12: base64("modern.p12").replace(/.{64}/g, "$&\\n") })],
    ["PEM files", () => ({ UPKI_CLIENT_CERT: at("own.pem"), UPKI_CLIENT_KEY: at("own.key") })],
    ["PEM text", () => ({ UPKI_CLIENT_CERT: text("own.pem"), UPKI_CLIENT_KEY: text("own.key") })],
    [
      "PEM text in one line",
      () => ({
        UPKI_CLIENT_CERT: text("own.pem").replaceAll("\n", "\\n"),
        UPKI_CLIENT_KEY: text("own.key").replaceAll("\n", "\\n"),
      }),
    ],
  ];
  test.each(settings)("opens from %s", async (_, setting) => {
    const found = await readCredential({ UPKI_CLIENT_P12_PASSPHRASE: passphrase, ...setting() });
    const own = new X509Certificate(text("own.pem"));
    expect(new X509Certificate(found.cert).fingerprint256).toBe(own.fingerprint256);
    expect(found.notAfter).toEqual(own.validToDate);
    expect(found.subject).toBe("CN=Registrar 1, OU=Library, O=Sample University, C=JP");
    expect(found.key).toContain("BEGIN PRIVATE KEY");
  });

  test("the chain of a .p12 is sent along", async () => {
    const { cert } = await readCredential({
      UPKI_CLIENT_P12: at("modern.p12"),
      UPKI_CLIENT_P12_PASSPHRASE: passphrase,
    });
    const [, above = ""] = cert.split(/(?=-----BEGIN)/);
    expect(new X509Certificate(above).subject).toContain("Sample CA");
  });

  const faults: [string, () => Parameters<typeof readCredential>[0], RegExp][] = [
    ["nothing set", () => ({}), /^UPKI_CLIENT_P12 is missing: set it to .+/],
    [
      "a certificate without its key",
      () => ({ UPKI_CLIENT_CERT: at("own.pem") }),
      /^UPKI_CLIENT_KEY is missing: /,
    ],
    [
      "a key without its certificate",
      () => ({ UPKI_CLIENT_KEY: at("own.key") }),
      /^UPKI_CLIENT_CERT is missing: /,
    ],
    [
      "another passphrase",
      () => ({ UPKI_CLIENT_P12: at("modern.p12"), UPKI_CLIENT_P12_PASSPHRASE: "secret123" }),
      /^UPKI_CLIENT_P12 does not open: set UPKI_CLIENT_P12_PASSPHRASE /,
    ],
    [
      "no passphrase",
      () => ({ UPKI_CLIENT_P12: at("modern.p12") }),
      /^UPKI_CLIENT_P12 does not open: set UPKI_CLIENT_P12_PASSPHRASE /,
    ],
    [
      "a cipher no longer used",
      () => ({ UPKI_CLIENT_P12: at("rc2.p12"), UPKI_CLIENT_P12_PASSPHRASE: passphrase }),
      /^UPKI_CLIENT_P12 is protected in a way no longer used \(pbeWithSHAAnd40BitRC2-CBC\): write it anew with `openssl pkcs12 -legacy -in .+`/,
    ],
    [
      "a file that is not there",
      () => ({ UPKI_CLIENT_P12: at("secret123") }),
      /^UPKI_CLIENT_P12 names no file that can be read: /,
    ],
    ["an empty file", () => ({ UPKI_CLIENT_P12: at("empty") }), /^UPKI_CLIENT_P12 is not a PKCS #12 file/],
    ["PEM for a .p12", () => ({ UPKI_CLIENT_P12: at("own.pem") }), /^UPKI_CLIENT_P12 is not a PKCS #12 file/],
    [
      "the key of another",
      () => ({ UPKI_CLIENT_CERT: at("own.pem"), UPKI_CLIENT_KEY: at("other.key") }),
      /^UPKI_CLIENT_CERT and its private key do not belong together: /,
    ],
    [
      "an encrypted key",
      () => ({ UPKI_CLIENT_CERT: at("own.pem"), UPKI_CLIENT_KEY: at("locked.key") }),
      /^UPKI_CLIENT_KEY is encrypted: /,
    ],
    [
      "text that is no key",
      () => ({
        UPKI_CLIENT_CERT: at("own.pem"),
        UPKI_CLIENT_KEY: "-----BEGIN PRIVATE KEY-----\\nsecret123\\n",
      }),
      /^UPKI_CLIENT_KEY is not a private key/,
    ],
    [
      "text that is no certificate",
      () => ({ UPKI_CLIENT_CERT: at("own.key"), UPKI_CLIENT_KEY: at("own.key") }),
      /^UPKI_CLIENT_CERT holds no certificate: /,
    ],
    [
      "a certificate cut short",
      () => ({
        UPKI_CLIENT_CERT: text("own.pem").replace(/.{300}(?=\n-----END)/s, ""),
        UPKI_CLIENT_KEY: at("own.key"),
      }),
      /^UPKI_CLIENT_CERT holds a certificate that cannot be read: /,
    ],
  ];
  test.each(faults)(
    "%s is told in one sentence with what to do, and without a secret",
    async (_, setting, said) => {
      const told = (await readCredential(setting()).catch((error: unknown) => error)) as Error;
      expect(told).toBeInstanceOf(Error);
      expect(told.message).toMatch(said);
      expect(told.message).toMatch(/\.$/);
      expect(told.message).not.toMatch(/secret123|correct horse|BEGIN/);
      expect(told.cause).toBeUndefined();
    },
  );

  test("writing an old .p12 anew as the sentence says makes it open", async () => {
    const old = { UPKI_CLIENT_P12: at("rc2.p12"), UPKI_CLIENT_P12_PASSPHRASE: passphrase };
    const { message } = (await readCredential(old).catch((error: unknown) => error)) as Error;
    const [, command = ""] = /`(.+)`/.exec(message) ?? [];
    const typed = command
      .replace("old.p12", `rc2.p12 -passin 'pass:${passphrase}'`)
      .replace("new.p12", `new.p12 -passout 'pass:${passphrase}'`);
    expect(spawnSync("sh", ["-c", typed], { cwd: folder }).status).toBe(0);
    const { subject } = await readCredential({ ...old, UPKI_CLIENT_P12: at("new.p12") });
    expect(subject).toContain("Registrar 1");
  });
});
