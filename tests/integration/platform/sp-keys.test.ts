import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { keysOf, lockFolder, openFolder } from "@/bin/data-folder.ts";
import { startPostgres } from "@/bin/postgres.ts";
import { makeKeyPair, pemOf } from "@/server/federation/service/keys.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import { root } from "@/tests/support/sources.ts";

// Each look at the console is a process of its own.
vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), "sp-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

const none = { DATABASE_URL: "", SEALING_KEY: "", BASE_URL: "", PORT: "", VERCEL_PROJECT_PRODUCTION_URL: "" };

/** What an operator types after `npm run sp-keys --`, and what the console says. */
function spKeys(settings: Record<string, string>, ...words: string[]) {
  const args = ["--disable-warning=ExperimentalWarning", "bin/sp-keys.ts", ...words];
  const env = { ...process.env, ...none, DATA_DIR: folder, ...settings };
  return new Promise<{ ok: boolean; said: string }>((done) =>
    execFile(process.execPath, args, { cwd: root, env }, (error, stdout, stderr) =>
      done({ ok: error === null, said: `${stdout}${stderr}` }),
    ),
  );
}

/** The ids of the keys in a state. */
const idsOf = (said: string, state: string) =>
  [...said.matchAll(new RegExp(`^ {2}([0-9a-f]{8}) {2}${state}`, "gm"))].map(([, id]) => id ?? "");

const database = {
  DATABASE_URL: await testDatabaseUrl(),
  SEALING_KEY: Buffer.alloc(32, 7).toString("base64"),
  BASE_URL: "https://portal.example.ac.jp",
};

describe("a rollover at the console", () => {
  test("says how it goes to whoever asks, without a portal even", async () => {
    const asked = await spKeys({ DATA_DIR: join(folder, "nothing here") }, "--help");
    expect(asked).toEqual({ ok: true, said: expect.stringMatching(/^npm run sp-keys -- add/m) });
  });

  test("goes through its steps, each of which says what comes next", async () => {
    expect((await spKeys(database)).said).toContain("There are no keys yet");
    expect(idsOf((await spKeys(database, "add")).said, "in use")).toHaveLength(2);
    const added = await spKeys(database, "add");
    expect(added.ok).toBe(true);
    expect(idsOf(added.said, "published")).toHaveLength(2);
    expect(added.said).toContain("https://portal.example.ac.jp/api/saml/metadata?signed=false");

    const early = await spKeys(database, "use");
    expect(early.ok).toBe(false);
    expect(early.said).toContain("less than a day old");
    const used = await spKeys(database, "use", "--now");
    expect(used.ok).toBe(true);
    expect(idsOf(used.said, "in use")).toEqual(idsOf(added.said, "published"));

    const [old = ""] = idsOf(used.said, "no longer");
    const retired = await spKeys(database, "retire", old);
    expect(retired.ok).toBe(true);
    expect(idsOf(retired.said, "retired")).toEqual([old]);
    expect(retired.said).not.toMatch(/PRIVATE|^\{/m);
  });

  test("takes a pair from a file, for both purposes, and not again", async () => {
    const { privateKey, certificate } = await makeKeyPair("portal.example.ac.jp", new Date());
    const file = join(folder, "pair.pem");
    writeFileSync(file, privateKey + pemOf(certificate, "CERTIFICATE"), { mode: 0o600 });
    const added = await spKeys(database, "add", file);
    const [id = "", ...more] = idsOf(added.said, "published");
    expect(more).toEqual([id]);
    expect((await spKeys(database, "retire", id)).ok).toBe(true);
    const again = await spKeys(database, "add", file);
    expect(again.ok).toBe(false);
    expect(again.said).toContain("is there already");
    expect(idsOf(again.said, "retired").filter((one) => one === id)).toHaveLength(2);
  });

  test.each([
    [
      "another SEALING_KEY",
      { SEALING_KEY: Buffer.alloc(32, 8).toString("base64") },
      ["add"],
      /keys in this database cannot be opened/,
    ],
    ["no SEALING_KEY", { SEALING_KEY: "" }, ["add"], /^SEALING_KEY is missing/m],
    ["no BASE_URL", { BASE_URL: "" }, ["add"], /^BASE_URL is missing/m],
    [
      "a database that does not answer",
      { DATABASE_URL: "postgresql://127.0.0.1:1/portal" },
      [],
      /nothing was changed/,
    ],
    ["a file that is not there", {}, ["add", "/no/such/file.pem"], /cannot be read/],
    ["a file that is no key", {}, ["add", "package.json"], /no private key in the file/],
    ["a key that is not there", {}, ["retire", "00000000"], /no such key/],
    ["a word that it does not know", {}, ["remove"], /^npm run sp-keys -- add/m],
    ["a key to retire that is not named", {}, ["retire"], /^npm run sp-keys -- retire/m],
  ])("with %s says what to do, and changes nothing", async (_, settings, words, sentence) => {
    const before = (await spKeys(database)).said;
    const { ok, said } = await spKeys({ ...database, ...settings }, ...words);
    expect(ok).toBe(false);
    expect(said).toMatch(sentence);
    expect(said).not.toContain("    at ");
    expect((await spKeys(database)).said).toBe(before);
  });
});

describe("with the embedded database", () => {
  test("says so when there is no portal yet, and makes none", async () => {
    const { ok, said } = await spKeys({});
    expect(ok).toBe(false);
    expect(said).toContain("There is no portal in");
    expect(existsSync(join(folder, "keys.json"))).toBe(false);
  });

  test("works whether the portal is stopped or runs", async () => {
    const { POSTGRES_PASSWORD: password } = keysOf(openFolder(folder));
    await (await startPostgres({ folder, password, fast: true })).stop();
    const stopped = await spKeys({}, "add");
    expect(idsOf(stopped.said, "in use")).toHaveLength(2);

    const lock = await lockFolder(folder);
    expect((await spKeys({})).said).toContain("The portal is just starting");
    const postgres = await startPostgres({ folder, password, fast: true });
    expect(idsOf((await spKeys({})).said, "in use")).toEqual(idsOf(stopped.said, "in use"));
    await postgres.stop();
    lock.close();
  });
});
