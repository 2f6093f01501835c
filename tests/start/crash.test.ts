/** The whole portal is killed again and again while a member applies and downloads: nothing is lost, nothing is done twice. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createSecureContext } from "node:tls";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freePort } from "@/bin/free-port.ts";
import type { Dashboard, EnrollmentDetail } from "@/server/enrollment/views.ts";
import { collectUrlIn, mailsTo } from "@/tests/support/outbox.ts";
import { askDatabase } from "@/tests/support/own-database.ts";
import { StartedPortal } from "@/tests/support/portal.ts";
import { Visitor } from "@/tests/support/visitor.ts";

const rounds = 6;
const address = "taro@a.example.ac.jp";
const folder = mkdtempSync(join(tmpdir(), "portal-crash-"));
let settings: { PORT: string; DATA_DIR: string };
let portal: StartedPortal;
let taro: Visitor;

beforeAll(async () => {
  settings = { PORT: String(await freePort()), DATA_DIR: folder };
  portal = new StartedPortal(settings);
  await portal.ready();
  taro = new Visitor(portal.baseUrl);
  await taro.logIn("taro");
});

afterAll(async () => {
  await portal.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Kills all of it at some moment while `deed` is under way, and starts it again. What the deed answered, if it did. */
async function killedDuring<T>(deed: () => Promise<T>, withinMs: number): Promise<T | undefined> {
  const answer = deed().catch(() => undefined);
  await pause(Math.random() * withinMs);
  await portal.kill();
  const known = await answer;
  portal = new StartedPortal(settings);
  await portal.ready();
  return known;
}

async function applied(key: string): Promise<number> {
  const wish = { kind: "client", months: 52, key };
  const answer = await killedDuring(() => taro.mutate<{ number: number }>("enrollment.request", wish), 500);
  const again = await taro.mutate<{ number: number; already: boolean }>("enrollment.request", wish);
  // What was promised is there; what was cut off may be sent again.
  if (answer) expect(again).toEqual({ number: answer.number, already: true });
  return again.number;
}

async function waitingForDownload(number: number) {
  return vi.waitFor(
    async () => {
      const detail = await taro.query<EnrollmentDetail>("enrollment.get", { number });
      expect(detail.status).toBe("pin_ready");
      expect(detail.letters).toMatchObject([{ kind: "acceptance", status: "sent" }]);
      return detail.pin.state === "ready" ? detail.pin.value : "";
    },
    { timeout: 30_000, interval: 100 },
  );
}

async function download(path: string): Promise<string> {
  const answer = await taro.post(`${path}/file`, { madeBy: "server", encryption: "modern" });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer()).toString("base64");
}

test("killed at any moment between application and download, it goes on by itself after the next start", async () => {
  const known = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const { requestKeys } = await taro.query<Dashboard>("enrollment.list", { all: true });
    const number = await applied(requestKeys.client);
    const pin = await waitingForDownload(number);

    const fresh = (await mailsTo(folder, address)).map(collectUrlIn).filter((url) => url && !known.has(url));
    expect(fresh).toHaveLength(1);
    const [url = ""] = fresh;
    known.add(url);
    const { pathname } = new URL(url);
    const ticket = pathname.split("/").at(-1) ?? "";

    const right = await taro.mutate<{ browser: string }>("issuing.enterPin", { ticket, pin });
    const name = `issue-${createHash("sha256").update(ticket).digest("hex").slice(0, 16)}`;
    taro.keep(name, right.browser);
    const cutOff = await killedDuring(() => download(pathname), 300);
    const p12 = await download(pathname);
    if (cutOff) expect(p12).toBe(cutOff);
    createSecureContext({ pfx: Buffer.from(p12, "base64"), passphrase: pin });
    await taro.mutate("issuing.confirm", { ticket, browser: right.browser });
  }

  await vi.waitFor(
    async () => {
      const { enrollments } = await taro.query<Dashboard>("enrollment.list", { all: true });
      expect(enrollments.map(({ status }) => status)).toEqual(Array(rounds).fill("active"));
      expect(await mailsTo(folder, address)).toHaveLength(2 * rounds);
    },
    // What died with its process is taken up when its lease is over; what happened before its wait began, a minute later.
    { timeout: 90_000, interval: 200 },
  );
  const [count] = await askDatabase(
    folder,
    `
    SELECT (SELECT count(*)::int FROM "Certificate") AS certificates,
           (SELECT count(*)::int FROM "Order") AS orders,
           (SELECT count(*)::int FROM "Letter" WHERE status = 'sent') AS letters,
           (SELECT count(*)::int FROM "Certificate" c JOIN "Enrollment" e ON e.serial = c.serial) AS shown`,
  );
  expect(count).toEqual({ certificates: rounds, orders: rounds, letters: 2 * rounds, shown: rounds });
}, 400_000);
