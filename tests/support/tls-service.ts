/** A service that lets in only who shows a client certificate of the given CA, as a university's Wi-Fi or web server would. */
import { readFile } from "node:fs/promises";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { openssl } from "./openssl.ts";

/** Logs in with the .p12; the common name the service saw. Rejects when the service does not let it in. */
export async function logInByTls(
  folder: string,
  authorities: { root: string; issuer: string },
  login: { p12: string; pin: string },
): Promise<string> {
  const key = join(folder, "service.key");
  const certificate = join(folder, "service.pem");
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  await openssl([
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    key,
    "-out",
    certificate,
    "-days",
    "1",
    ...subject,
  ]);
  const service = createServer(
    {
      key: await readFile(key),
      cert: await readFile(certificate),
      ca: [await readFile(authorities.root), await readFile(authorities.issuer)],
      requestCert: true,
      rejectUnauthorized: true,
    },
    (question, answer) => {
      const { subject: shown } = (question.socket as TLSSocket).getPeerCertificate();
      answer.end(String(shown.CN));
    },
  );
  await new Promise<void>((listening) => service.listen(0, "127.0.0.1", listening));
  try {
    const { port } = service.address() as AddressInfo;
    const options = {
      host: "localhost",
      port,
      ca: await readFile(certificate),
      pfx: await readFile(login.p12),
      passphrase: login.pin,
      agent: false as const,
    };
    return await new Promise((resolve, reject) => {
      request(options, async (answer) => resolve((await answer.toArray()).join("")))
        .on("error", reject)
        .end();
    });
  } finally {
    service.close();
  }
}
