/** Pages of a test's own over TLS, for what the stand-in of NII's site does not do. */

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import iconv from "iconv-lite";
import { openssl } from "@/tests/support/openssl.ts";

export type Shown = {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array;
};
export type Visited = { path: string; method: string; cookie: string; type: string; body: Buffer };
export type Pages = Awaited<ReturnType<typeof openPages>>;

/** By path, without what follows `?`; pages are in EUC-JP. `folder` keeps the keys. */
export async function openPages(folder: string, pages: Record<string, (visited: Visited) => Shown>) {
  const [key, certificate] = [join(folder, "pages.key"), join(folder, "pages.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", ...subject];
  if (!existsSync(certificate)) await openssl([...request, "-keyout", key, "-out", certificate]);
  const authority = readFileSync(certificate, "utf8");
  const visits: Visited[] = [];
  const server = createServer({ key: readFileSync(key), cert: authority }, async (question, reply) => {
    const visited = {
      path: question.url ?? "",
      method: question.method ?? "",
      cookie: question.headers.cookie ?? "",
      type: question.headers["content-type"] ?? "",
      body: await buffer(question),
    };
    visits.push(visited);
    const page = pages[new URL(visited.path, "https://localhost").pathname];
    const { status = 200, headers = {}, body = "" } = page?.(visited) ?? { status: 404 };
    reply.writeHead(status, { "content-type": "text/html; charset=EUC-JP", ...headers });
    reply.end(typeof body === "string" ? iconv.encode(body, "EUC-JP") : body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    authorities: [authority],
    visits,
    /** Nobody new is let in; who is there may finish. */
    leave: () => void server.close(),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
