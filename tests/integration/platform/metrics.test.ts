/** What Prometheus reads: in its format, right by the database, and for nobody without the token. */
import "@/tests/support/quiet.ts";
import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { beforeAll, expect, test } from "vitest";
import { openDatabase } from "@/server/db.ts";
import { submitOrder } from "@/server/enrollment/carry-out.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import { answerMetrics } from "@/server/metrics/door.ts";
import { known } from "@/server/metrics/known.ts";
import { countProcedure, measure } from "@/server/metrics/registry.ts";
import { openWorld, type World } from "@/tests/support/world.ts";

const token = "a token of the test";
let world: World;
let at = Date.parse("2026-11-22T02:00:00Z");
beforeAll(async () => {
  world = await openWorld();
});

const ask = (authorization?: string, more: { token?: string | undefined; db?: World["db"] } = {}) =>
  answerMetrics(
    { db: world.db, token, now: () => new Date(at), ...more },
    new Request("http://localhost/api/metrics", { headers: authorization ? { authorization } : {} }),
  );

async function read(db = world.db): Promise<Map<string, number>> {
  const answer = await ask(`Bearer ${token}`, { db });
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return parse(await answer.text());
}

/** The text format 0.0.4, strictly: a TYPE before its samples, each family in one piece, no sample twice. */
function parse(text: string): Map<string, number> {
  expect(text.endsWith("\n")).toBe(true);
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  let family = "";
  for (const line of text.split("\n").filter((line) => line !== "")) {
    const type = /^# TYPE ([a-z_][a-z0-9_]*) (counter|gauge|histogram|summary)$/.exec(line);
    if (type) {
      family = type[1] ?? "";
      expect(types.has(family), `${family} stands twice`).toBe(false);
      types.set(family, type[2] ?? "");
      continue;
    }
    if (/^# HELP [a-z_][a-z0-9_]* \S/.test(line)) continue;
    const sample =
      /^([a-z_][a-z0-9_]*)(\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)+\})? (-?[0-9.e+-]+|Na[Nn]|[+-]Inf)$/.exec(
        line,
      );
    expect(sample, line).not.toBeNull();
    const [, name = "", labels = "", value] = sample ?? [];
    const suffix =
      types.get(family) === "histogram"
        ? "(_bucket|_sum|_count)"
        : types.get(family) === "summary"
          ? "(_sum|_count)?"
          : "";
    expect(name).toMatch(new RegExp(`^${family}${suffix}$`));
    expect(samples.has(name + labels), `${name}${labels} twice`).toBe(false);
    samples.set(name + labels, Number(value));
  }
  return samples;
}

test("is there for nobody where no token is set, and for nobody who does not know it", async () => {
  expect((await ask(`Bearer ${token}`, { token: undefined })).status).toBe(404);
  for (const wrong of [undefined, token, `Bearer ${token}.`, "Bearer "]) {
    const answer = await ask(wrong);
    expect([wrong, answer.status]).toEqual([wrong, 401]);
    expect(await answer.text()).not.toMatch(/portal_/);
  }
});

test("the figures are those of the database, every process's the same, and asked for every ten seconds at most", async () => {
  const empty = await read();
  expect(empty.get("portal_database_up")).toBe(1);
  expect(empty.get("portal_outbox_events")).toBe(0);
  expect(empty.has("portal_outbox_oldest_seconds")).toBe(false);

  const member = await world.member("hanako");
  for (const key of ["client:0", "client:1"]) {
    await requestCertificate(world.ports, {
      kind: "client",
      months: 13,
      key,
      memberId: member.id,
      locale: "ja",
    });
    const order = await world.newestOrder(member, key === "client:0" ? 1 : 2);
    await submitOrder(world.ports, order.id);
  }
  await world.collect((await world.newestOrder(member, 1)).id);
  await world.db.loginRecord.createMany({
    data: [
      { at: new Date(at - 60_000), step: "answer" },
      { at: new Date(at - 60_000), step: "answer", code: "expired" },
      { at: new Date(at - 7_200_000), step: "answer", code: "expired" },
    ],
  });
  await world.db.outboxEvent.updateMany({ data: { createdAt: new Date(at - 90_000) } });

  expect((await read()).get("portal_outbox_events")).toBe(0);
  at += 10_000;
  const figures = await read();
  const told = (name: string) => figures.get(name);
  expect(told('portal_applications{kind="client",status="active"}')).toBe(1);
  expect(told('portal_applications{kind="client",status="pin_ready"}')).toBe(1);
  expect(told('portal_certificates{kind="client",state="valid"}')).toBe(1);
  expect(told('portal_requested_total{kind="client"}')).toBe(2);
  expect(told('portal_issued_total{kind="client"}')).toBe(1);
  expect(told('portal_orders_open{status="pin_issued"}')).toBe(1);
  expect(told('portal_logins_last_hour{outcome="succeeded"}')).toBe(1);
  expect(told('portal_logins_last_hour{outcome="expired"}')).toBe(1);
  expect(told("portal_outbox_events")).toBeGreaterThan(0);
  expect(told("portal_outbox_oldest_seconds")).toBeCloseTo(100, 0);
  expect(told("portal_audit_entries")).toBeGreaterThan(3);
  expect(told('portal_mails{state="waiting"}')).toBe(0);

  await world.revoke(member, 1);
  at += 10_000;
  const after = await read();
  expect(after.get('portal_certificates{kind="client",state="valid"}')).toBe(0);
  expect(after.get('portal_certificates{kind="client",state="revoked"}')).toBe(1);
  expect(after.get('portal_revoked_total{kind="client"}')).toBe(1);
});

test("every figure that is promised is made, once there is something to measure", async () => {
  const { db } = world;
  const when = { createdAt: new Date(at), dueAt: new Date(at) };
  await db.federationState.create({
    data: { id: "current", validUntil: new Date(at), loadedAt: new Date(at) },
  });
  await db.engineVersion.create({ data: { id: "a", events: [] } });
  await db.engineRun.create({ data: { id: "a", functionId: "f", eventId: "e", event: {} } });
  const { id: enrollmentId, institutionId } = await db.enrollment.findFirstOrThrow();
  await db.approval.create({ data: { enrollmentId, askedAt: new Date(at) } });
  await db.offboarding.create({
    data: { ...when, institutionId, source: "list", reason: "x", requestKey: "x" },
  });
  await db.letter.create({
    data: {
      key: "a",
      kind: "acceptance",
      enrollmentId,
      recipient: "x@a.example.ac.jp",
      locale: "ja",
      createdAt: new Date(at),
    },
  });
  const webhook = await db.webhook.create({
    data: {
      institutionId,
      url: "https://x.example.ac.jp/",
      sealedSecret: new Uint8Array(),
      events: [],
      createdBy: "x",
      createdAt: new Date(at),
    },
  });
  await db.webhookDelivery.create({
    data: { ...when, webhookId: webhook.id, key: "a", event: "audit.head", payload: {} },
  });
  await db.auditHead.create({
    data: { seq: 1, hash: new Uint8Array(32), at: new Date(at), keyId: "x", signature: new Uint8Array(64) },
  });
  await world.ca.publishAll();
  at += 10_000;
  const names = new Set([...(await read()).keys()].map((name) => name.replace(/\{.*/, "")));
  expect(Object.keys(known).filter((name) => !names.has(name))).toEqual([]);
  expect([...names]).toEqual(
    expect.arrayContaining(["process_cpu_seconds_total", "nodejs_eventloop_lag_p99_seconds"]),
  );
});

test("requests and procedures are counted by kind, and nobody's number or ticket becomes a label", async () => {
  const response = Object.assign(new EventEmitter(), { statusCode: 200 });
  const request = { method: "GET", url: "/ja/issue/a-ticket/download?x=1" } as IncomingMessage;
  measure(request, response as unknown as ServerResponse);
  response.emit("close");
  countProcedure("enrollment.list", "not_signed_in", 20);
  const figures = await read();
  const labels = 'method="GET",route="/[locale]/issue",status="200"';
  expect(figures.get(`portal_http_request_duration_seconds_count{${labels}}`)).toBe(1);
  expect(
    figures.get(
      'portal_procedure_duration_seconds_bucket{le="0.03",procedure="enrollment.list",outcome="not_signed_in"}',
    ),
  ).toBe(1);
  expect([...figures.keys()].join("\n")).not.toContain("a-ticket");
});

test("while the database does not answer the process still tells of itself", async () => {
  const nowhere = openDatabase("postgresql://nobody:secret@127.0.0.1:1/nowhere");
  const figures = await read(nowhere);
  expect(figures.get("portal_database_up")).toBe(0);
  expect(figures.has("process_resident_memory_bytes")).toBe(true);
});
