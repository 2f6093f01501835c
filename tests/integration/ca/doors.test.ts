/** One table of requests before both doors: the server of Node's, and route handlers. What they answer is the same. */
import { request as plainRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import nextConfig from "@/next.config.ts";
import { log } from "@/server/log.ts";
import { openDoor, questionFor } from "./door.ts";
import { type Office, openOffice } from "./office.ts";

let office: Office;
vi.mock("@/server/wiring.ts", () => ({ localCa: () => office.ca }));
const files = await import("@/app/pki/[file]/route.ts");
const questions = await import("@/app/ocsp/[[...request]]/route.ts");

let door: Awaited<ReturnType<typeof openDoor>>;
let question: Buffer;
beforeAll(async () => {
  office = await openOffice();
  await office.ca.prepare();
  door = await openDoor(office.ca);
  const { id } = await office.collected();
  const { serial } = await office.db.certificate.findUniqueOrThrow({ where: { orderId: id } });
  question = await questionFor(office, [serial]);
});
afterAll(() => door.close());

type Asked = { method: string; path: string; headers?: Record<string, string>; body?: Buffer };
type Told = { status: number; headers: Record<string, unknown>; body: string };

/** Without fetch, which would tidy the path up. */
function ahead({ method, path, headers = {}, body }: Asked): Promise<Told> {
  return new Promise((done, fail) => {
    const { hostname, port } = new URL(door.url);
    const sent = plainRequest({ hostname, port, method, path, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        done({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts).toString("hex"),
        }),
      );
    });
    sent.on("error", fail);
    sent.end(body);
  });
}

async function byRoute({ method, path, headers = {}, body }: Asked): Promise<Told> {
  const request = new Request(`http://ca.example.ac.jp${path}`, {
    method,
    headers,
    ...(body && { body: Uint8Array.from(body) }),
  });
  const handlers = path.startsWith("/pki/") ? files : questions;
  const response = await handlers[method as "GET"](request);
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()).toString("hex"),
  };
}

const type = { "Content-Type": "application/ocsp-request" };
const text = () => question.toString("base64");

const table: readonly [string, () => Asked, number, Record<string, string>?][] = [
  [
    "a certificate",
    () => ({ method: "GET", path: "/pki/client.cer" }),
    200,
    { "content-type": "application/pkix-cert" },
  ],
  [
    "a list",
    () => ({ method: "GET", path: "/pki/client.crl" }),
    200,
    { "content-type": "application/pkix-crl" },
  ],
  [
    "a delta",
    () => ({ method: "GET", path: "/pki/client.delta.crl" }),
    200,
    { "content-type": "application/pkix-crl" },
  ],
  ["only the head of a list", () => ({ method: "HEAD", path: "/pki/root.crl" }), 200],
  ["a list with a query", () => ({ method: "GET", path: "/pki/root.crl?now=1" }), 200],
  ["a shard that is not there", () => ({ method: "GET", path: "/pki/client.1.crl" }), 404],
  ["a shard of no name", () => ({ method: "GET", path: "/pki/client.0.crl" }), 404],
  ["a delta of a certificate", () => ({ method: "GET", path: "/pki/client.delta.cer" }), 404],
  ["something else", () => ({ method: "GET", path: "/pki/passwd" }), 404],
  ["an escaped way out", () => ({ method: "GET", path: "/pki/..%2f..%2fpackage.json" }), 404],
  ["a list by POST", () => ({ method: "POST", path: "/pki/client.crl" }), 405, { allow: "GET, HEAD" }],
  ["a list by DELETE", () => ({ method: "DELETE", path: "/pki/client.crl" }), 405, { allow: "GET, HEAD" }],
  [
    "a question by POST",
    () => ({ method: "POST", path: "/ocsp", headers: type, body: question }),
    200,
    { "cache-control": "no-store" },
  ],
  [
    "a question by POST with a slash",
    () => ({ method: "POST", path: "/ocsp/", headers: type, body: question }),
    200,
  ],
  [
    "a question with a parameter in its type",
    () => ({
      method: "POST",
      path: "/ocsp",
      headers: { "Content-Type": "Application/OCSP-Request; x=1" },
      body: question,
    }),
    200,
  ],
  [
    "a question by GET",
    () => ({ method: "GET", path: `/ocsp/${encodeURIComponent(text())}` }),
    200,
    { "content-type": "application/ocsp-response" },
  ],
  ["a question by GET as it is", () => ({ method: "GET", path: `/ocsp/${text()}` }), 200, { etag: "" }],
  ["the head of an answer", () => ({ method: "HEAD", path: `/ocsp/${encodeURIComponent(text())}` }), 200],
  ["no base64", () => ({ method: "GET", path: "/ocsp/!!!" }), 200, { "cache-control": "no-store" }],
  ["half an escape", () => ({ method: "GET", path: "/ocsp/%E0%A4" }), 200],
  ["a path that is too long", () => ({ method: "GET", path: `/ocsp/${"A".repeat(9000)}` }), 414],
  ["no question", () => ({ method: "GET", path: "/ocsp" }), 405, { allow: "POST" }],
  ["a question by PUT", () => ({ method: "PUT", path: "/ocsp", headers: type, body: Buffer.from("0") }), 405],
  ["a question of no type", () => ({ method: "POST", path: "/ocsp", body: Buffer.from("0") }), 415],
  [
    "a form",
    () => ({ method: "POST", path: "/ocsp", headers: { "Content-Type": "text/plain" }, body: question }),
    415,
    { accept: "application/ocsp-request" },
  ],
  ["too much", () => ({ method: "POST", path: "/ocsp", headers: type, body: Buffer.alloc(65_537) }), 413],
];

/** What a door adds by itself. */
const own = ["date", "connection", "keep-alive", "transfer-encoding"];
const told = ({ headers, ...rest }: Told) => ({
  ...rest,
  headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !own.includes(name))),
});

describe("both doors answer the same to", () => {
  test.each(table)("%s", async (_, asked, status, headers = {}) => {
    const byServer = await ahead(asked());
    expect(byServer.status).toBe(status);
    for (const [name, value] of Object.entries(headers))
      expect(byServer.headers[name], name).toEqual(value === "" ? expect.anything() : value);
    const route = await byRoute(asked());
    // `Expires` and the like are of one moment: the office's clock stands.
    expect(told(route)).toEqual(told(byServer));
  });
});

test("every answer has the headers that pages have", async () => {
  const rules = (await nextConfig.headers?.()) ?? [];
  const forAll = rules.find(({ source, has }) => source === "/:path*" && !has)?.headers ?? [];
  const forMachines = rules.find(({ source }) => source.includes("ocsp"))?.headers ?? [];
  expect(forAll.length + forMachines.length).toBeGreaterThan(5);
  for (const [, asked] of table) {
    const { headers } = await ahead(asked());
    for (const { key, value } of [...forAll, ...forMachines])
      expect(headers[key.toLowerCase()], key).toBe(value);
  }
  const secure = { "X-Forwarded-Proto": "https" };
  const { headers } = await ahead({ method: "GET", path: "/pki/root.cer", headers: secure });
  expect(headers["strict-transport-security"]).toBe("max-age=63072000; includeSubDomains");
});

test.each(["/", "/ja", "/pki", "/ocspx", "//ocsp", "/PKI/client.crl", "*"])(
  "%s is not its business",
  async (path) => {
    expect((await ahead({ method: path === "*" ? "OPTIONS" : "GET", path })).status).toBe(418);
  },
);

test("a proxy's whole URL is understood", async () => {
  const answer = await door.raw(
    "GET http://ca.example.ac.jp/pki/client.cer HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  );
  expect(answer).toContain("application/pkix-cert");
});

test("questions one after the other on one connection are answered in their order", async () => {
  const line = `GET /ocsp/${encodeURIComponent(text())} HTTP/1.1\r\nHost: x\r\n`;
  const other = "GET /pki/client.crl HTTP/1.1\r\nHost: x\r\n";
  const answer = await door.raw(`${other}\r\n${line}\r\n${other}Connection: close\r\n\r\n`);
  const types = [...answer.matchAll(/^content-type: (.*)\r$/gim)].map(([, name]) => name);
  expect(types).toEqual(["application/pkix-crl", "application/ocsp-response", "application/pkix-crl"]);
});

test("a body that announces more than it may have is not waited for", async () => {
  const head = "POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Type: application/ocsp-request\r\n";
  const answer = await door.raw(`${head}Content-Length: 99999999\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i);
});

test("a request that cannot be answered is nobody else's trouble", async () => {
  const said = vi.spyOn(log, "error").mockReturnValue();
  const spoiled = {
    url: "/pki/client.cer",
    get method(): string {
      throw new Error("spoiled");
    },
  };
  const responses = [spoiled, { url: "/pki/client.cer", method: "GET", headers: {} }].map((request) => {
    const response = { destroyed: false, writeHead: vi.fn(), end: vi.fn(), destroy: vi.fn() };
    // Both in one turn of the loop.
    office.ca.answerAhead(request as never, response as never);
    return response;
  });
  await vi.waitFor(() => expect(responses[1]?.writeHead).toHaveBeenCalledWith(200, expect.anything()), {
    timeout: 15_000,
  });
  expect(responses[0]?.destroy).toHaveBeenCalledOnce();
  expect(said).toHaveBeenCalledOnce();
  said.mockRestore();
});

test("headers without an end are refused", async () => {
  const answer = await door.raw(`GET /ocsp/x HTTP/1.1\r\n${"X-Much: ".padEnd(20_000, "x")}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
});
