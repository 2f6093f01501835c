import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, test, vi } from "vitest";
import { openDatabase } from "@/server/db.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import { root as checkout } from "@/tests/support/sources.ts";
import { run, tool } from "@/tests/support/tools.ts";

// Each look at the console is a process of its own.
vi.setConfig({ testTimeout: 180_000 });

const folder = mkdtempSync(join(tmpdir(), "ca-command-"));
afterAll(() => rmSync(folder, { recursive: true }));

const settings = {
  DATABASE_URL: await testDatabaseUrl(),
  SEALING_KEY: Buffer.alloc(32, 7).toString("base64"),
  BASE_URL: "https://portal.example.ac.jp",
  CA_ROOT: "offline",
  CA_ORGANIZATION: "国立例大学",
  DATA_DIR: join(folder, "nothing here"),
  PORT: "",
  VERCEL_PROJECT_PRODUCTION_URL: "",
};
const env = { ...process.env, ...settings };
const script = (name: string) => ["--disable-warning=ExperimentalWarning", join(checkout, "bin", name)];

/** What an operator types after `npm run ca --`, and what the console says. */
function ca(...words: string[]) {
  return new Promise<{ ok: boolean; said: string }>((done) =>
    execFile(
      process.execPath,
      [...script("ca.ts"), ...words],
      { cwd: folder, env },
      (error, stdout, stderr) => done({ ok: error === null, said: `${stdout}${stderr}` }),
    ),
  );
}

/** The offline machine: Node.js and two folders of the checkout, and nothing else. */
const machine = join(folder, "offline");
mkdirSync(join(machine, "bin"), { recursive: true });
for (const part of [
  "bin/ca-root.ts",
  "bin/console.ts",
  "bin/passphrase.ts",
  "bin/refusal.ts",
  "server/pki",
  "server/ca/offline-root",
])
  cpSync(join(checkout, part), join(machine, part), { recursive: true });
writeFileSync(join(machine, "package.json"), '{"type":"module"}');

const passphrase = "four words nobody connects";

function caRoot(typed: string, ...words: string[]) {
  return new Promise<{ ok: boolean; said: string }>((done) => {
    const args = ["--disable-warning=ExperimentalWarning", "bin/ca-root.ts", ...words];
    const child = execFile(
      process.execPath,
      args,
      { cwd: machine, env: { NODE_ENV: "production" } },
      (error, stdout, stderr) => done({ ok: error === null, said: `${stdout}${stderr}` }),
    );
    child.stdin?.end(`${typed}\n`);
  });
}

/** Kills a command so many milliseconds after its start, wherever it is. */
async function killed(after: number, ...words: string[]): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [...script("ca.ts"), ...words], {
    cwd: folder,
    env,
    stdio: "ignore",
  });
  const gone = once(child, "exit");
  await Promise.race([gone, pause(after)]);
  child.kill("SIGKILL");
  await gone;
}

const fingerprintIn = (said: string) => /SHA-256 ([0-9A-F:]{95})/.exec(said)?.[1] ?? "";

test("a root on a machine without packages, and a portal that gets its CAs from it", async () => {
  expect(await ca("--help")).toEqual({ ok: true, said: expect.stringMatching(/^npm run ca -- request/m) });
  expect((await ca()).said).toContain("There is no CA yet");

  const made = await caRoot(
    passphrase,
    ...["new", "vault", "--name", "CN=Example Root CA G1,O=国立例大学,C=JP", "--algorithm", "p-384"],
  );
  expect(made.ok).toBe(true);
  const vault = join(machine, "vault");
  expect(statSync(join(vault, "root.key")).mode & 0o077).toBe(0);
  expect((await caRoot(passphrase, "new", "vault", "--name", "CN=Again,C=JP")).said).toContain(
    "there already and is not empty",
  );
  expect((await caRoot("short", "new", "other", "--name", "CN=Again,C=JP")).said).toContain("at least 12");
  expect(existsSync(join(machine, "other"))).toBe(false);
  const wrong = await caRoot("not the passphrase", "crl", "vault");
  expect(wrong).toEqual({ ok: false, said: expect.stringContaining("is not the root key's") });
  expect((await caRoot(passphrase, "crl", "vault")).ok).toBe(true);

  const requested = await ca("request", "client", "--algorithm", "p-256");
  expect(requested).toEqual({ ok: true, said: expect.stringContaining("waiting for its certificate") });
  const request = readFileSync(join(folder, "client.csr"), "utf8");
  expect((await ca("request", "client")).ok).toBe(true);
  expect(readFileSync(join(folder, "client.csr"), "utf8")).toBe(request);
  expect((await ca("use", "client")).said).toContain("Its certificate is not here yet");

  cpSync(join(folder, "client.csr"), join(machine, "client.csr"));
  expect((await caRoot(passphrase, "sign", "client.csr", "vault")).said).toContain("say --yes");
  const signed = await caRoot(passphrase, "sign", "client.csr", "vault", "--yes");
  expect(signed.said).toContain("O=国立例大学");
  const [keyFingerprint = "none"] = /[0-9A-F]{64}/.exec(requested.said) ?? [];
  expect(signed.said).toContain(keyFingerprint);
  expect(signed.said).toContain("http://portal.example.ac.jp/pki/root.crl");
  const certificate = readFileSync(join(machine, "client.pem"), "utf8");
  await caRoot(passphrase, "sign", "client.csr", "vault", "--yes");
  expect(readFileSync(join(machine, "client.pem"), "utf8")).toBe(certificate);

  const files = [join(machine, "client.pem"), join(vault, "root.pem")];
  const unconfirmed = await ca("accept", ...files);
  expect(unconfirmed.ok).toBe(false);
  expect(fingerprintIn(unconfirmed.said)).toBe(fingerprintIn(made.said));
  const accepted = await ca("accept", ...files, "--root-fingerprint", fingerprintIn(made.said));
  expect(accepted).toEqual({ ok: true, said: expect.stringContaining("npm run ca -- use client") });
  expect((await ca("use", "client")).said).toContain("There is no revocation list of its root");
  expect((await ca("crl", join(vault, "root.crl"))).ok).toBe(true);
  const used = await ca("use", "client");
  expect(used.ok).toBe(true);
  expect(used.said).toMatch(/client {2}client G1 {2}issues/);
  // Whoever fetches the new CA's list finds it.
  expect(used.said.match(/list \/ 失効リスト 1,/g)).toHaveLength(2);
  expect([used, accepted, requested, signed].map(({ said }) => said).join()).not.toMatch(
    /PRIVATE|^\{|four words/m,
  );
});

test.skipIf(!tool("openssl"))("OpenSSL opens the root's key with its passphrase, and with no other", () => {
  const file = join(machine, "vault", "root.key");
  const open = (typed: string) =>
    run("openssl", ["pkey", "-in", file, "-noout", "-passin", `pass:${typed}`]).ok;
  expect(open(passphrase)).toBe(true);
  expect(open("another passphrase")).toBe(false);
});

test.skipIf(!tool("certtool"))("and so does GnuTLS", () => {
  const file = join(machine, "vault", "root.key");
  const open = (typed: string) => run("certtool", ["--key-info", "--infile", file, "--password", typed]).ok;
  expect(open(passphrase)).toBe(true);
  expect(open("another passphrase")).toBe(false);
});

test("killed wherever it is, a command is given again and completes: one request, and no CA in use without a certificate", async () => {
  const db = openDatabase(settings.DATABASE_URL, 2);
  const state = async () => {
    const rows = await db.issuer.findMany({ where: { kind: "smime" } });
    expect(rows.length).toBeLessThanOrEqual(1);
    for (const { certificate, issuesFrom, sealedKey, request } of rows) {
      expect(sealedKey).not.toBeNull();
      expect(request).not.toBeNull();
      if (issuesFrom) expect(certificate).not.toBeNull();
    }
  };
  const each = async (moments: readonly number[], ...words: string[]) => {
    for (const after of moments) {
      await killed(after, ...words);
      await state();
    }
    const { ok, said } = await ca(...words);
    expect(said).toMatch(/smime {2}smime G1/);
    expect(ok).toBe(true);
  };
  await each([500, 700, 900], "request", "smime", "--algorithm", "p-256");
  cpSync(join(folder, "smime.csr"), join(machine, "smime.csr"));
  await caRoot(passphrase, "sign", "smime.csr", "vault", "--yes");
  await each([600, 800], "accept", join(machine, "smime.pem"));
  await each([600, 800], "use", "smime");
  expect(await db.issuer.findMany({ where: { kind: "smime" } })).toMatchObject([
    { parentId: "root", issuesFrom: expect.any(Date) },
  ]);
  await db.$disconnect();
});

test("what cannot be done is said, and changes nothing", async () => {
  const before = (await ca()).said;
  const cases: [readonly string[], RegExp][] = [
    [["remove"], /^npm run ca -- renew/m],
    [["request", "server"], /^npm run ca -- renew/m],
    [["revoke", "client"], /^npm run ca -- renew/m],
    [["accept", "/no/such/file.pem"], /cannot be read/],
    [["accept", "client.csr"], /no certificate in what was brought/],
    [["request", "client", "--key", "hsm:1"], /names no key/],
    [["renew", "client"], /No root whose key is here/],
    [["revoke", "client", "--reason", "compromise"], /Its root is offline/],
  ];
  for (const [words, sentence] of cases) {
    const { ok, said } = await ca(...words);
    expect(ok).toBe(false);
    expect(said).toMatch(sentence);
    expect(said).not.toContain("    at ");
  }
  expect((await ca()).said).toBe(before);
});
