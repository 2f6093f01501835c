/** Traces reach a collector, hang together, and hold nobody's data. */
import "@/tests/support/quiet.ts";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { trace } from "@opentelemetry/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCaller } from "@/server/api/root.ts";
import { startTracing } from "@/server/tracing/start.ts";
import { attributesTold, nameTold } from "@/server/tracing/told.ts";
import { withSpans } from "@/server/tracing/traced.ts";
import { openWorld } from "@/tests/support/world.ts";

type Span = {
  name: string;
  spanId: string;
  traceId: string;
  parentSpanId?: string;
  attributes: { key: string }[];
  status: { code: number; message?: string };
};
const spans: Span[] = [];
let raw = "";
let collector: Server;

beforeAll(async () => {
  collector = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    raw += Buffer.concat(parts).toString();
    const told = JSON.parse(Buffer.concat(parts).toString());
    if (request.url === "/v1/traces")
      for (const { scopeSpans } of told.resourceSpans) for (const one of scopeSpans) spans.push(...one.spans);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((done) => collector.listen(0, "127.0.0.1", done));
});
afterAll(() => collector.close());

test("a procedure, its queries and the CA's deeds are spans of one trace, without a name, mail or ticket", async () => {
  const world = await openWorld();
  const member = await world.member("hanako");
  const signedIn = await world.db.member.findUniqueOrThrow({
    where: { id: member.id },
    include: { institution: true, roles: true },
  });
  const { port } = collector.address() as AddressInfo;
  const end = startTracing({ endpoint: `http://127.0.0.1:${port}/` });
  const ctx = { member: signedIn, ports: world.ports, strongContexts: [] };
  const caller = createCaller(ctx as never);
  const ca = withSpans(world.ca, "ca", ["collectUrl", "enterPin"]);
  await trace.getTracer("next.js").startActiveSpan("GET /ja/issue/a-ticket-of-the-test", async (span) => {
    span.setAttributes({ "http.target": "/ja/issue/a-ticket-of-the-test", "http.method": "GET" });
    span.recordException(new Error("hanako@a.example.ac.jp has no such application"));
    await caller.enrollment.list({ all: true });
    await caller.enrollment.get({ number: 99 }).catch(() => {});
    await ca.enterPin({ ticket: "a-ticket-of-the-test", pin: "WRONGwrongWRONG2" });
    span.end();
  });
  await end();

  const names = spans.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      "GET /[locale]/issue",
      "procedure enrollment.list",
      "ca.enterPin",
      "prisma:client:operation",
    ]),
  );
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const above = (span: Span): string[] => {
    const parent = byId.get(span.parentSpanId ?? "");
    return parent ? [parent.name, ...above(parent)] : [];
  };
  const query = spans.find(
    (span) => span.name.startsWith("prisma:") && above(span).includes("procedure enrollment.list"),
  );
  expect(query && above(query).at(-1)).toBe("GET /[locale]/issue");
  const failed = spans.find(({ name }) => name === "procedure enrollment.get");
  expect(failed?.status).toEqual({ code: 2 });
  expect(raw).not.toMatch(/hanako|Hanako|花子|a-ticket|WRONG|a\.example\.ac\.jp/);
});

describe("of a span", () => {
  test.each([
    ["GET /ja/issue/ticket", {}, "GET /[locale]/issue"],
    ["GET /ja/certs/12", { "http.route": "/[locale]/certs/[number]" }, "GET /[locale]/certs/[number]"],
    [
      "render route (app) /[locale]/certs",
      { "next.route": "/[locale]/certs" },
      "render route (app) /[locale]/certs",
    ],
    ["fetch GET https://idp.example.ac.jp/?user=hanako", {}, "fetch GET other"],
    ["/ja/issue/ticket", {}, "request /[locale]/issue"],
    ["prisma:client:operation", {}, "prisma:client:operation"],
    ["procedure enrollment.list", {}, "procedure enrollment.list"],
  ])("%j is told as its words and its pattern", (name, attributes, told) => {
    expect(nameTold(name, attributes)).toBe(told);
  });

  test("what a library writes beside it is not told", () => {
    const attributes = {
      "http.url": "https://x/",
      "http.target": "/ja/issue/t",
      "next.span_name": "GET /ja/issue/t",
      model: "Member",
    };
    expect(attributesTold(attributes)).toEqual({ model: "Member" });
  });
});
