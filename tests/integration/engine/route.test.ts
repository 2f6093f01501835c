import { randomBytes } from "node:crypto";
import { serve } from "inngest/edge";
import { NextRequest } from "next/server";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { readConfigs } from "@/inngest/engine/config.ts";
import { type Handler, register } from "@/inngest/engine/protocol.ts";
import { openWorkshop, soon } from "./workshop.ts";

const shop = openWorkshop();

type Route = typeof import("@/app/api/inngest/route.ts");
let route: Route;

beforeAll(async () => {
  const settings = {
    DATABASE_URL: shop.url,
    BASE_URL: "http://localhost:3000",
    AUTH_SECRET: randomBytes(48).toString("base64"),
    SEALING_KEY: randomBytes(32).toString("base64"),
    DEMO_FEDERATION: "true",
    LOG_LEVEL: "silent",
    INNGEST_EVENT_KEY: "",
    INNGEST_SIGNING_KEY: "",
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  route = await import("@/app/api/inngest/route.ts");
});

const url = "http://localhost:3000/api/inngest";
const body = JSON.stringify({
  version: 2,
  ctx: { run_id: "r" },
  event: { name: "x", data: {} },
  events: [],
  steps: {},
});

describe("the endpoint of the workflows", () => {
  it("answers 401 to everything that is not signed", async () => {
    const fn = `${url}?fnId=client-certificate-portal-carry-out-issuance&stepId=step`;
    const answers = await Promise.all([
      route.POST(new NextRequest(fn, { method: "POST", body }), {}),
      route.PUT(new NextRequest(url, { method: "PUT" }), {}),
      route.GET(new NextRequest(url), {}),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401]);
  });

  it("reads no endless body to find out that nobody signed it", async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1024 * 1024;
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    const asked = new NextRequest(url, { method: "POST", body: endless, duplex: "half" });
    expect((await route.POST(asked, {})).status).toBe(413);
    expect(sent).toBeLessThan(8 * 1024 * 1024);
  });

  it("answers 401 to a signature with another key", async () => {
    const { call } = await import("@/inngest/engine/protocol.ts");
    const handler: Handler = (request) => route.POST(new NextRequest(request), {});
    const asked = {
      functionId: "client-certificate-portal-carry-out-issuance",
      stepId: "step",
      runId: "r",
      event: { name: "enrollment/order.placed", data: {} },
      attempt: 0,
      maxAttempts: 1,
      steps: [],
      planOnly: true,
    };
    await expect(call(handler, `signkey-local-${"0".repeat(64)}`, asked)).rejects.toThrow("401");
    const { signingKey } = await import("@/inngest/client.ts");
    await expect(call(handler, signingKey(), asked)).resolves.toMatchObject({ kind: "ops" });
  });
});

describe("the portal's own workflows", () => {
  it("are all such as the embedded engine can run", async () => {
    const { functions } = await import("@/inngest/functions/index.ts");
    const { signingKey } = await import("@/tests/support/engine.ts");
    const { Inngest } = await import("inngest");
    const registered: { functions: Parameters<typeof readConfigs>[0] }[] = [];
    const client = new Inngest({
      id: "client-certificate-portal",
      isDev: false,
      signingKey,
      baseUrl: "http://jobs.internal",
      fetch: async (_, init) => {
        registered.push(JSON.parse(String(init?.body)));
        return Response.json({});
      },
    });
    await register(serve({ client, functions, enableUnauthedSync: false }), signingKey);
    const plans = readConfigs(registered[0]?.functions ?? []);
    expect(plans.length).toBeGreaterThanOrEqual(functions.length);
  });

  it("take up an event of the outbox through the process's own engine", async () => {
    const { startEmbedded, stopEmbedded } = await import("@/inngest/engine/embedded.ts");
    const { inngest, signingKey } = await import("@/inngest/client.ts");
    const { sendOutbox } = await import("@/server/outbox.ts");
    const { database } = await import("@/server/db.ts");
    const { silent } = await import("@/tests/support/engine.ts");
    await expect(inngest.send({ name: "go", data: {} })).rejects.toThrow("no engine runs in this process");
    const own = inngest.createFunction(
      { id: "own", triggers: [{ event: "go" }] },
      ({ event }) => event.data.n,
    );
    await database().outboxEvent.create({ data: { name: "go", data: { n: 1 } } });
    startEmbedded(
      { databaseUrl: shop.url, signingKey: signingKey(), log: silent },
      () => serve({ client: inngest, functions: [own], enableUnauthedSync: false }),
      sendOutbox,
    );
    await vi.waitFor(
      async () => expect(await shop.runs()).toMatchObject([{ status: "done", outcome: 1 }]),
      soon,
    );
    await stopEmbedded();
    await database().$disconnect();
  });
});
