/** Every kind of issuer, for every kind of key, in both profiles, before everybody who will have to read it. */
import "reflect-metadata";
import * as peculiar from "@peculiar/x509";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KeyPair, keyIdentifier } from "@/server/pki/keys.ts";
import { run, tool } from "@/tests/support/tools.ts";
import {
  folder,
  type Hierarchy,
  hierarchy,
  holder,
  issue,
  type KeyName,
  keyNames,
  newKey,
  now,
  policy,
  profiles,
} from "./hierarchy.ts";

peculiar.cryptoProvider.set(globalThis.crypto);

const mail = "hanako@example.ac.jp";
const kinds = ["client", "smime"] as const;
type Leaf = { kind: (typeof kinds)[number]; key: KeyName; der: Uint8Array; name: string };

type Made = { ours: Hierarchy; leaves: Leaf[]; place: ReturnType<typeof folder> };

let pairs: Record<KeyName, KeyPair>;
let all: Record<KeyName, Made>;
beforeAll(async () => {
  pairs = await eachKey(newKey);
  all = await eachKey(make);
}, 120_000);
afterAll(() => {
  for (const { place } of Object.values(all)) place.remove();
});

async function eachKey<T>(deed: (name: KeyName) => Promise<T>): Promise<Record<KeyName, T>> {
  const done = await Promise.all(keyNames.map(async (name) => [name, await deed(name)] as const));
  return Object.fromEntries(done) as Record<KeyName, T>;
}

async function make(issuerKey: KeyName): Promise<Made> {
  const ours = await hierarchy(issuerKey);
  const leaves = await Promise.all(
    kinds.flatMap((kind) =>
      keyNames.map(async (key): Promise<Leaf> => {
        const named = kind === "smime" ? { mail } : { userPrincipalName: mail };
        const der = await issue(ours[kind], profiles[kind], holder(pairs[key], named));
        return { kind, key, der, name: `${kind}-${key}` };
      }),
    ),
  );
  const place = folder({
    "root.pem": ours.root.certificate,
    "client-ca.pem": ours.client.certificate,
    "smime-ca.pem": ours.smime.certificate,
    "issuing.pem": [ours.client.certificate, ours.smime.certificate],
    ...Object.fromEntries(leaves.map(({ name, der }) => [`${name}.pem`, der])),
    ...Object.fromEntries(
      leaves.map(({ name, kind, der }) => [
        `${name}-chain.pem`,
        [der, ours[kind].certificate, ours.root.certificate],
      ]),
    ),
  });
  return { ours, leaves, place };
}

// One start of Java for all: its compiler takes longer than its judgement.
it.skipIf(!tool("java"))(
  "Java accepts all of it",
  () => {
    const program = new URL("../../fixtures/CheckChains.java", import.meta.url).pathname;
    const purposes = Object.values(all).flatMap(({ leaves, place }) =>
      leaves.map(
        ({ kind, name }) => `${kind === "client" ? "client" : "mail"} ${place.path}/${name}-chain.pem`,
      ),
    );
    // What Java would say of one that is not what it is taken for.
    const wrong = (purposes[0] as string).replace("client ", "mail ");
    const { said } = run("java", [program], { input: `${[...purposes, wrong].join("\n")}\n` });
    expect(said.trim().split("\n")).toEqual([
      ...purposes.map((asked) => `${asked} OK`),
      `${wrong} java.lang.Exception: It is not for mail.`,
    ]);
  },
  120_000,
);

describe.each(keyNames)("what an issuer with a key of %s signs", (issuerKey) => {
  let { ours, leaves, place } = {} as Made;
  beforeAll(() => {
    ({ ours, leaves, place } = all[issuerKey]);
  });

  const files = (wanted: (leaf: Leaf) => boolean) => leaves.filter(wanted).map(({ name }) => `${name}.pem`);

  it.skipIf(!tool("openssl"))("OpenSSL accepts at its strictest", () => {
    const verify = (purpose: string, names: string[]) => {
      const strict = [
        "-x509_strict",
        "-check_ss_sig",
        "-policy_check",
        "-policy",
        policy,
        "-explicit_policy",
      ];
      const args = [
        "verify",
        ...strict,
        "-purpose",
        purpose,
        "-CAfile",
        "root.pem",
        "-untrusted",
        "issuing.pem",
      ];
      const { ok, said } = run("openssl", [...args, ...names], { cwd: place.path });
      expect(said).toBe(names.map((name) => `${name}: OK\n`).join(""));
      expect(ok).toBe(true);
    };
    verify(
      "sslclient",
      files(({ kind }) => kind === "client"),
    );
    verify(
      "smimesign",
      files(({ kind }) => kind === "smime"),
    );
    // Of keys to encrypt with, OpenSSL's purpose knows those that encipher, RSA's; an elliptic one, which agrees on a key, it only uses.
    verify(
      "smimeencrypt",
      files(({ kind, key }) => kind === "smime" && key.startsWith("RSA")),
    );
  });

  it.skipIf(!tool("openssl"))(
    "OpenSSL encrypts mail to and its holder reads, unless the key can only sign",
    () => {
      for (const { name, key } of leaves.filter(({ kind }) => kind === "smime")) {
        const secret = folder({
          "key.txt": String(pairs[key].privateKey.export({ type: "pkcs8", format: "pem" })),
          "mail.txt": "拝啓\n",
        });
        const at = (file: string) => `${secret.path}/${file}`;
        const to = ["-encrypt", "-aes256", "-in", at("mail.txt"), "-out", at("sealed"), `${name}.pem`];
        expect(run("openssl", ["cms", ...to], { cwd: place.path }).ok, name).toBe(key !== "Ed25519");
        const open = ["-decrypt", "-in", at("sealed"), "-inkey", at("key.txt"), "-recip", `${name}.pem`];
        const { ok, said } = run("openssl", ["cms", ...open], { cwd: place.path });
        secret.remove();
        expect(ok, name).toBe(key !== "Ed25519");
        if (ok) expect(said).toContain("拝啓");
      }
    },
  );

  it.skipIf(!tool("certtool"))("GnuTLS accepts", () => {
    for (const { name, kind } of leaves) {
      const purpose = kind === "client" ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.4";
      const args = ["--verify", "--load-ca-certificate", "root.pem", "--verify-purpose", purpose];
      const { ok, said } = run("certtool", [...args, "--infile", `${name}-chain.pem`], { cwd: place.path });
      expect(said, name).toContain("Chain verification output: Verified. The certificate is trusted.");
      expect(ok).toBe(true);
    }
  });

  // NSS knows no Ed25519 in certificates before 3.99; Debian 12 has 3.87.
  it.skipIf(!tool("certutil") || issuerKey === "Ed25519")("NSS accepts", () => {
    const known = leaves.filter(({ key }) => key !== "Ed25519");
    const trusted = { root: "CT,C,", "client-ca": ",,", "smime-ca": ",," };
    const commands = [
      ...Object.entries(trusted).map(
        ([name, trust]) => `-A -n ${name} -t ${trust} -a -i ${place.path}/${name}.pem`,
      ),
      ...known.map(({ name }) => `-A -n ${name} -t ,, -a -i ${place.path}/${name}.pem`),
      ...known.map(({ name, kind }) => `-V -e -u ${kind === "client" ? "C" : "S"} -n ${name}`),
      ...known.filter(({ kind }) => kind === "smime").map(({ name }) => `-V -e -u R -n ${name}`),
    ];
    const db = ["-d", `sql:${place.path}`];
    expect(run("certutil", ["-N", "--empty-password", ...db]).ok).toBe(true);
    const batch = folder({ commands: `${commands.join("\n")}\n` });
    const { said } = run("certutil", ["-B", "-i", `${batch.path}/commands`, ...db]);
    batch.remove();
    expect(said.match(/certutil: certificate is valid/g) ?? [], said).toHaveLength(1.5 * known.length);
    expect(said).not.toMatch(/invalid|failed/);
  });

  it("a second implementation reads as it was meant, and verifies", async () => {
    for (const { kind, key, der } of leaves) {
      const certificate = new peculiar.X509Certificate(Uint8Array.from(der).buffer);
      const issuer = new peculiar.X509Certificate(Uint8Array.from(ours[kind].certificate).buffer);
      const date = new Date(now.getTime() + 1000);
      expect(await certificate.verify({ publicKey: issuer.publicKey, date })).toBe(true);
      expect(certificate.issuer).toBe(issuer.subject);
      const usages = certificate.getExtension(peculiar.KeyUsagesExtension)?.usages;
      const { digitalSignature, keyEncipherment, keyAgreement } = peculiar.KeyUsageFlags;
      const also = key.startsWith("RSA")
        ? keyEncipherment
        : kind === "smime" && key !== "Ed25519"
          ? keyAgreement
          : 0;
      expect(usages).toBe(digitalSignature | also);
      const identifier = certificate.getExtension(peculiar.SubjectKeyIdentifierExtension)?.keyId;
      expect(identifier).toBe(Buffer.from(keyIdentifier(pairs[key].publicKey)).toString("hex"));
      const authority = certificate.getExtension(peculiar.AuthorityKeyIdentifierExtension)?.keyId;
      expect(authority).toBe(issuer.getExtension(peculiar.SubjectKeyIdentifierExtension)?.keyId);
      const names = certificate.getExtension(peculiar.SubjectAlternativeNameExtension)?.names.toJSON();
      expect(names).toEqual([
        kind === "smime" ? { type: "email", value: mail } : { type: "upn", value: mail },
      ]);
    }
  });
});
