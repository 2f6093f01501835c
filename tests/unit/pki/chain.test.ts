import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import * as peculiar from "@peculiar/x509";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseName } from "@/server/pki/name.ts";
import { run, tool } from "@/tests/support/tools.ts";
import {
  crlOf,
  folder,
  type Hierarchy,
  hierarchy,
  holder,
  issue,
  keyNames,
  newKey,
  now,
  policy,
  profiles,
  publicationOf,
} from "./hierarchy.ts";

peculiar.cryptoProvider.set(globalThis.crypto);

const strict = ["-x509_strict", "-check_ss_sig", "-policy_check", "-policy", policy, "-explicit_policy"];
const mail = "hanako@example.ac.jp";

describe.each(keyNames)("a hierarchy of %s keys", (keyName) => {
  let ours: Hierarchy;
  let client: Uint8Array;
  let smime: Uint8Array;
  let place: { path: string; remove: () => void };

  beforeAll(async () => {
    ours = await hierarchy(keyName);
    const pair = await newKey("RSA-2048");
    client = await issue(ours.client, profiles.client, holder(pair));
    smime = await issue(
      ours.smime,
      profiles.smime,
      holder(pair, { subject: parseName(`CN=${mail},C=JP`), mail }),
    );
    place = folder({
      "root.pem": ours.root.certificate,
      "issuing.pem": [ours.client.certificate, ours.smime.certificate],
      "client.pem": client,
      "client-chain.pem": [client, ours.client.certificate, ours.root.certificate],
      "smime.pem": smime,
      "smime-chain.pem": [smime, ours.smime.certificate, ours.root.certificate],
      "client-ca.pem": ours.client.certificate,
      "smime-ca.pem": ours.smime.certificate,
      "root.crl.pem": await crlOf(ours.root, []),
      "client.crl.pem": await crlOf(ours.client, [], { url: publicationOf("client").crlUrl }),
      "smime.crl.pem": await crlOf(ours.smime, [{ serial: "0f", at: now }]),
    });
  });
  afterAll(() => place.remove());

  describe.skipIf(!tool("openssl"))("OpenSSL, at its strictest,", () => {
    const crls = ["root", "client", "smime"].flatMap((name) => ["-CRLfile", `${name}.crl.pem`]);
    const verify = (file: string, purpose: string) =>
      run(
        "openssl",
        [
          "verify",
          ...strict,
          "-crl_check_all",
          ...crls,
          "-CAfile",
          "root.pem",
          "-untrusted",
          "issuing.pem",
          "-purpose",
          purpose,
          file,
        ],
        { cwd: place.path },
      );

    it.each([
      ["client.pem", "sslclient"],
      ["smime.pem", "smimesign"],
      ["smime.pem", "smimeencrypt"],
    ])("accepts %s for %s", (file, purpose) => {
      expect(verify(file, purpose)).toEqual({ ok: true, said: `${file}: OK\n` });
    });

    it.each([
      ["client.pem", "sslserver"],
      ["client.pem", "smimesign"],
      ["smime.pem", "sslclient"],
    ])("refuses %s for %s", (file, purpose) => {
      expect(verify(file, purpose)).toMatchObject({ ok: false, said: expect.stringMatching(/purpose/) });
    });
  });

  it.skipIf(!tool("certtool"))("GnuTLS verifies both chains", () => {
    for (const file of ["client-chain.pem", "smime-chain.pem"]) {
      const { ok, said } = run("certtool", ["--verify-chain", "--infile", file], { cwd: place.path });
      expect(said).toContain("Chain verification output: Verified. The certificate is trusted.");
      expect(ok).toBe(true);
    }
  });

  // NSS knows no Ed25519 in certificates before 3.99; Debian 12 has 3.87.
  it.skipIf(!tool("certutil") || keyName === "Ed25519")(
    "NSS takes each for its own purpose and no other",
    () => {
      const db = ["-d", `sql:${place.path}`];
      const certutil = (...args: string[]) => run("certutil", [...args, ...db], { cwd: place.path });
      expect(certutil("-N", "--empty-password").ok).toBe(true);
      for (const [name, trust] of Object.entries({
        root: "CT,C,",
        "client-ca": ",,",
        "smime-ca": ",,",
        client: ",,",
        smime: ",,",
      })) {
        expect(certutil("-A", "-n", name, "-t", trust, "-a", "-i", `${name}.pem`)).toMatchObject({
          ok: true,
        });
      }
      const validity = (name: string, usage: string) =>
        certutil("-V", "-e", "-u", usage, "-n", name).said.trim();
      expect(validity("client", "C")).toBe("certutil: certificate is valid");
      expect(validity("smime", "S")).toBe("certutil: certificate is valid");
      expect(validity("smime", "R")).toBe("certutil: certificate is valid");
      expect(validity("client", "S")).not.toContain("is valid");
      expect(validity("smime", "C")).not.toContain("is valid");
    },
  );

  it("node verifies every signature, and that an issuer issued", () => {
    const root = new X509Certificate(ours.root.certificate);
    expect(root.verify(root.publicKey)).toBe(true);
    for (const [leaf, authority] of [
      [client, ours.client],
      [smime, ours.smime],
    ] as const) {
      const issuer = new X509Certificate(authority.certificate);
      const certificate = new X509Certificate(leaf);
      expect(issuer.verify(root.publicKey)).toBe(true);
      expect(issuer.checkIssued(root)).toBe(true);
      expect(certificate.verify(issuer.publicKey)).toBe(true);
      expect(certificate.checkIssued(issuer)).toBe(true);
      expect(certificate.ca).toBe(false);
      expect(issuer.ca && root.ca).toBe(true);
    }
  });

  it("names its signature's algorithm twice, with NULL for RSA and nothing for the others", () => {
    const expected = {
      "RSA-2048": "300d06092a864886f70d01010b0500",
      "RSA-3072": "300d06092a864886f70d01010b0500",
      "RSA-4096": "300d06092a864886f70d01010b0500",
      "P-256": "300a06082a8648ce3d040302",
      "P-384": "300a06082a8648ce3d040303",
      Ed25519: "300506032b6570",
    }[keyName];
    for (const der of [ours.root.certificate, ours.client.certificate, client, smime]) {
      const hex = Buffer.from(der).toString("hex");
      expect(hex.indexOf(expected)).toBeGreaterThan(0);
      expect(hex.lastIndexOf(`${expected}03`)).toBeGreaterThan(hex.indexOf(expected));
    }
  });

  it("a second implementation reads the same and verifies it", async () => {
    const certificate = new peculiar.X509Certificate(Uint8Array.from(smime).buffer);
    const issuer = new peculiar.X509Certificate(Uint8Array.from(ours.smime.certificate).buffer);
    expect(
      await certificate.verify({ publicKey: issuer.publicKey, date: new Date(now.getTime() + 1000) }),
    ).toBe(true);
    expect(certificate.subjectName.toJSON()).toEqual([{ C: ["JP"] }, { CN: [mail] }]);
    expect(certificate.getExtension(peculiar.SubjectAlternativeNameExtension)?.names.toJSON()).toEqual([
      { type: "email", value: mail },
    ]);
    expect(certificate.getExtension(peculiar.ExtendedKeyUsageExtension)?.usages).toEqual([
      "1.3.6.1.5.5.7.3.4",
    ]);
    expect(certificate.getExtension(peculiar.CertificatePolicyExtension)?.policies).toHaveLength(1);
    expect(certificate.getExtension(peculiar.BasicConstraintsExtension)).toMatchObject({
      ca: false,
      critical: true,
    });
    expect(issuer.getExtension(peculiar.BasicConstraintsExtension)).toMatchObject({
      ca: true,
      pathLength: 0,
    });
  });
});
