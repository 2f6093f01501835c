/** What a portal reads of a root elsewhere, and a root of a portal: whole, and however it was spoiled. */
import { beforeAll, describe, expect, test } from "vitest";
import { issueCertificate } from "@/server/pki/certificate.ts";
import { buildCrl } from "@/server/pki/crl.ts";
import { sequence, setOf } from "@/server/pki/der.ts";
import { DerReader } from "@/server/pki/der-reader.ts";
import { PkiError } from "@/server/pki/errors.ts";
import { generateEcKey, keyIdentifier, spki } from "@/server/pki/keys.ts";
import { encodeName, formatName, parseName } from "@/server/pki/name.ts";
import { toPem } from "@/server/pki/pem.ts";
import { issuingCaProfile, rootProfile } from "@/server/pki/profile.ts";
import { readIssuer } from "@/server/pki/read.ts";
import { readCaRequest } from "@/server/pki/read-ca-request.ts";
import { readCrl } from "@/server/pki/read-crl.ts";
import { readExtensions, readParts } from "@/server/pki/read-extensions.ts";
import { readName } from "@/server/pki/read-name.ts";
import { buildRequest } from "@/server/pki/request.ts";
import { newSerial } from "@/server/pki/serial.ts";
import { keySigner } from "@/server/pki/signer.ts";
import { seeded } from "./random.ts";

const subject = parseName("CN=Root CA G1,OU=情報基盤,O=国立例大学,L=Academe,ST=東京,C=JP");
const publication = {
  caIssuersUrl: "http://ca.example.ac.jp/r.cer",
  crlUrl: "http://ca.example.ac.jp/r.crl",
};
const profile = issuingCaProfile({ extendedKeyUsage: ["emailProtection"], publication });
const [thisUpdate, nextUpdate] = [new Date("2026-11-22T00:00:00Z"), new Date("2027-11-22T00:00:00Z")];

const { publicKey, privateKey } = await generateEcKey("P-256");
const signer = keySigner(privateKey);
let root: Uint8Array;
let certificate: Uint8Array;
let request: Uint8Array;
let list: Uint8Array;

beforeAll(async () => {
  const common = { publicKey, notBefore: thisUpdate, notAfter: nextUpdate, subject };
  root = await issueCertificate(
    { ...common, serial: newSerial(), profile: rootProfile, issuer: "self" },
    signer,
  );
  const issuer = readIssuer(root);
  certificate = await issueCertificate({ ...common, serial: newSerial(), profile, issuer }, signer);
  request = await buildRequest({
    spki: spki(publicKey),
    subject,
    signatureAlgorithm: signer.algorithm,
    sign: signer.sign,
    extensions: profile.extensions.ec,
  });
  list = await buildCrl(
    {
      issuerName: subject,
      authorityKeyIdentifier: issuer.keyIdentifier,
      number: 7,
      thisUpdate,
      nextUpdate,
      entries: [
        { serial: "8a02", at: thisUpdate, reason: 2 },
        { serial: "03", at: thisUpdate },
      ],
    },
    signer,
  );
});

const asked = {
  basicConstraints: { isCa: true, pathLength: 0 },
  keyUsage: [5, 6],
  extendedKeyUsage: ["1.3.6.1.5.5.7.3.4"],
  policies: ["2.5.29.32.0"],
  crlUrls: [publication.crlUrl],
  caIssuersUrls: [publication.caIssuersUrl],
  ocspUrls: [],
  otherCritical: [],
};

describe("what was written is read", () => {
  test("the extensions of a certificate and the names in it", () => {
    const parts = readParts(certificate);
    expect(parts.extensions).toMatchObject(asked);
    expect(Buffer.from(parts.extensions.subjectKeyIdentifier ?? [])).toEqual(
      Buffer.from(keyIdentifier(publicKey)),
    );
    expect(Buffer.from(parts.issuer)).toEqual(Buffer.from(encodeName(subject)));
    expect(formatName(readName(parts.subject))).toBe(formatName(subject));
    expect(readParts(root).extensions).toMatchObject({
      basicConstraints: { isCa: true, pathLength: null },
      crlUrls: [],
    });
  });

  test("those that a request asks for, in DER and PEM", async () => {
    for (const file of [request, Buffer.from(toPem(request, "CERTIFICATE REQUEST"))]) {
      const read = await readCaRequest(file);
      expect(read.extensions).toMatchObject(asked);
      expect(read.publicKey.equals(publicKey)).toBe(true);
      expect(formatName(readName(read.subject))).toBe(formatName(subject));
    }
  });

  test("a list, and whose signature it has", async () => {
    const read = readCrl(list);
    expect(read).toMatchObject({
      number: 7n,
      thisUpdate,
      nextUpdate,
      isPartial: false,
      entries: [
        { serial: "8a02", at: thisUpdate, reason: 2 },
        { serial: "03", at: thisUpdate, reason: 0 },
      ],
    });
    expect(read.isSignedBy(publicKey)).toBe(true);
    expect(read.isSignedBy((await generateEcKey("P-256")).publicKey)).toBe(false);
  });

  test("an extension that is there twice is none", () => {
    const [one = new Uint8Array()] = profile.extensions.ec;
    const twice = DerReader.of(sequence(one, one));
    expect(() => readExtensions(twice)).toThrow(PkiError);
  });

  test("a name with what is not known here is refused", () => {
    const domainComponent = Buffer.from("060a0992268993f22c6401191603616263", "hex");
    const name = sequence(setOf(sequence(domainComponent)));
    expect(() => readName(name)).toThrow(PkiError);
  });
});

test("however octets are changed, cut or added, a reader reads or says that it cannot", async () => {
  const readers = [
    [() => certificate, readParts],
    [() => request, readCaRequest],
    [() => list, readCrl],
    [() => encodeName(subject), readName],
  ] as const;
  const random = seeded(4);
  let refused = 0;
  for (const [made, read] of readers) {
    const whole = made();
    for (let n = 0; n < 1500; n++) {
      const spoiled = Buffer.from(whole);
      spoiled[random.below(spoiled.length)] = random.below(256);
      const cut = random.below(4) === 0 ? spoiled.subarray(0, random.below(spoiled.length)) : spoiled;
      try {
        await read(cut);
      } catch (error) {
        if (!(error instanceof PkiError)) throw error;
        refused += 1;
      }
    }
  }
  expect(refused).toBeGreaterThan(3000);
});
