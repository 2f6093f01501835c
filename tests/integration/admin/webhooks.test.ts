/** Webhooks of institutions: a real receiver hears what happens to real certificates, and knows who says so. */
import "@/tests/support/quiet.ts";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook as Receiver } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  endWebhook,
  makeWebhook,
  sendAgain,
  tryWebhook,
  webhookOf,
  webhooksIn,
} from "@/server/admin/webhooks.ts";
import { codeOf } from "@/server/api/errors.ts";
import { submitOrder } from "@/server/enrollment/carry-out.ts";
import { endAllTerms } from "@/server/enrollment/end-terms.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { deliverDue, forgetDeliveries } from "@/server/webhooks/deliver.ts";
import { webhookEvents } from "@/server/webhooks/events.ts";
import { tell } from "@/server/webhooks/tell.ts";
import { openWorld, type World } from "@/tests/support/world.ts";

let world: World;
let receiver: Server;
let url: string;
let clock: Date;
let heard: { headers: Record<string, string>; body: string }[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const everywhere = { institutions: null };
const seal = sealing(Buffer.alloc(32, 7));
const calls = () => ({
  db: world.db,
  now: () => clock,
  sealing: seal,
  reach: { home: true, privateToo: false },
});

beforeAll(async () => {
  world = await openWorld();
  receiver = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      heard.push({
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(parts).toString(),
      });
      answer(request, response);
    });
  });
  await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterAll(() => receiver.close());

beforeEach(async () => {
  await world.reset();
  await world.db.webhook.deleteMany();
  heard = [];
  // Past what the database notes by its own clock, within what a receiver accepts.
  clock = new Date(Date.now() + 60_000);
  answer = (_, response) => response.writeHead(204).end();
});

async function made(more: { url?: string; events?: (typeof webhookEvents)[number][] } = {}) {
  const institution = await world.db.institution.findFirstOrThrow({ orderBy: { createdAt: "asc" } });
  const wish = { institutionId: institution.id, url, events: [...webhookEvents], reason: "試験", by: "taro" };
  const done = await makeWebhook(calls(), { ...wish, ...more, scope: everywhere });
  if ("fault" in done) throw new Error(done.fault);
  return { id: done.made, secret: done.secret };
}

async function issued(name: "hanako" | "taro" = "hanako"): Promise<Member> {
  const member = await world.member(name);
  await requestCertificate(world.ports, {
    kind: "client",
    months: 13,
    key: "client:0",
    memberId: member.id,
    locale: "ja",
  });
  const { id } = await world.newestOrder(member, 1);
  await submitOrder(world.ports, id);
  await world.collect(id);
  return member;
}

const told = () =>
  heard.map(
    ({ body }) => JSON.parse(body) as { type: string; timestamp: string; data: Record<string, unknown> },
  );
const statuses = async (id: string) =>
  (await webhookOf(world.db, { id, scope: everywhere })).deliveries.map(
    ({ event, status }) => `${event} ${status}`,
  );

describe("what happens to a certificate", () => {
  test("is told once: issued, revoked, and why; signed as Standard Webhooks has it", async () => {
    const { id, secret } = await made();
    const member = await issued();
    await deliverDue(calls());
    const enrollment = await world.db.enrollment.findFirstOrThrow();
    expect(told()).toEqual([
      {
        type: "certificate.issued",
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        data: {
          institution: "https://idp.a.example.ac.jp/idp",
          application: enrollment.id,
          number: 1,
          kind: "client",
          serial: enrollment.serial,
          notBefore: enrollment.notBefore?.toISOString(),
          notAfter: enrollment.notAfter?.toISOString(),
        },
      },
    ]);
    // By another hand than ours; it refuses what is older than five minutes by its own clock.
    const [first] = heard;
    expect(() => new Receiver(secret).verify(first?.body ?? "", first?.headers ?? {})).not.toThrow();
    expect(() => new Receiver(secret).verify(`${first?.body} `, first?.headers ?? {})).toThrow();

    await world.revoke(member, 1);
    await deliverDue(calls());
    await deliverDue(calls());
    expect(told().map(({ type, data }) => [type, data.serial, data.reason])).toEqual([
      ["certificate.issued", enrollment.serial, undefined],
      ["certificate.revoked", enrollment.serial, "superseded"],
    ]);
    expect(await statuses(id)).toEqual(["certificate.revoked sent", "certificate.issued sent"]);
    expect(JSON.stringify(heard)).not.toMatch(/hanako|Hanako|花子/);
  });

  test("is told of its end too, with the ePPN that the institution itself calls its holder by", async () => {
    await made();
    const member = await issued();
    await world.db.member.update({ where: { id: member.id }, data: { eppn: "hanako@a.example.ac.jp" } });
    world.pass({ days: 400 });
    expect(await endAllTerms(world.ports)).toBe(1);
    await deliverDue(calls());
    const expired = told().find(({ type }) => type === "certificate.expired");
    expect(expired?.data).toMatchObject({ eppn: "hanako@a.example.ac.jp" });
    expect(expired?.timestamp).toBe(expired?.data.notAfter);
  });

  test("is told to nobody who does not listen, to no other institution, and wakes no workflow then", async () => {
    const other = await world.db.institution.create({
      data: {
        entityId: `https://other.example.ac.jp/${Math.random()}`,
        nameJa: "他",
        nameEn: "Z",
        dnBase: "C=JP",
      },
    });
    const wish = { institutionId: other.id, url, events: [...webhookEvents], reason: "試験", by: "taro" };
    await makeWebhook(calls(), { ...wish, scope: everywhere });
    await made({ events: ["certificate.expired"] });
    await issued();
    expect(await deliverDue(calls())).toBe(0);
    expect(await world.db.outboxEvent.count({ where: { name: "webhooks/due" } })).toBe(0);
  });

  test("that was not committed is not told", async () => {
    const { id } = await made();
    await issued();
    await world.db
      .$transaction(async (tx) => {
        await tx.enrollment.updateMany({ data: { status: "revoked" } });
        throw new Error("undone");
      })
      .catch(() => {});
    expect(await statuses(id)).toEqual(["certificate.issued waiting"]);
  });
});

describe("a receiver that fails", () => {
  test("is called again later with the same id, eight times in a day, and then given up; each answer is kept", async () => {
    const { id } = await made();
    await tryWebhook(calls(), { id, scope: everywhere });
    answer = (_, response) => response.writeHead(503).end("secret words of the receiver");
    for (let n = 1; n <= 8; n++) {
      expect(await deliverDue(calls())).toBe(1);
      expect(await deliverDue(calls())).toBe(0);
      const [delivery] = (await webhookOf(world.db, { id, scope: everywhere })).deliveries;
      expect(delivery?.attempts.map((one) => one.answer)).toEqual(Array(n).fill(503));
      expect(delivery?.status).toBe(n < 8 ? "waiting" : "failed");
      clock = new Date(Math.max(delivery?.dueAt.getTime() ?? 0, clock.getTime()));
    }
    expect(new Set(heard.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(JSON.stringify(await world.db.webhookDelivery.findMany())).not.toContain("secret words");

    answer = (_, response) => response.writeHead(200).end();
    const [delivery] = await world.db.webhookDelivery.findMany();
    expect(await sendAgain(calls(), { id, deliveryId: delivery?.id ?? "", scope: everywhere })).toBe(true);
    expect(await sendAgain(calls(), { id, deliveryId: delivery?.id ?? "", scope: everywhere })).toBe(false);
    await deliverDue(calls());
    expect(await statuses(id)).toEqual(["webhook.test sent"]);
  });

  test("by sending elsewhere is not followed; what is not there is said in a word", async () => {
    const { id } = await made();
    answer = (_, response) => response.writeHead(307, { location: `${url}/elsewhere` }).end();
    await tryWebhook(calls(), { id, scope: everywhere });
    await deliverDue(calls());
    expect(heard).toHaveLength(1);
    await world.db.webhook.updateMany({ data: { url: "http://127.0.0.1:1/" } });
    clock = new Date(clock.getTime() + 3_600_000);
    await deliverDue(calls());
    // What was let in at home is not called from elsewhere.
    clock = new Date(clock.getTime() + 3_600_000);
    await deliverDue({ ...calls(), reach: { home: false, privateToo: true } });
    const [delivery] = (await webhookOf(world.db, { id, scope: everywhere })).deliveries;
    expect(delivery?.attempts.map((one) => one.answer)).toEqual([307, "unreachable", "not_public"]);
  });

  test("slowly holds up nobody else's, and several processes make a call once", async () => {
    await made();
    const quick = createServer((_, response) => response.writeHead(200).end());
    await new Promise<void>((done) => quick.listen(0, "127.0.0.1", done));
    const second = await made({ url: `http://127.0.0.1:${(quick.address() as AddressInfo).port}/` });
    let open: ServerResponse[] = [];
    answer = (_, response) => void open.push(response);
    for (let n = 0; n < 8; n++)
      await world.db.$transaction((tx) =>
        tell(tx, { event: "audit.head", about: String(n), at: clock, data: { seq: n } }),
      );
    const running = Promise.all([deliverDue(calls()), deliverDue(calls())]);
    await expect.poll(() => statuses(second.id)).toEqual(Array(8).fill("audit.head sent"));
    answer = (_, response) => response.writeHead(200).end();
    for (const response of open) response.writeHead(200).end();
    open = [];
    await running;
    expect(heard).toHaveLength(8);
    quick.close();
  });

  test("to say that it is gone ends it at once", async () => {
    const { id } = await made();
    answer = (_, response) => response.writeHead(410).end();
    await tryWebhook(calls(), { id, scope: everywhere });
    await deliverDue(calls());
    expect(await statuses(id)).toEqual(["webhook.test failed"]);
  });
});

describe("a webhook", () => {
  test("is made once, its secret is kept sealed, and its making and end stand in the audit without it", async () => {
    const { id, secret } = await made();
    await expect(made()).rejects.toThrow("exists");
    const row = await world.db.webhook.findUniqueOrThrow({ where: { id } });
    expect(Buffer.from(row.sealedSecret).includes(Buffer.from(secret.slice(6), "base64"))).toBe(false);
    await tryWebhook(calls(), { id, scope: everywhere });
    expect(await tryWebhook(calls(), { id, scope: everywhere })).toBe(false);
    await endWebhook(calls(), { id, reason: "移行", scope: everywhere });
    await endWebhook(calls(), { id, reason: "移行", scope: everywhere });
    expect(await tryWebhook(calls(), { id, scope: everywhere })).toBeNull();
    expect(await deliverDue(calls())).toBe(0);
    expect(await statuses(id)).toEqual(["webhook.test failed"]);
    const entries = await world.db.auditEntry.findMany({ where: { subjectId: id } });
    expect(entries.map(({ deed, reason }) => [deed, reason]).toSorted()).toEqual([
      ["webhook.ended", "移行"],
      ["webhook.made", "試験"],
      ["webhook.tried", null],
    ]);
    expect(JSON.stringify(entries)).not.toContain(secret.slice(6));
    await made();
  });

  test("is there for its institution's registrars alone", async () => {
    const { id } = await made();
    const { institutionId } = await world.db.webhook.findUniqueOrThrow({ where: { id } });
    const own = { institutions: [institutionId] };
    const scope = { institutions: ["another"] };
    expect((await webhooksIn(world.db, own)).webhooks).toHaveLength(1);
    expect(await webhooksIn(world.db, scope)).toEqual({ webhooks: [], institutions: [] });
    const deeds = [
      () => webhookOf(world.db, { id, scope }),
      () => endWebhook(calls(), { id, reason: "x", scope }),
      () => tryWebhook(calls(), { id, scope }),
      () => sendAgain(calls(), { id, deliveryId: "x", scope }),
      () =>
        makeWebhook(calls(), {
          ...{ institutionId, url, events: ["audit.head"], reason: "x", by: "x", scope },
        }),
    ];
    for (const deed of deeds) expect(await deed().catch(codeOf)).toBe("not_found");
    expect(await world.db.webhookDelivery.count()).toBe(0);
  });

  test("has a log that is read page by page, and forgotten after 90 days", async () => {
    const { id } = await made();
    const day = (n: number) => new Date(clock.getTime() - n * 86_400_000);
    await world.db.webhookDelivery.createMany({
      data: Array.from({ length: 100 }, (_, n) => ({
        ...{ webhookId: id, key: String(n), event: "audit.head", payload: {}, status: "sent" as const },
        ...{ createdAt: day(n), dueAt: day(n) },
      })),
    });
    expect(await forgetDeliveries(calls())).toBe(9);
    const seen: string[] = [];
    for (let before: string | undefined; ; ) {
      const page = await webhookOf(world.db, { id, before, scope: everywhere });
      seen.push(...page.deliveries.map(({ key }) => key));
      if (!page.next) break;
      before = page.next;
    }
    expect(seen).toEqual(Array.from({ length: 91 }, (_, n) => String(n)));
  });
});
