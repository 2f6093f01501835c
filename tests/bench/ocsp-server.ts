/**
 * A server for the OCSP bench in a process of its own; prints its port. `node ocsp-server.ts portal <url> <sealing key> <rsa|ec>` is the portal's
 * public door, `node ocsp-server.ts constant <file>` gives the same octets to all, `node ocsp-server.ts socket <file>` does so without HTTP.
 */
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createPlainServer, type Server } from "node:net";
import { LocalCa } from "../../server/ca/local/local-ca.ts";
import { openDatabase } from "../../server/db.ts";
import { generateEcKey, generateRsaKey } from "../../server/pki/keys.ts";
import { sealing } from "../../server/secrets/sealing.ts";

const [what, from = "", key = "", kind] = process.argv.slice(2);

function portal(): RequestListener {
  const ca = new LocalCa({
    db: openDatabase(from),
    now: () => new Date(),
    sealing: sealing(Buffer.from(key, "base64")),
    tell: async () => {},
    baseUrl: "http://localhost:3000",
    makeResponderKey: () => (kind === "rsa" ? generateRsaKey(2048) : generateEcKey("P-256")),
  });
  return (request, response) => {
    if (!ca.answerAhead(request, response)) response.writeHead(404).end();
  };
}

function constant(): RequestListener {
  const body = readFileSync(from);
  const headers = { "Content-Type": "application/ocsp-response", "Content-Length": body.length };
  return (_, response) => {
    response.writeHead(200, headers);
    response.end(body);
  };
}

function withoutHttp(): Server {
  const body = readFileSync(from);
  const answer = Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`),
    body,
  ]);
  return createPlainServer((socket) => socket.on("data", () => socket.write(answer)).on("error", () => {}));
}

const server = what === "socket" ? withoutHttp() : createServer(what === "portal" ? portal() : constant());
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
