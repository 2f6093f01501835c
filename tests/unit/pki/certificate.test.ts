import { beforeAll, describe, expect, it } from "vitest";
import { issueCertificate, issuing } from "@/server/pki/certificate.ts";
import { keyIdentifier } from "@/server/pki/keys.ts";
import { formatName, parseName } from "@/server/pki/name.ts";
import { clientAuthProfile, rootProfile } from "@/server/pki/profile.ts";
import { readCertificate, readIssuer } from "@/server/pki/read.ts";
import { serialHex } from "@/server/pki/serial.ts";
import { keySigner } from "@/server/pki/signer.ts";
import { run, tool } from "@/tests/support/tools.ts";
import {
  type Hierarchy,
  hierarchy,
  holder,
  issue,
  newKey,
  now,
  policy,
  profiles,
  publicationOf,
} from "./hierarchy.ts";
import { seeded } from "./random.ts";

const mail = "hanako@example.ac.jp";

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
