import { createPrivateKey, hash, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { afterEach, beforeAll, describe, expect, it, test } from "vitest";
import { bmpPassword, pkcs12Kdf } from "@/server/pki/kdf.ts";
import { nodeSuite } from "@/server/pki/node-suite.ts";
import { checkPair } from "@/server/pki/pair.ts";
import { buildPkcs12, type Pkcs12Encryption } from "@/server/pki/pkcs12.ts";
import type { Pkcs12Suite } from "@/server/pki/pkcs12-suite.ts";
import { rehash } from "@/server/pki/rehash.ts";
import { run, tool } from "@/tests/support/tools.ts";
import {
  folder,
  type Hierarchy,
  hierarchy,
  holder,
  issue,
  type KeyName,
  newKey,
  pkcs8Of,
  profiles,
} from "./hierarchy.ts";
import { seeded } from "./random.ts";

const password = "Xk7Rm2Tq9WbN4vHs";
const wrong = "Xk7Rm2Tq9WbN4vHt";
const friendlyName = "国立 花子 No 11";

let ours: Hierarchy;
beforeAll(async () => {
  ours = await hierarchy("P-256");
});

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const remove of cleanUp.splice(0)) remove();
});

async function packed(
  encryption: Pkcs12Encryption,
  keyName: KeyName = "RSA-2048",
  rest: { friendlyName?: string } = {},
) {
  const pair = await newKey(keyName);
  const certificate = await issue(ours.client, profiles.client, holder(pair));
  const chain = [ours.client.certificate, ours.root.certificate];
  const content = { pkcs8: pkcs8Of(pair), certificate, chain, friendlyName, ...rest };
  const file = await buildPkcs12({ ...content, password, encryption }, nodeSuite);
  const place = folder({ "hanako.p12": file });
  cleanUp.push(place.remove);
  return { ...pair, certificate, chain, file, cwd: place.path };
}

/** The certificate's name in the file, as OpenSSL's library reads it; its `pkcs12` prints ASCII only. */
function alias(cwd: string): string {
  const args = ["x509", "-in", "hanako.p12", "-passin", `pass:${password}`, "-alias", "-noout"];
  return run("openssl", args, { cwd }).said.trim();
}

const encryptions = ["modern", "compatible"] as const;

describe.each(encryptions)("a %s file", (encryption) => {
  test.skipIf(!tool("openssl")).each(["RSA-2048", "P-256"] as const)(
    "gives OpenSSL key (%s), certificate, chain and name",
    async (keyName) => {
      const { cwd, privateKey, certificate, chain } = await packed(encryption, keyName);
      const open = (...args: string[]) =>
        run("openssl", ["pkcs12", "-in", "hanako.p12", "-passin", `pass:${password}`, ...args], { cwd });
      const keyOut = open("-nocerts", "-noenc");
      expect(keyOut.ok).toBe(true);
      expect(keyOut.said).toContain("friendlyName: ");
      expect(alias(cwd)).toBe(friendlyName);
      expect(createPrivateKey(keyOut.said.slice(keyOut.said.indexOf("-----BEGIN"))).equals(privateKey)).toBe(
        true,
      );
      const certificates = open("-nokeys").said.match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----/g) ?? [];
      expect(certificates.map((pem) => new X509Certificate(pem).raw)).toEqual(
        [certificate, ...chain].map(Buffer.from),
      );
      const localKeyId = hash("sha1", certificate).toUpperCase().match(/../g)?.join(" ");
      expect(open("-nokeys", "-clcerts").said).toContain(`localKeyID: ${localKeyId}`);
    },
  );

  it.skipIf(!tool("openssl"))("is encrypted as its name promises, as OpenSSL tells", async () => {
    const { cwd } = await packed(encryption);
    const { said } = run(
      "openssl",
      ["pkcs12", "-in", "hanako.p12", "-passin", `pass:${password}`, "-info", "-noout"],
      { cwd },
    );
    const lines = said.split("\n").filter((line) => /MAC|encrypted|Keybag/i.test(line));
    expect(lines).toEqual(
      encryption === "modern"
        ? [
            "MAC: sha256, Iteration 2048",
            "MAC length: 32, salt length: 8",
            "PKCS7 Encrypted data: PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256",
            "Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256",
          ]
        : [
            "MAC: sha1, Iteration 2048",
            "MAC length: 20, salt length: 8",
            "PKCS7 Encrypted data: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048",
            "Shrouded Keybag: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048",
          ],
    );
  });

  it.skipIf(!tool("openssl"))("stays shut for another password", async () => {
    const { cwd } = await packed(encryption);
    const { ok, said } = run(
      "openssl",
      ["pkcs12", "-in", "hanako.p12", "-passin", `pass:${wrong}`, "-noout"],
      { cwd },
    );
    expect(ok).toBe(false);
    expect(said).toContain("invalid password");
  });

  it("is what node takes for a TLS login, and only with its password", async () => {
    const { file } = await packed(encryption);
    expect(() => createSecureContext({ pfx: Buffer.from(file), passphrase: password })).not.toThrow();
    expect(() => createSecureContext({ pfx: Buffer.from(file), passphrase: wrong })).toThrow(
      /mac verify failure/,
    );
  });

  it.skipIf(!tool("certtool"))("is read by GnuTLS", async () => {
    const { cwd } = await packed(encryption);
    const { ok, said } = run(
      "certtool",
      ["--p12-info", "--inder", "--infile", "hanako.p12", "--password", password],
      { cwd },
    );
    expect(said).toContain(`Friendly name: ${friendlyName}`);
    expect(said.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
    expect(said).toContain("BEGIN ENCRYPTED PRIVATE KEY");
    expect(said).not.toMatch(/error/i);
    expect(ok).toBe(true);
  });

  it.skipIf(!tool("pk12util") || !tool("certutil"))(
    "is imported by NSS, under its name, key and all",
    async () => {
      const { cwd } = await packed(encryption);
      const db = ["-d", `sql:${cwd}`];
      expect(run("certutil", ["-N", "--empty-password", ...db]).ok).toBe(true);
      expect(run("pk12util", ["-i", "hanako.p12", "-W", wrong, ...db], { cwd }).ok).toBe(false);
      expect(run("pk12util", ["-i", "hanako.p12", "-W", password, ...db], { cwd })).toMatchObject({
        ok: true,
      });
      expect(run("certutil", ["-L", ...db]).said).toMatch(new RegExp(`^${friendlyName} +u,u,u$`, "m"));
    },
  );

  it.skipIf(!tool("keytool"))("is a key store for Java, with the whole chain", async () => {
    const { cwd } = await packed(encryption);
    const list = (secret: string) =>
      run(
        "keytool",
        ["-list", "-v", "-storetype", "PKCS12", "-keystore", "hanako.p12", "-storepass", secret],
        { cwd },
      );
    const { ok, said } = list(password);
    expect(said).toContain("PrivateKeyEntry");
    expect(said).toContain("Certificate chain length: 3");
    expect(said).toMatch(/国立 花子 no 11/i);
    expect(ok).toBe(true);
    expect(list(wrong).ok).toBe(false);
  });

  it("differs each time, salts and all", async () => {
    const { privateKey, certificate } = await packed(encryption, "P-256");
    const content = { pkcs8: pkcs8Of({ privateKey }), certificate, chain: [], friendlyName };
    const make = () => buildPkcs12({ ...content, password, encryption }, nodeSuite);
    expect(Buffer.compare(await make(), await make())).not.toBe(0);
  });

  it("encrypts nothing twice from the same initialization vector", async () => {
    const { privateKey, certificate } = await packed(encryption, "P-256");
    const content = { pkcs8: pkcs8Of({ privateKey }), certificate, chain: [], friendlyName };
    const vectors: string[] = [];
    const noting: Pkcs12Suite = {
      ...nodeSuite,
      encrypt: (work) => {
        vectors.push(Buffer.from(work.iv).toString("hex"));
        return nodeSuite.encrypt(work);
      },
    };
    for (let files = 0; files < 3; files++) await buildPkcs12({ ...content, password, encryption }, noting);
    expect(vectors).toHaveLength(6);
    expect(new Set(vectors).size).toBe(6);
  });

  it.skipIf(!tool("openssl"))("keeps a name whose characters it cannot all hold", async () => {
    const { cwd } = await packed(encryption, "P-256", { friendlyName: "𠮷田 花子" });
    expect(alias(cwd)).toBe("〓田 花子");
  });

  it.skipIf(!tool("pk12util") || !tool("certutil"))("is imported by NSS also under such a name", async () => {
    const { cwd } = await packed(encryption, "P-256", { friendlyName: "𠮷田 花子" });
    const db = ["-d", `sql:${cwd}`];
    run("certutil", ["-N", "--empty-password", ...db]);
    expect(run("pk12util", ["-i", "hanako.p12", "-W", password, ...db], { cwd })).toMatchObject({ ok: true });
  });
});

describe("no file is made", () => {
  it("of a key and another's certificate", async () => {
    const { certificate } = await packed("modern", "P-256");
    const { privateKey } = await newKey("P-256");
    expect(() => checkPair(privateKey, certificate)).toThrow(
      expect.objectContaining({ code: "key_mismatch" }),
    );
  });

  it("of what is no certificate", async () => {
    const { privateKey } = await newKey("P-256");
    expect(() => checkPair(privateKey, Uint8Array.of(0x30, 0))).toThrow(
      expect.objectContaining({ code: "certificate_unreadable" }),
    );
  });

  test.each(["", "花子の鍵", "tab\tbed", "é"])("under the password %j", async (unusable) => {
    const { privateKey, certificate } = await packed("modern", "P-256");
    const content = { pkcs8: pkcs8Of({ privateKey }), certificate, chain: [], friendlyName };
    const made = buildPkcs12({ ...content, password: unusable, encryption: "modern" }, nodeSuite);
    const error = await made.then(() => null).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "password_unusable" });
    expect(String(error)).not.toContain(unusable || "nothing");
  });
});

describe("key derivation", () => {
  // Published with the first implementations of PKCS #12, password "smeg" and "queeg".
  test.each([
    ["smeg", 1, "0a58cf64530d823f", 1, 24, "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3"],
    ["smeg", 2, "0a58cf64530d823f", 1, 8, "79993dfe048d3b76"],
    ["smeg", 3, "3d83c0e4546ac140", 1, 20, "8d967d88f6caa9d714800ab3d48051d63f73a312"],
    ["queeg", 1, "05dec959acff72f7", 1000, 24, "ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4"],
    ["queeg", 2, "05dec959acff72f7", 1000, 8, "11dedad7758d4860"],
    ["queeg", 3, "263216fcc2fab31c", 1000, 20, "5ec4c7a80df652294c3925b6489a7ab857c83476"],
  ] as const)("of %s for purpose %i", async (secret, forPurpose, salt, iterations, length, expected) => {
    const from = { password: bmpPassword(secret), salt: Buffer.from(salt, "hex"), iterations, length };
    const derived = await pkcs12Kdf({ hash: "sha1", purpose: forPurpose, ...from }, nodeSuite);
    expect(Buffer.from(derived).toString("hex")).toBe(expected);
  });

  it("lets others have their turn, and comes to the same", async () => {
    const from = { password: bmpPassword("smeg"), salt: Buffer.alloc(8, 1), iterations: 101, length: 32 };
    let turns = 0;
    const others = async () => void turns++;
    const suite = { ...nodeSuite, goes: { hashes: 30, others } };
    const derived = await pkcs12Kdf({ hash: "sha256", purpose: 3, ...from }, suite);
    expect(turns).toBe(3);
    expect(derived).toEqual(await pkcs12Kdf({ hash: "sha256", purpose: 3, ...from }, nodeSuite));
  });

  it("hashes as node:crypto does, over and over", () => {
    const random = seeded(180);
    for (const name of ["sha1", "sha256"] as const) {
      for (let round = 0; round < 20; round++) {
        const first = hash(name, random.octets(random.below(200)), "buffer");
        const times = random.below(60);
        let expected = first;
        for (let i = 0; i < times; i++) expected = hash(name, expected, "buffer");
        expect(Buffer.from(rehash(name, first, times))).toEqual(expected);
      }
    }
  });
});
