import { X509Certificate } from "node:crypto";
import { describe, expect, it, test } from "vitest";
import { issueCertificate } from "@/server/pki/certificate.ts";
import { keyIdentifier } from "@/server/pki/keys.ts";
import type { Name } from "@/server/pki/name.ts";
import { rootProfile } from "@/server/pki/profile.ts";
import { readCertificate, readIssuer } from "@/server/pki/read.ts";
import { newSerial, serialHex } from "@/server/pki/serial.ts";
import { keySigner } from "@/server/pki/signer.ts";
import { run, tool } from "@/tests/support/tools.ts";
import { hierarchy, newKey, now } from "./hierarchy.ts";
import { seeded } from "./random.ts";

it("a CA is read from its certificate as it signs", async () => {
  const ours = await hierarchy("P-256");
  const issuer = readIssuer(ours.smime.certificate);
  const { publicKey } = ours.smime.signer;
  expect(issuer.name).toEqual([
    { type: "CN", value: "Demo S/MIME CA 花" },
    { type: "O", value: "Demo Federation" },
    { type: "C", value: "JP" },
  ]);
  expect(Buffer.from(issuer.keyIdentifier)).toEqual(Buffer.from(keyIdentifier(publicKey)));
  expect(issuer.publicKey.equals(publicKey)).toBe(true);
  expect(serialHex(Buffer.from(new X509Certificate(ours.smime.certificate).serialNumber, "hex"))).toBe(
    readCertificate(ours.smime.certificate).serial,
  );
});

it("names with anything in them are read as they were written", async () => {
  const random = seeded(7);
  const pair = await newKey("P-256");
  const signer = keySigner(pair.privateKey);
  const alphabet = [
    '"',
    "\\",
    "+",
    ",",
    ";",
    "<",
    ">",
    "#",
    "=",
    " ",
    "/",
    "花",
    "é",
    "𠮷",
    "a",
    "CN=",
    "\\n",
    "\\0A",
  ];
  for (let round = 0; round < 60; round++) {
    const value = Array.from({ length: 1 + random.below(12) }, () => random.pick(alphabet)).join("");
    const subject: Name = [
      { type: "CN", value },
      { type: "OU", value: `${value}1` },
      { type: "OU", value: `2${value}` },
    ];
    const dates = { notBefore: now, notAfter: new Date(now.getTime() + 1000) };
    const template = { subject, publicKey: pair.publicKey, serial: newSerial(), ...dates };
    const der = await issueCertificate({ ...template, profile: rootProfile, issuer: "self" }, signer);
    expect(readCertificate(der).subject).toEqual(subject);
  }
});

describe("what cannot be read is refused", () => {
  test.each([
    ["nothing", new Uint8Array(0)],
    ["noise", seeded(3).octets(800)],
    ["an empty sequence", Uint8Array.of(0x30, 0)],
  ])("%s", (_, der) => {
    expect(() => readCertificate(der)).toThrow(expect.objectContaining({ code: "certificate_unreadable" }));
  });

  it("a certificate cut off anywhere", async () => {
    const { root } = await hierarchy("P-256");
    for (let length = 0; length < root.certificate.length; length += 7) {
      expect(() => readCertificate(root.certificate.subarray(0, length))).toThrow(
        expect.objectContaining({ code: "certificate_unreadable" }),
      );
    }
  });

  test
    .skipIf(!tool("openssl"))
    .each(["/UID=hanako", "/CN=a+OU=b/O=x", "/CN=a/emailAddress=hanako@example.ac.jp"])(
    "a stranger's name we could not write: %s",
    (subject) => {
      const args = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-noenc",
        "-keyout",
        "/dev/null",
      ];
      const { said } = run("openssl", [...args, "-subj", subject, "-multivalue-rdn"]);
      const pem = said.slice(said.indexOf("-----BEGIN CERTIFICATE"));
      const der = new X509Certificate(pem).raw;
      expect(() => readCertificate(der)).toThrow(expect.objectContaining({ code: "certificate_unreadable" }));
    },
  );
});
