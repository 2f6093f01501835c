/** The CA's public door on a server of Node's and as a route handler would call it; and OpenSSL as who asks. */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { LocalCa } from "@/server/ca/local/local-ca.ts";
import type { Office } from "./office.ts";
import { issuerCertificate } from "./office.ts";
import { openssl, pem, put } from "./openssl.ts";

export type Said = { status: number; headers: Headers; body: Buffer };

/** A server that answers what is not the door's with 418. */
export async function openDoor(ca: LocalCa) {
  const server = createServer((request, response) => {
    if (!ca.answerAhead(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** Octets as they are, and all that comes until the connection ends. */
    raw: (octets: string | Uint8Array) =>
      new Promise<string>((done, fail) => {
        const socket = connect(port, "127.0.0.1", () => socket.write(octets));
        const parts: Buffer[] = [];
        socket.on("data", (part: Buffer) => parts.push(part));
        socket.on("error", fail);
        socket.on("close", () => done(Buffer.concat(parts).toString("latin1")));
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** An OCSP request as OpenSSL writes it, for certificates of one issuer, or for each of several issuers. */
export async function questionFor(
  office: Office,
  serials: readonly string[],
  {
    issuer = "client",
    hash = "sha1",
    nonce = false,
  }: { issuer?: string | string[]; hash?: string; nonce?: boolean } = {},
): Promise<Buffer> {
  const asked: string[] = [];
  for (const id of [issuer].flat()) {
    asked.push("-issuer", put(pem(await issuerCertificate(office.db, id))));
    asked.push(...serials.flatMap((serial) => ["-serial", `0x${serial}`]));
  }
  const out = put("");
  const { ok, said } = openssl("ocsp", `-${hash}`, ...asked, nonce ? "-nonce" : "-no_nonce", "-reqout", out);
  if (!ok) throw new Error(said);
  return readFileSync(out);
}

/** What OpenSSL reads in an answer, verified up to the root, at the office's time. */
export async function readAnswer(office: Office, der: Uint8Array, issuer = "client") {
  const root = put(pem(await issuerCertificate(office.db, "root")));
  const above = put(pem(await issuerCertificate(office.db, issuer)));
  const { said } = openssl(
    "ocsp",
    "-respin",
    put(der),
    "-text",
    "-CAfile",
    root,
    "-verify_other",
    above,
    "-attime",
    String(Math.floor(office.now().getTime() / 1000)),
  );
  return {
    text: said,
    verified: said.includes("Response verify OK"),
    outcome: /OCSP Response Status: (\w+)/.exec(said)?.[1] ?? /Responder Error: (\w+)/.exec(said)?.[1],
    statuses: [...said.matchAll(/Cert Status: (\w+)/g)].map(([, status = ""]) => status),
    reason: /Revocation Reason: (\w+)/.exec(said)?.[1],
    nonce: /OCSP Nonce:\s+([0-9A-F]+)/.exec(said)?.[1],
  };
}
