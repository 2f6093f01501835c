/** Every kind of key, in both encryptions, made by server and browser, before everybody who reads .p12 files. */
import { spawnSync } from "node:child_process";
import { createPrivateKey, generateKeyPair, type KeyObject } from "node:crypto";
import { createSecureContext } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, test, vi } from "vitest";
import { webSuite } from "@/components/keys/web-suite.ts";
import { parseName } from "@/server/pki/name.ts";
import { nodeSuite } from "@/server/pki/node-suite.ts";
import { openPkcs12 } from "@/server/pki/open-pkcs12.ts";
import { buildPkcs12 } from "@/server/pki/pkcs12.ts";
import { run, tool } from "@/tests/support/tools.ts";
import { folder, hierarchy, holder, issue, pkcs8Of, profiles } from "./hierarchy.ts";
import { password } from "./pfx.ts";

// Others' tools take their time where many work at once.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const generate = promisify(generateKeyPair);
type Pair = { publicKey: KeyObject; privateKey: KeyObject };
const keys = {
  "RSA-2048": () => generate("rsa", { modulusLength: 2048 }),
  "RSA-3072": () => generate("rsa", { modulusLength: 3072 }),
  "RSA-4096": () => generate("rsa", { modulusLength: 4096 }),
  "P-256": () => generate("ec", { namedCurve: "P-256" }),
  "P-384": () => generate("ec", { namedCurve: "P-384" }),
  Ed25519: () => generate("ed25519"),
} satisfies Record<string, () => Promise<Pair>>;
const suites = { server: nodeSuite, browser: webSuite };

type Made = { file: Uint8Array; name: string; key: string; fileName: string; privateKey: KeyObject };
const made: Made[] = [];
const certificates = new Map<string, Uint8Array>();
let cwd: string;
let remove: () => void;

beforeAll(async () => {
  const ours = await hierarchy("P-256");
  const chain = [ours.client.certificate, ours.root.certificate];
  for (const [key, make] of Object.entries(keys)) {
    const pair: Pair = await make();
    for (const [by, suite] of Object.entries(suites)) {
      for (const encryption of ["modern", "compatible"] as const) {
        const name = `${key} ${by} ${encryption}`;
        const subject = parseName(`CN=${name},OU=国立 花子,C=JP`);
        const certificate = await issue(ours.client, profiles.client, holder(pair, { subject }));
        const content = { pkcs8: pkcs8Of(pair), certificate, chain, friendlyName: `花子 ${name}` };
        const file = await buildPkcs12({ ...content, password, encryption }, suite);
        const fileName = `${key}-${by}-${encryption}.p12`;
        made.push({ file, name: content.friendlyName, key, fileName, privateKey: pair.privateKey });
        certificates.set(fileName, certificate);
      }
    }
  }
  ({ path: cwd, remove } = folder(Object.fromEntries(made.map(({ fileName, file }) => [fileName, file]))));
});
afterAll(() => remove());

it.skipIf(!tool("openssl"))("OpenSSL gives every key", () => {
  for (const { fileName, privateKey, name } of made) {
    const args = ["pkcs12", "-in", fileName, "-passin", `pass:${password}`, "-nocerts", "-noenc"];
    const { ok, said } = run("openssl", args, { cwd });
    expect(ok, name).toBe(true);
    expect(createPrivateKey(said.slice(said.indexOf("-----BEGIN"))).equals(privateKey), name).toBe(true);
  }
});

it("OpenSSL in Node takes every file for a TLS login", () => {
  for (const { file, name } of made) {
    expect(() => createSecureContext({ pfx: Buffer.from(file), passphrase: password }), name).not.toThrow();
  }
});

it("each opens what the other has made", async () => {
  for (const { file, fileName, name, privateKey } of made) {
    const suite = fileName.includes("server") ? webSuite : nodeSuite;
    const opened = await openPkcs12(file, password, suite);
    expect(opened.friendlyName).toBe(name);
    expect(fileName).toContain(opened.encryption);
    expect(Buffer.from(opened.pkcs8).equals(pkcs8Of({ privateKey })), name).toBe(true);
    expect(Buffer.from(opened.certificate).equals(certificates.get(fileName) ?? Buffer.alloc(0)), name).toBe(
      true,
    );
    expect(opened.chain).toHaveLength(2);
  }
});

it.skipIf(!tool("certtool"))("GnuTLS reads every file", () => {
  for (const { fileName, name } of made) {
    const args = ["--p12-info", "--inder", "--infile", fileName, "--password", password];
    const { ok, said } = run("certtool", args, { cwd });
    expect(said).toContain(`Friendly name: ${name}`);
    expect(said.match(/BEGIN CERTIFICATE/g), name).toHaveLength(3);
    expect(said, name).toContain("BEGIN ENCRYPTED PRIVATE KEY");
    expect(said, name).not.toMatch(/error/i);
    expect(ok, name).toBe(true);
  }
});

it.skipIf(!tool("pk12util") || !tool("certutil"))(
  "NSS imports every file, but for Ed25519, which it does not know",
  () => {
    const db = ["-d", `sql:${cwd}`];
    expect(run("certutil", ["-N", "--empty-password", ...db]).ok).toBe(true);
    const known = made.filter(({ key }) => key !== "Ed25519");
    for (const { fileName, name } of known) {
      expect(run("pk12util", ["-i", fileName, "-W", password, ...db], { cwd }), name).toMatchObject({
        ok: true,
      });
    }
    const listed = run("certutil", ["-L", ...db]).said;
    for (const { name } of known) expect(listed).toMatch(new RegExp(`^${name} +u,u,u$`, "m"));
  },
);

describe.skipIf(!tool("keytool"))("Java takes key and chain", () => {
  // A call is a third of a second: every key, maker and encryption, but not every combination.
  test.each(Object.keys(keys).map((key, i) => [key, i % 4] as const))("%s", (key, which) => {
    const file = made.filter((one) => one.key === key)[which];
    const store = (side: string, name: string) =>
      ["keystore", "storetype", "storepass"].flatMap((what, i) => [
        `-${side}${what}`,
        [name, "PKCS12", password][i] ?? "",
      ]);
    const args = [
      "-importkeystore",
      ...store("src", file?.fileName ?? ""),
      ...store("dest", `${key}.java.p12`),
    ];
    expect(run("keytool", [...args, "-v"], { cwd })).toMatchObject({
      ok: true,
      said: expect.stringContaining("1 entries successfully imported"),
    });
  });
});

it.skipIf(!tool("gpgsm"))("gpgsm imports a compatible file", () => {
  const { path: home, remove: removeHome } = folder({});
  try {
    const args = ["--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase-fd", "0"];
    const { said } = run("gpgsm", [...args, "--import", "RSA-2048-browser-compatible.p12"], {
      cwd,
      input: `${password}\n`,
    });
    expect(said).toContain("secret keys imported: 1");
  } finally {
    spawnSync("gpgconf", ["--homedir", home, "--kill", "all"]);
    removeHome();
  }
});
