/** What a newcomer relies on: one command starts everything, Ctrl-C ends everything, nothing is lost. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "@/bin/free-port.ts";
import { nodeProblem } from "@/bin/node-version.mjs";
import { isAlive, StartedPortal } from "@/tests/support/portal.ts";

const folders: string[] = [];
const portals: StartedPortal[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "portal-start-"));
  folders.push(folder);
  return folder;
}

async function start(dataDir: string, more: Record<string, string> = {}): Promise<StartedPortal> {
  const portal = new StartedPortal({ PORT: String(await freePort()), DATA_DIR: dataDir, ...more });
  portals.push(portal);
  return portal;
}

async function root(portal: StartedPortal): Promise<string> {
  const response = await fetch(`${portal.baseUrl}/pki/root.cer`);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer()).toString("base64");
}

afterAll(async () => {
  await Promise.all(portals.filter((portal) => portal.processes().length > 0).map((portal) => portal.kill()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe("a portal that was started", () => {
  const folder = newFolder();
  let portal: StartedPortal;
  let certificate: string;

  beforeAll(async () => {
    // As a first start leaves it that was cut off while it made the database.
    mkdirSync(join(folder, "postgres.new"));
    writeFileSync(join(folder, "postgres.new", "PG_VERSION"), "18\n");
    portal = await start(folder);
    await portal.ready();
    certificate = await root(portal);
  });

  test("says where to go, who may log in, and where mails are read", () => {
    expect(portal.said).toContain(portal.baseUrl);
    expect(portal.said).toContain(`${portal.baseUrl}/outbox`);
    expect(portal.said).toMatch(/hanako.*taro/);
  });

  test("is well, and says so without a secret", async () => {
    const response = await fetch(`${portal.baseUrl}/api/ready`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      well: true,
      parts: { database: "ok", engine: "ok", federation: "ok", ca: "ok", mail: "ok" },
    });
  });

  test("keeps its keys where only its user can read them", () => {
    expect(statSync(join(folder, "keys.json")).mode & 0o777).toBe(0o600);
    const { SEALING_KEY, AUTH_SECRET } = JSON.parse(readFileSync(join(folder, "keys.json"), "utf8"));
    expect(portal.said).not.toContain(SEALING_KEY);
    expect(portal.said).not.toContain(AUTH_SECRET);
  });

  test("keeps its folder to itself", async () => {
    const second = await start(folder);
    expect(await second.ended()).toBe(1);
    expect(second.said).toMatch(
      /Another portal \(process \d+\) is using .*: stop it, or choose another folder/,
    );
  });

  test("leaves no process and frees its port at Ctrl-C", async () => {
    const processes = portal.processes();
    expect(processes.length).toBeGreaterThan(2);
    expect(await portal.interrupt()).toBe(0);
    expect(processes.filter(isAlive)).toEqual([]);
    const again = createServer();
    await new Promise<void>((done, fail) =>
      again.once("error", fail).listen(new URL(portal.baseUrl).port, done),
    );
    again.close();
  });

  test("finds everything as it was at the second start, within seconds", async () => {
    const began = Date.now();
    portal = await start(folder);
    await portal.ready();
    expect(Date.now() - began).toBeLessThan(30_000);
    expect(await root(portal)).toBe(certificate);
  });

  test("comes back by itself after everything was killed", async () => {
    await portal.kill();
    portal = await start(folder);
    await portal.ready();
    expect(await root(portal)).toBe(certificate);
  });

  test("ends its forerunner's database when only that has survived", async () => {
    const database = Number(readFileSync(join(folder, "postgres", "postmaster.pid"), "utf8").split("\n")[0]);
    for (const pid of portal.processes(database)) process.kill(pid, "SIGKILL");
    await portal.ended();
    portal = await start(folder);
    await portal.ready();
    expect(isAlive(database)).toBe(false);
    expect(await root(portal)).toBe(certificate);
  });

  test("ends as a whole when npm is told to end", async () => {
    await portal.interrupt();
    portal = new StartedPortal({ PORT: String(await freePort()), DATA_DIR: folder }, ["npm", "start"]);
    portals.push(portal);
    await portal.ready();
    const processes = portal.processes();
    portal.terminate();
    await expect.poll(() => processes.filter(isAlive), { timeout: 15_000 }).toEqual([]);
    portal = await start(folder);
    await portal.ready();
  });

  test("ends as a whole, with a sentence, when its database ends", async () => {
    const processes = portal.processes();
    process.kill(
      Number(readFileSync(join(folder, "postgres", "postmaster.pid"), "utf8").split("\n")[0]),
      "SIGKILL",
    );
    expect(await portal.ended()).toBe(1);
    expect(portal.said).toContain("The database ended by itself");
    expect(processes.filter(isAlive)).toEqual([]);
  });
});

test("with another SEALING_KEY than its database was begun with, it says so and ends", async () => {
  const folder = newFolder();
  const first = await start(folder);
  await first.ready();
  await first.interrupt();
  const other = await start(folder, { SEALING_KEY: Buffer.alloc(32, 9).toString("base64") });
  expect(await other.ended()).toBe(1);
  expect(other.said).toContain(
    "cannot be opened: set SEALING_KEY to the one that the database was begun with",
  );
});

describe("a portal that cannot start says in one sentence what to do", () => {
  let other: Server;
  let taken: string;

  beforeAll(async () => {
    taken = String(await freePort());
    other = createServer().listen(Number(taken), "127.0.0.1");
  });
  afterAll(() => other.close());

  async function refusal(dataDir: string, more: Record<string, string> = {}) {
    const portal = await start(dataDir, more);
    expect(await portal.ended()).toBe(1);
    return portal.said.trim();
  }

  test("when the port is taken", async () => {
    const sentence = `Port ${taken} is taken: end the program that uses it, or choose another port with \`PORT=${Number(taken) + 1} npm start\`.`;
    expect(await refusal(newFolder(), { PORT: taken })).toBe(sentence);
  });

  test("when the port is no port", async () => {
    expect(await refusal(newFolder(), { PORT: "many" })).toMatch(
      /^PORT is not right: set it to a number.*\.$/,
    );
  });

  test("when its folder cannot be written", async () => {
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    expect(await refusal(join(file, "data"))).toMatch(
      /^The folder .* cannot be written .*: make it writable.*\.$/,
    );
  });

  test("when the keys of its database are gone", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "postgres"));
    expect(await refusal(folder)).toMatch(
      /^The keys .* are missing though there is a database: put the file back.*\.$/,
    );
  });

  test("when its data are of another PostgreSQL", async () => {
    const folder = newFolder();
    const keys = {
      AUTH_SECRET: "a".repeat(48),
      SEALING_KEY: Buffer.alloc(32).toString("base64"),
      POSTGRES_PASSWORD: "b",
    };
    writeFileSync(join(folder, "keys.json"), JSON.stringify(keys));
    mkdirSync(join(folder, "postgres"));
    writeFileSync(join(folder, "postgres", "PG_VERSION"), "9\n");
    expect(await refusal(folder)).toMatch(
      /made by PostgreSQL 9, but this version brings 18: carry them over.*\.$/m,
    );
  });

  test("when a setting is wrong", async () => {
    const said = await refusal(newFolder(), { SEALING_KEY: "short" });
    expect(said).toMatch(/SEALING_KEY is not right: set it to 32 random octets.*\./);
    expect(said).not.toContain("short");
  });

  test("when Node is too old", () => {
    expect(nodeProblem("18.20.0")).toMatch(/^Node 18\.20\.0 is too old: install Node 24/);
    expect(nodeProblem("20.9.0")).toBeNull();
    expect(nodeProblem("24.0.0")).toBeNull();
  });
});
