import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type PeerCertificate, type TLSSocket } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { issueCertificate } from "@/server/pki/certificate.ts";
import { nodeSuite } from "@/server/pki/node-suite.ts";
import { toPem } from "@/server/pki/pem.ts";
import { buildPkcs12 } from "@/server/pki/pkcs12.ts";
import { rootProfile } from "@/server/pki/profile.ts";
import { keySigner } from "@/server/pki/signer.ts";
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
  pkcs8Of,
  profiles,
} from "./hierarchy.ts";

const password = "Xk7Rm2Tq9WbN4vHs";
const mail = "hanako@example.ac.jp";

let ours: Hierarchy;
beforeAll(async () => {
  ours = await hierarchy("RSA-2048");
});

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const undo of cleanUp.splice(0)) undo();
});

async function fileOf(kind: "client" | "smime", encryption: "modern" | "compatible") {
  const pair = await newKey("RSA-2048");
  const certificate = await issue(ours[kind], profiles[kind], holder(pair, kind === "smime" ? { mail } : {}));
  const chain = [ours[kind].certificate, ours.root.certificate];
  const content = { pkcs8: pkcs8Of(pair), certificate, chain, friendlyName: "花子" };
  const file = await buildPkcs12({ ...content, password, encryption }, nodeSuite);
  return { pair, certificate, file };
}

describe("a server that asks for a client certificate", () => {
  const pem = (der: Uint8Array, label = "CERTIFICATE") => toPem(der, label);

  /** Knocks with a .p12 and gives what the server saw, or why it hung up. */
  async function login(pfx: Uint8Array, crls: readonly Uint8Array[]): Promise<PeerCertificate | string> {
    const own = await newKey("P-256");
    const template = { ...holder(own), profile: rootProfile, issuer: "self" as const };
    const certificate = pem(await issueCertificate(template, keySigner(own.privateKey)));
    const server = createServer({
      key: own.privateKey.export({ type: "pkcs8", format: "pem" }),
      cert: certificate,
      ca: pem(ours.root.certificate),
      crl: crls.map((crl) => pem(crl, "X509 CRL")),
      requestCert: true,
      // It decides by what it is told, so that the reason is seen here.
      rejectUnauthorized: false,
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanUp.push(() => server.close());
    const seen = new Promise<PeerCertificate | string>((resolve) => {
      server.once("secureConnection", (socket: TLSSocket) => {
        resolve(socket.authorized ? socket.getPeerCertificate() : String(socket.authorizationError));
        socket.destroy();
      });
      server.once("tlsClientError", (error) => resolve(error.message));
    });
    const { port } = server.address() as AddressInfo;
    const client = connect({
      port,
      host: "127.0.0.1",
      pfx: Buffer.from(pfx),
      passphrase: password,
      rejectUnauthorized: false,
    });
    client.on("error", () => {});
    cleanUp.push(() => client.destroy());
    return seen;
  }

  it.each(["modern", "compatible"] as const)(
    "lets the holder of a %s file in and knows the name",
    async (encryption) => {
      const { file } = await fileOf("client", encryption);
      const lists = [await crlOf(ours.root, []), await crlOf(ours.client, [])];
      expect(await login(file, lists)).toMatchObject({ subject: { CN: "国立 花子", OU: "No 11", C: "JP" } });
    },
  );

  it("turns away a certificate that was revoked", async () => {
    const serial = Buffer.from("4f".repeat(16), "hex");
    const pair = await newKey("P-256");
    const certificate = await issue(ours.client, profiles.client, holder(pair, { serial }));
    const chain = [ours.client.certificate];
    const content = { pkcs8: pkcs8Of(pair), certificate, chain, friendlyName: "花子" };
    const file = await buildPkcs12({ ...content, password, encryption: "modern" }, nodeSuite);
    const revoked = await crlOf(ours.client, [{ serial: "4f".repeat(16), at: now, reason: 1 }]);
    expect(await login(file, [await crlOf(ours.root, []), revoked])).toBe("CERT_REVOKED");
  });

  it("turns away a certificate for mail", async () => {
    const { file } = await fileOf("smime", "modern");
    expect(await login(file, [await crlOf(ours.root, []), await crlOf(ours.smime, [])])).toBe(
      "INVALID_PURPOSE",
    );
  });
});

it.skipIf(!tool("openssl"))(
  "mail is signed, verified, encrypted and read with a certificate for mail",
  async () => {
    const { pair, certificate } = await fileOf("smime", "modern");
    const { path: cwd, remove } = folder({
      "root.pem": ours.root.certificate,
      "issuing.pem": ours.smime.certificate,
      "hanako.pem": certificate,
      "hanako.key": pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
      "mail.txt": "こんにちは\n",
    });
    cleanUp.push(remove);
    const cms = (...args: string[]) => run("openssl", ["cms", ...args], { cwd });
    const signing = ["-signer", "hanako.pem", "-inkey", "hanako.key", "-certfile", "issuing.pem"];
    expect(cms("-sign", "-in", "mail.txt", ...signing, "-out", "signed.eml").ok).toBe(true);
    const verified = cms(
      "-verify",
      "-in",
      "signed.eml",
      "-CAfile",
      "root.pem",
      "-purpose",
      "smimesign",
      "-x509_strict",
    );
    expect(verified.said).toContain("Verification successful");
    expect(verified.said).toContain("こんにちは");
    expect(
      cms("-encrypt", "-aes256", "-in", "mail.txt", "-binary", "-out", "sealed.eml", "hanako.pem").ok,
    ).toBe(true);
    const opened = cms("-decrypt", "-in", "sealed.eml", "-recip", "hanako.pem", "-inkey", "hanako.key");
    expect(opened).toEqual({ ok: true, said: "こんにちは\n" });
  },
);
