import { createHash, X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { answering, buildOcspResponse, hashesOf, type OcspAnswer, ocspError } from "@/server/pki/ocsp.ts";
import { readOcspRequest } from "@/server/pki/ocsp-request.ts";
import { readIssuer } from "@/server/pki/read.ts";
import { run, tool } from "@/tests/support/tools.ts";
import { keyNames, now } from "./hierarchy.ts";
import { answersTo, earlier, later, type Scene, scene } from "./responder.ts";

describe.skipIf(!tool("openssl")).each(keyNames)("answers signed with %s", (key) => {
  let at: Scene;
  beforeAll(async () => {
    at = await scene(key);
  });
  afterAll(() => at.remove());

  /** Asks by openssl for all three, answers, and has openssl judge the answer by what it asked. */
  async function judged(asking: readonly string[], statuses: Parameters<Scene["answer"]>[1]) {
    const certificates = [0, 1, 2].flatMap((n) => ["-cert", `${n}.pem`]);
    at.openssl("ocsp", "-issuer", "issuer.pem", ...asking, ...certificates, "-reqout", "request.der");
    const request = at.read("request.der");
    writeFileSync(join(at.path, "response.der"), await at.answer(request, statuses));
    return at.openssl(
      "ocsp",
      "-reqin",
      "request.der",
      "-respin",
      "response.der",
      "-issuer",
      "issuer.pem",
      ...asking.filter((option) => option.startsWith("-sha")),
      // It would add another one to the request that it has from the file, whose own it then misses.
      "-no_nonce",
      ...certificates,
      "-CAfile",
      "both.pem",
    );
  }

  test.each([[["-sha1"]], [["-sha256"]], [["-sha384"]], [["-sha512"]], [["-no_nonce"]]])(
    "OpenSSL, asking for three at once with %s, hears of each what is so",
    async (asking) => {
      const [, revoked = "", strange = ""] = at.serials;
      const { ok, said } = await judged(asking, {
        [revoked]: { at: earlier, reason: 1 },
        [strange]: "unknown",
      });
      expect(said).toContain("Response verify OK");
      expect(said).not.toContain("WARNING");
      expect(said).toMatch(
        /0\.pem: good\n[\s\S]*1\.pem: revoked\n[\s\S]*Reason: keyCompromise\n[\s\S]*2\.pem: unknown\n/,
      );
      expect(ok).toBe(true);
    },
  );

  it("says when, and no reason where there is none", async () => {
    const [first = ""] = at.serials;
    await judged(["-sha1"], { [first]: { at: new Date("2051-02-03T04:05:06.789Z"), reason: 0 } });
    const { said } = at.openssl("ocsp", "-respin", "response.der", "-resp_text", "-noverify");
    expect(said).toContain("Cert Status: revoked\n    Revocation Time: Feb  3 04:05:06 2051 GMT\n");
    expect(said).not.toContain("Reason");
    expect(said).toContain("OCSP Response Status: successful (0x0)");
    expect(said).toContain("Version: 1 (0x0)");
    expect(said).toMatch(/Responder Id: [0-9A-F]{40}\n/);
    expect(said).toContain("OCSP Nonce:");
  });

  it.skipIf(!tool("ocsptool"))("GnuTLS asks, and verifies the answer against its issuer", async () => {
    const ocsptool = (...args: string[]) => run("ocsptool", args, { cwd: at.path });
    const asking = ["--load-issuer", "issuer.pem", "--load-cert", "1.pem"];
    ocsptool("--generate-request", ...asking, "--outfile", "gnutls.der");
    const request = at.read("gnutls.der");
    const [, serial = ""] = at.serials;
    expect(readOcspRequest(request)).toMatchObject({ certIds: [{ serial, hash: "sha1" }] });
    const answer = await at.answer(request, { [serial]: { at: earlier, reason: 4 } });
    writeFileSync(join(at.path, "answer.der"), answer);
    writeFileSync(join(at.path, "stranger.pem"), new X509Certificate(at.ours.smime.certificate).toString());
    const verify = (trust: string) =>
      ocsptool("--verify-response", "--load-trust", trust, "--load-response", "answer.der").said;
    expect(verify("issuer.pem")).toContain("Verifying OCSP Response: Success.");
    expect(verify("stranger.pem")).toContain("Failure");
    expect(verify("issuer.pem")).toMatch(/Certificate Status: revoked\n\s+Revocation time: /);
  });
});

describe("an answer", () => {
  let at: Scene;
  beforeAll(async () => {
    at = await scene("P-256");
  });
  afterAll(() => at.remove());
  const certId = { encoded: Uint8Array.of(0x30, 0x00) };
  const fine: OcspAnswer = { certId, status: "good", thisUpdate: now, nextUpdate: later };
  const respond = async (answers: readonly OcspAnswer[], nonce: Uint8Array | null = null) =>
    answering(at.responder.certificate, at.responder.signer)({ answers, nonce, producedAt: now });
  const refused = (code: string) => expect.objectContaining({ code });

  it("is not signed in another's name", async () => {
    const other = at.ours.client.certificate;
    const response = { certificate: other, answers: [fine], nonce: null, producedAt: now };
    await expect(async () => buildOcspResponse(response, at.responder.signer)).rejects.toThrow(
      refused("issuer_mismatch"),
    );
  });

  it("has something to say, in order, with dates and reasons that there are", async () => {
    await expect(respond([])).rejects.toThrow(refused("list_malformed"));
    await expect(respond([{ ...fine, nextUpdate: now }])).rejects.toThrow(refused("validity_empty"));
    for (const reason of [7, 8, 11, -1]) {
      const answer: OcspAnswer = { ...fine, status: "revoked", at: now, reason };
      await expect(respond([answer])).rejects.toThrow(refused("reason_malformed"));
    }
    await expect(respond([{ ...fine, status: "revoked", at: new Date(Number.NaN) }])).rejects.toThrow(
      refused("time_malformed"),
    );
    await expect(respond([fine], new Uint8Array(0))).rejects.toThrow(refused("ocsp_malformed"));
    await expect(respond([fine], new Uint8Array(129))).rejects.toThrow(refused("ocsp_malformed"));
  });

  it.skipIf(!tool("openssl"))("may be of a hundred certificates, with the longest nonce", async () => {
    const serials = Array.from({ length: 100 }, (_, n) => ["-serial", `0x40${(n + 1000).toString(16)}`]);
    at.openssl("ocsp", "-issuer", "issuer.pem", ...serials.flat(), "-reqout", "many.der");
    const { certIds } = readOcspRequest(at.read("many.der"));
    expect(certIds).toHaveLength(100);
    const statuses = Object.fromEntries(certIds.map(({ serial }) => [serial, { at: earlier, reason: 4 }]));
    const nonce = new Uint8Array(128).fill(7);
    writeFileSync(join(at.path, "many-answers.der"), await respond(answersTo(certIds, statuses), nonce));
    const { said } = at.openssl("ocsp", "-respin", "many-answers.der", "-CAfile", "both.pem", "-resp_text");
    expect(said).toContain("Response verify OK");
    expect(said.match(/Cert Status: revoked/g)).toHaveLength(100);
    expect(said.replaceAll(/[\s:]/g, "")).toContain(`OCSPNonce048180${"07".repeat(16)}`);
  });

  it.skipIf(!tool("openssl"))("names an issuer by both its hashes as OpenSSL names it", () => {
    for (const hash of ["sha1", "sha256", "sha384", "sha512"] as const) {
      at.openssl("ocsp", "-issuer", "issuer.pem", `-${hash}`, "-cert", "0.pem", "-reqout", "one.der");
      const [asked] = readOcspRequest(at.read("one.der")).certIds;
      const { name, key } = hashesOf(readIssuer(at.ours.client.certificate), hash);
      expect(asked?.hash).toBe(hash);
      expect(Buffer.from(asked?.issuerNameHash ?? []).equals(name)).toBe(true);
      expect(Buffer.from(asked?.issuerKeyHash ?? []).equals(key)).toBe(true);
      expect(key).toHaveLength(createHash(hash).digest().length);
    }
  });

  it.skipIf(!tool("openssl"))("may be an error, which needs no signature", () => {
    for (const [error, said] of [
      ["malformedRequest", "malformedrequest (1)"],
      ["internalError", "internalerror (2)"],
      ["tryLater", "trylater (3)"],
      ["unauthorized", "unauthorized (6)"],
    ] as const) {
      writeFileSync(join(at.path, "error.der"), ocspError(error));
      expect(at.openssl("ocsp", "-respin", "error.der").said).toContain(`Responder Error: ${said}`);
    }
  });
});

describe.skipIf(!tool("openssl"))("the responder's certificate", () => {
  it("signs answers and nothing else, and nobody asks for its own status", async () => {
    const at = await scene("P-256");
    try {
      writeFileSync(join(at.path, "responder.pem"), new X509Certificate(at.responder.certificate).toString());
      const { said } = at.openssl("x509", "-in", "responder.pem", "-noout", "-text");
      expect(said).toMatch(/Key Usage: critical\s+Digital Signature\n/);
      expect(said).toMatch(/Extended Key Usage:\s+OCSP Signing\n/);
      expect(said).toContain("OCSP No Check");
      expect(said).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
      expect(said).not.toMatch(/Authority Information Access|CRL Distribution Points/);
      const verify = ["-x509_strict", "-purpose", "ocsphelper", "-CAfile", "root.pem", "-untrusted"];
      expect(at.openssl("verify", ...verify, "issuer.pem", "responder.pem").said).toBe("responder.pem: OK\n");
    } finally {
      at.remove();
    }
  });
});
