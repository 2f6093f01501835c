import "reflect-metadata";
import * as peculiar from "@peculiar/x509";
import { afterEach, beforeAll, describe, expect, it, test } from "vitest";
import { buildCrl, type RevokedCertificate } from "@/server/pki/crl.ts";
import { keyIdentifier } from "@/server/pki/keys.ts";
import { readIssuer } from "@/server/pki/read.ts";
import { newSerial, serialHex } from "@/server/pki/serial.ts";
import { run, tool } from "@/tests/support/tools.ts";
import {
  crlOf,
  folder,
  type Hierarchy,
  hierarchy,
  holder,
  issue,
  newKey,
  now,
  profiles,
  publicationOf,
} from "./hierarchy.ts";
import { seeded } from "./random.ts";

peculiar.cryptoProvider.set(globalThis.crypto);

let ours: Hierarchy;
beforeAll(async () => {
  ours = await hierarchy("RSA-2048");
});

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const remove of cleanUp.splice(0)) remove();
});

const url = publicationOf("client").crlUrl;

const text = (der: Uint8Array) =>
  run("openssl", ["crl", "-inform", "DER", "-noout", "-text", "-nameopt", "RFC2253"], { input: der }).said;

describe.skipIf(!tool("openssl"))("a revocation list, as OpenSSL sees it,", () => {
  async function verify(crl: Uint8Array, serial: Uint8Array) {
    const certificate = await issue(ours.client, profiles.client, holder(await newKey("P-256"), { serial }));
    const place = folder({
      "root.pem": ours.root.certificate,
      "issuing.pem": ours.client.certificate,
      "client.crl.pem": crl,
      "client.pem": certificate,
    });
    cleanUp.push(place.remove);
    const args = [
      "-x509_strict",
      "-crl_check",
      "-CRLfile",
      "client.crl.pem",
      "-CAfile",
      "root.pem",
      "-untrusted",
      "issuing.pem",
    ];
    return run("openssl", ["verify", ...args, "client.pem"], { cwd: place.path });
  }

  test.each([undefined, url])(
    "lets a certificate pass that is not on it (distribution point %s)",
    async (at) => {
      const others = Array.from({ length: 3 }, () => ({
        serial: serialHex(newSerial()),
        at: now,
        reason: 4,
      }));
      const crl = await crlOf(ours.client, others, at === undefined ? {} : { url: at });
      expect(await verify(crl, newSerial())).toEqual({ ok: true, said: "client.pem: OK\n" });
    },
  );

  test.each([undefined, 0, 1, 3, 4, 5])("stops one that is on it (reason %s)", async (reason) => {
    const serial = newSerial();
    const entry: RevokedCertificate = {
      serial: serialHex(serial),
      at: now,
      ...(reason === undefined ? {} : { reason }),
    };
    const crl = await crlOf(ours.client, [entry], { url });
    expect(await verify(crl, serial)).toMatchObject({
      ok: false,
      said: expect.stringContaining("certificate revoked"),
    });
  });

  it("does not speak for certificates that name another distribution point", async () => {
    const crl = await crlOf(ours.client, [], { url: publicationOf("smime").crlUrl });
    expect(await verify(crl, newSerial())).toMatchObject({
      ok: false,
      said: expect.stringContaining("scope"),
    });
  });

  it("does not speak for another issuer's certificates", async () => {
    const crl = await crlOf(ours.smime, []);
    expect(await verify(crl, newSerial())).toMatchObject({ ok: false });
  });

  it("has its number, its issuer's key, and a reason only where there is one", async () => {
    const number = 2n ** 100n + 1n;
    const said = text(
      await crlOf(
        ours.client,
        [
          { serial: "0a", at: new Date("2026-04-01T01:02:03Z"), reason: 1 },
          { serial: "ff01", at: new Date("2050-04-01T01:02:03Z"), reason: 0 },
          { serial: "0b", at: new Date("2026-04-01T01:02:03Z") },
        ],
        { number, url },
      ),
    );
    expect(said).toContain("Version 2 (0x1)");
    expect(said).toContain("Issuer: CN=Demo Client CA,O=Demo Federation,C=JP");
    expect(said).toMatch(/CRL Number:\s+1267650600228229401496703205377\n/);
    const identifier = Buffer.from(keyIdentifier(ours.client.signer.publicKey)).toString("hex");
    expect(said.replaceAll(":", "").toLowerCase()).toContain(identifier);
    expect(said).toMatch(
      /Issuing Distribution Point: critical\s+Full Name:\s+URI:http:\/\/portal\.example\.ac\.jp\/pki\/client\.crl/,
    );
    expect(said).toMatch(
      /Serial Number: 0A\s+Revocation Date: Apr {2}1 01:02:03 2026 GMT\s+CRL entry extensions:\s+X509v3 CRL Reason Code:\s+Key Compromise/,
    );
    expect(said).toMatch(
      /Serial Number: FF01\s+Revocation Date: Apr {2}1 01:02:03 2050 GMT\s+Serial Number: 0B/,
    );
    expect(said.match(/Reason Code/g)).toHaveLength(1);
  });

  it("has no list at all where nothing is revoked", async () => {
    const said = text(await crlOf(ours.client, []));
    expect(said).toContain("No Revoked Certificates.");
    expect(said).not.toContain("Issuing Distribution Point");
  });
});

it("a list without entries goes on from its dates to its extensions", async () => {
  const hex = Buffer.from(await crlOf(ours.client, [])).toString("hex");
  expect(hex).toMatch(/170d(3\d){12}5a170d(3\d){12}5aa0/);
});

it.skipIf(!tool("certtool"))("GnuTLS verifies it against its issuer, and not against another", async () => {
  const crl = await crlOf(ours.client, [{ serial: "0a", at: now, reason: 1 }]);
  const place = folder({
    "client.pem": ours.client.certificate,
    "smime.pem": ours.smime.certificate,
    "list.crl.pem": crl,
  });
  cleanUp.push(place.remove);
  const verify = (issuer: string) =>
    run("certtool", ["--verify-crl", "--load-ca-certificate", issuer, "--infile", "list.crl.pem"], {
      cwd: place.path,
    });
  expect(verify("client.pem")).toMatchObject({ ok: true, said: expect.stringContaining("Verified.") });
  expect(verify("smime.pem").said).toContain("Not verified");
});

it("a second implementation reads every entry of a long list and verifies it", async () => {
  const random = seeded(5);
  const reasons = [undefined, 0, 1, 2, 3, 4, 5, 6, 9, 10];
  const entries = Array.from({ length: 300 }, () => {
    const reason = random.pick(reasons);
    const serial = random.octets(1 + random.below(19));
    serial[0] = 1 + random.below(255);
    const at = new Date(1_000 * Math.floor(now.getTime() / 1000 - random.below(10 ** 9)));
    return { serial: serialHex(serial), at, ...(reason === undefined ? {} : { reason }) };
  });
  const crl = new peculiar.X509Crl(Uint8Array.from(await crlOf(ours.client, entries)).buffer);
  const read = crl.entries.map(({ serialNumber, revocationDate, reason }) => ({
    serial: BigInt(`0x${serialNumber}`),
    at: revocationDate,
    reason: reason ?? 0,
  }));
  expect(read).toEqual(
    entries.map(({ serial, at, reason = 0 }) => ({ serial: BigInt(`0x${serial}`), at, reason })),
  );
  const issuer = new peculiar.X509Certificate(Uint8Array.from(ours.client.certificate).buffer);
  expect(await crl.verify({ publicKey: issuer.publicKey })).toBe(true);
});

describe("what no list carries", () => {
  const entry = { serial: "0a", at: now };
  test.each<[string, Partial<RevokedCertificate>, string]>([
    ["a serial with half an octet", { serial: "0ab" }, "serial_malformed"],
    ["no serial", { serial: "" }, "serial_malformed"],
    ["a serial in other digits", { serial: "0g" }, "serial_malformed"],
    ["the serial 0", { serial: "00" }, "serial_malformed"],
    ["a serial of 21 octets", { serial: "01".repeat(21) }, "serial_malformed"],
    ["the reason 7, which is not used", { reason: 7 }, "reason_malformed"],
    ["removal from the list", { reason: 8 }, "reason_malformed"],
    ["a reason that is none", { reason: 11 }, "reason_malformed"],
    ["no date", { at: new Date(Number.NaN) }, "time_malformed"],
  ])("%s", async (_, part, code) => {
    await expect(crlOf(ours.client, [{ ...entry, ...part }])).rejects.toThrow(
      expect.objectContaining({ code }),
    );
  });

  it("a successor that does not come after it", async () => {
    const { name, keyIdentifier } = readIssuer(ours.client.certificate);
    const list = { issuerName: name, authorityKeyIdentifier: keyIdentifier, number: 1, entries: [] };
    await expect(buildCrl({ ...list, thisUpdate: now, nextUpdate: now }, ours.client.signer)).rejects.toThrow(
      expect.objectContaining({ code: "validity_empty" }),
    );
  });
});
