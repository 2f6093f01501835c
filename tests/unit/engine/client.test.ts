import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const settings = {
  DATABASE_URL: "postgresql://127.0.0.1/none",
  BASE_URL: "http://localhost:3000",
  AUTH_SECRET: "a".repeat(32),
  SEALING_KEY: Buffer.alloc(32).toString("base64"),
  DEMO_FEDERATION: "true",
  LOG_LEVEL: "silent",
  INNGEST_EVENT_KEY: "",
  INNGEST_SIGNING_KEY: "",
  INNGEST_BASE_URL: "",
};

async function clientWith(changed: Partial<Record<keyof typeof settings, string>> = {}) {
  for (const [name, value] of Object.entries({ ...settings, ...changed })) vi.stubEnv(name, value);
  vi.resetModules();
  return import("@/inngest/client.ts");
}

beforeEach(() => vi.resetModules());
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the client of the workflows", () => {
  it("can be imported, and functions be made with it, without any setting", async () => {
    for (const name of Object.keys(settings)) vi.stubEnv(name, "");
    const { inngest } = await import("@/inngest/client.ts");
    expect(inngest.createFunction({ id: "f", triggers: [{ event: "go" }] }, () => {}).id()).toBe("f");
  });

  it("signs for the embedded engine with a key that all processes of a portal derive, and no other portal", async () => {
    const one = (await clientWith()).signingKey();
    const same = (await clientWith()).signingKey();
    const other = (await clientWith({ AUTH_SECRET: "b".repeat(32) })).signingKey();
    expect(one).toMatch(/^signkey-local-[0-9a-f]{64}$/);
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });

  it("is never in the development mode, in which calls need no signature", async () => {
    const { inngest, hosted } = await clientWith();
    expect({ hosted: hosted(), mode: inngest.mode }).toEqual({ hosted: false, mode: "cloud" });
  });

  it("speaks to Inngest when its keys are set, and to one's own server when that is set as well", async () => {
    const keys = { INNGEST_EVENT_KEY: "event-key", INNGEST_SIGNING_KEY: "signkey-prod-0123" };
    const cloud = await clientWith(keys);
    expect(cloud.hosted()).toBe(true);
    expect(cloud.inngest.eventKey).toBe("event-key");
    expect(cloud.inngest.signingKey).toBe("signkey-prod-0123");
    expect(cloud.inngest.eventBaseUrl).toBe("https://inn.gs/");
    const own = await clientWith({ ...keys, INNGEST_BASE_URL: "https://inngest.example.ac.jp" });
    expect(own.inngest.apiBaseUrl).toBe("https://inngest.example.ac.jp");
  });
});
