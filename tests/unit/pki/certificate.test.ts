import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import * as peculiar from "@peculiar/x509";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { issueCertificate, issuing } from "@/server/pki/certificate.ts";
import { keyIdentifier } from "@/server/pki/keys.ts";
import { formatName, parseName } from "@/server/pki/name.ts";
import { clientAuthProfile, rootProfile, smimeProfile } from "@/server/pki/profile.ts";
import { readCertificate, readIssuer } from "@/server/pki/read.ts";
import { serialHex } from "@/server/pki/serial.ts";
import { keySigner } from "@/server/pki/signer.ts";
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
import { seeded } from "./random.ts";

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

  it.skipIf(!tool("certutil"))("NSS takes each for its own purpose and no other", () => {
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
      expect(certutil("-A", "-n", name, "-t", trust, "-a", "-i", `${name}.pem`)).toMatchObject({ ok: true });
    }
    const validity = (name: string, usage: string) =>
      certutil("-V", "-e", "-u", usage, "-n", name).said.trim();
    expect(validity("client", "C")).toBe("certutil: certificate is valid");
    expect(validity("smime", "S")).toBe("certutil: certificate is valid");
    expect(validity("smime", "R")).toBe("certutil: certificate is valid");
    expect(validity("client", "S")).not.toContain("is valid");
    expect(validity("smime", "C")).not.toContain("is valid");
  });

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

describe("what a certificate says", () => {
  let ours: Hierarchy;
  beforeAll(async () => {
    ours = await hierarchy("P-256");
  });

  const text = (der: Uint8Array) => {
    const args = ["x509", "-inform", "DER", "-noout", "-text", "-nameopt", "RFC2253,-esc_msb,utf8"];
    return run("openssl", args, { input: der }).said;
  };

  it.skipIf(!tool("openssl"))("of a client: exactly the extensions of its profile", async () => {
    const pair = await newKey("RSA-2048");
    const subject = holder(pair, {
      notBefore: new Date("2026-04-01T00:00:00Z"),
      notAfter: new Date("2030-08-01T00:00:00Z"),
    });
    const authority = ours.client;
    const profile = clientAuthProfile({
      publication: { ...publicationOf("client"), ocspUrl: "http://portal.example.ac.jp/ocsp" },
      policy,
    });
    const { notBefore: _, ...issuer } = readIssuer(authority.certificate);
    const said = text(await issueCertificate({ ...subject, profile, issuer }, authority.signer));
    expect(said).toContain("Version: 3 (0x2)");
    expect(said).toContain("Signature Algorithm: ecdsa-with-SHA256");
    expect(said).toContain("Issuer: CN=Demo Client CA,O=Demo Federation,C=JP");
    expect(said).toContain("Subject: CN=国立 花子,OU=No 11,O=Demo University A,L=Academe,C=JP");
    expect(said).toContain("Not Before: Apr  1 00:00:00 2026 GMT");
    expect(said).toContain("Not After : Aug  1 00:00:00 2030 GMT");
    expect(extensionsIn(said)).toEqual({
      "X509v3 Authority Key Identifier": colons(keyIdentifier(ours.client.signer.publicKey)),
      "X509v3 Key Usage: critical": "Digital Signature, Key Encipherment",
      "X509v3 Basic Constraints: critical": "CA:FALSE",
      "X509v3 Extended Key Usage": "TLS Web Client Authentication",
      "X509v3 Certificate Policies": `Policy: ${policy}`,
      "X509v3 CRL Distribution Points": "Full Name: URI:http://portal.example.ac.jp/pki/client.crl",
      "Authority Information Access":
        "OCSP - URI:http://portal.example.ac.jp/ocsp CA Issuers - URI:http://portal.example.ac.jp/pki/client.cer",
      "X509v3 Subject Key Identifier": colons(keyIdentifier(pair.publicKey)),
    });
  });

  it.skipIf(!tool("openssl"))("of an issuing CA and of the root", () => {
    expect(extensionsIn(text(ours.smime.certificate))).toMatchObject({
      "X509v3 Basic Constraints: critical": "CA:TRUE, pathlen:0",
      "X509v3 Key Usage: critical": "Certificate Sign, CRL Sign",
      "X509v3 Extended Key Usage": "E-mail Protection",
      "X509v3 Certificate Policies": "Policy: X509v3 Any Policy",
      "X509v3 CRL Distribution Points": "Full Name: URI:http://portal.example.ac.jp/pki/root.crl",
      "Authority Information Access": "CA Issuers - URI:http://portal.example.ac.jp/pki/root.cer",
    });
    const own = colons(keyIdentifier(ours.root.signer.publicKey));
    expect(extensionsIn(text(ours.root.certificate))).toEqual({
      "X509v3 Basic Constraints: critical": "CA:TRUE",
      "X509v3 Key Usage: critical": "Certificate Sign, CRL Sign",
      "X509v3 Authority Key Identifier": own,
      "X509v3 Subject Key Identifier": own,
    });
  });

  it.skipIf(!tool("openssl"))("an elliptic key is not said to encipher keys", async () => {
    const pair = await newKey("P-384");
    expect(extensionsIn(text(await issue(ours.client, profiles.client, holder(pair))))).toMatchObject({
      "X509v3 Key Usage: critical": "Digital Signature",
    });
    expect(extensionsIn(text(await issue(ours.smime, profiles.smime, holder(pair, { mail }))))).toMatchObject(
      {
        "X509v3 Key Usage: critical": "Digital Signature, Key Agreement",
        "X509v3 Subject Alternative Name": "email:hanako@example.ac.jp",
      },
    );
  });

  it.skipIf(!tool("openssl"))("a user principal name and a mailbox in UTF-8 are other names", async () => {
    const pair = await newKey("P-256");
    const der = await issue(
      ours.client,
      profiles.client,
      holder(pair, { mail: "花子@example.ac.jp", userPrincipalName: "花子@example.ac.jp" }),
    );
    const ids = run("openssl", ["asn1parse", "-inform", "DER", "-strparse", String(sanOffset(der))], {
      input: der,
    }).said;
    expect(ids).toMatch(/:1\.3\.6\.1\.5\.5\.7\.8\.9|:Smtp UTF8 Mailbox/);
    expect(ids).toMatch(/:Microsoft User Principal Name|:msUPN/i);
    expect(ids.match(/UTF8STRING\s+:花子@example\.ac\.jp/g)).toHaveLength(2);
  });

  it("is read back as it was meant, whoever the holder is", async () => {
    const random = seeded(11);
    const pair = await newKey("P-256");
    const make = issuing(profiles.client, readIssuer(ours.client.certificate), ours.client.signer);
    for (let round = 0; round < 60; round++) {
      const serial = random.octets(1 + random.below(20));
      serial[0] = 1 + random.below(0x7f);
      const value = Array.from({ length: 1 + random.below(64) }, () =>
        random.pick([...'aé花𠮷 0,+"\\<>;#=-']),
      ).join("");
      const seconds = random.below(86_400 * 1000);
      const notBefore = new Date(Math.floor(now.getTime() / 1000) * 1000 + seconds * 1000);
      const notAfter = new Date(notBefore.getTime() + random.below(86_400 * 1000) * 1000);
      const subject = parseName(`OU=No ${round},C=JP`).toSpliced(0, 0, { type: "CN", value });
      const der = await make({ subject, publicKey: pair.publicKey, serial, notBefore, notAfter });
      const read = readCertificate(der);
      expect(read).toMatchObject({ serial: serialHex(serial), subject, notBefore, notAfter });
      expect(read.publicKey.equals(pair.publicKey)).toBe(true);
      expect(formatName(read.issuer)).toBe("CN=Demo Client CA,O=Demo Federation,C=JP");
    }
  });

  it("keeps its dates over the year 2050", async () => {
    const pair = await newKey("P-256");
    for (const notAfter of ["2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z", "9999-12-31T23:59:59Z"].map(
      (date) => new Date(date),
    )) {
      const template = { ...holder(pair), notAfter, profile: rootProfile, issuer: "self" as const };
      const der = await issueCertificate(template, keySigner(pair.privateKey));
      expect(readCertificate(der).notAfter).toEqual(notAfter);
    }
  });
});

describe("what is not certified", () => {
  let ours: Hierarchy;
  let pair: Awaited<ReturnType<typeof newKey>>;
  beforeAll(async () => {
    ours = await hierarchy("P-256");
    pair = await newKey("P-256");
  });

  const refused = (code: string) => expect.objectContaining({ name: "PkiError", code });

  it("a validity beyond the issuer's, at either end", async () => {
    const { notAfter } = readIssuer(ours.client.certificate);
    const late = holder(pair, { notAfter: new Date(notAfter.getTime() + 1000) });
    const early = holder(pair, { notBefore: new Date(now.getTime() - 5000) });
    await expect(issue(ours.client, profiles.client, late)).rejects.toThrow(
      refused("validity_outside_issuer"),
    );
    await expect(issue(ours.client, profiles.client, early)).rejects.toThrow(
      refused("validity_outside_issuer"),
    );
    await expect(issue(ours.client, profiles.client, holder(pair, { notAfter }))).resolves.toBeInstanceOf(
      Uint8Array,
    );
  });

  it("a validity that ends before it begins", async () => {
    const backwards = holder(pair, { notAfter: new Date(now.getTime() - 1000) });
    await expect(issue(ours.client, profiles.client, backwards)).rejects.toThrow(refused("validity_empty"));
  });

  it("anything with another's key", async () => {
    const foreign = { certificate: ours.client.certificate, signer: keySigner(pair.privateKey) };
    await expect(issue(foreign, profiles.client, holder(pair))).rejects.toThrow(refused("issuer_mismatch"));
    const template = { ...holder(pair), profile: rootProfile, issuer: "self" as const };
    await expect(issueCertificate(template, ours.root.signer)).rejects.toThrow(refused("issuer_mismatch"));
  });

  it("mail without a mailbox", async () => {
    await expect(issue(ours.smime, profiles.smime, holder(pair))).rejects.toThrow(refused("mail_missing"));
  });

  test.each([
    ["hanako@例え.jp", "mail_not_ascii"],
    ["花子@大学.jp", "mail_not_ascii"],
    ["hanako", "mail_malformed"],
    ["@example.ac.jp", "mail_malformed"],
    ["hanako@", "mail_malformed"],
    ["hanako@localhost", "mail_malformed"],
    ["a@b@example.ac.jp", "mail_malformed"],
    ["hana ko@example.ac.jp", "mail_malformed"],
    ["hanako@example.ac.jp\n", "mail_malformed"],
    ["hanako@example.ac.jp\0.example", "mail_malformed"],
    ["花 子@example.ac.jp", "mail_malformed"],
    ["か\u3099@example.ac.jp", "mail_malformed"],
    [".hanako@example.ac.jp", "mail_malformed"],
    [`${"a".repeat(65)}@example.ac.jp`, "mail_malformed"],
    ["hanako@-example.ac.jp", "mail_malformed"],
  ])("the mailbox %j", async (address, code) => {
    const subject = holder(pair, { mail: address });
    await expect(issue(ours.smime, profiles.smime, subject)).rejects.toThrow(refused(code));
  });

  test.each(["hanako+list@example.ac.jp", "o'hara@xn--r8jz45g.jp", "a.b.c@a-b.example"])(
    "but %s is",
    async (address) => {
      const der = await issue(ours.smime, profiles.smime, holder(pair, { mail: address }));
      expect(new X509Certificate(der).subjectAltName?.replaceAll('"', "")).toBe(`email:${address}`);
    },
  );

  test.each([
    "",
    "portal/ca.crl",
    "ftp://a.example/",
    "http://大学.example/",
    "http://a.example/ b",
    "http://",
  ])("nor may a profile point to %j", (crlUrl) => {
    const make = () => smimeProfile({ publication: { ...publicationOf("smime"), crlUrl }, policy });
    expect(make).toThrow(refused("url_malformed"));
  });
});

function colons(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex").toUpperCase().match(/../g)?.join(":") ?? "";
}

/** The extensions in OpenSSL's words: heading and content, spaces as one. */
function extensionsIn(said: string): Record<string, string> {
  const [, block = ""] = /X509v3 extensions:\n([\s\S]*?)\n {4}Signature Algorithm/.exec(said) ?? [];
  const found: Record<string, string> = {};
  let heading = "";
  for (const line of block.split("\n")) {
    if (/^ {12}\S/.test(line)) {
      heading = line.trim().replace(/: *$/, "");
      found[heading] = "";
    } else {
      found[heading] = `${found[heading]} ${line.trim()}`.trim();
    }
  }
  return found;
}

/** Where the OCTET STRING of subjectAltName begins. */
function sanOffset(der: Uint8Array): number {
  return Buffer.from(der).indexOf(Buffer.from("0603551d11", "hex")) + 5;
}
