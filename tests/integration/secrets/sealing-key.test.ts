/** A sealing key that a cloud's KMS keeps encrypted, and one that the data folder keeps: made, used, changed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { keysOf, lockFolder, openFolder, writeKeys } from "@/bin/data-folder.ts";
import { startPostgres } from "@/bin/postgres.ts";
import { applyMigrations } from "@/bin/schema-engine.ts";
import { openDatabase } from "@/server/db.ts";
import { serviceKey } from "@/server/federation/service/keys-in-force.ts";
import { openSealing } from "@/server/sealing.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { type KmsStandIn, kmsStandIn } from "@/tests/support/kms-stand-in.ts";
import { root } from "@/tests/support/sources.ts";
import { base64, next, old, openPortal, reseal } from "./change.ts";

// Each look at the console is a process of its own.
vi.setConfig({ testTimeout: 180_000 });

describe("kept by a cloud's KMS", () => {
  let kms: KmsStandIn;
  beforeAll(async () => {
    kms = await kmsStandIn();
    for (const [name, value] of Object.entries(kms.environment)) vi.stubEnv(name, value);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await kms.close();
  });
  beforeEach(() => kms.failWith());

  const wrappers = [
    "aws-kms:arn:aws:kms:ap-northeast-1:111122223333:key/wrapper",
    "gcp-kms:projects/p/locations/l/keyRings/r/cryptoKeys/wrapper",
  ];
  const wrap = async (settings: Record<string, string>, ...words: string[]) => {
    const { ok, said } = await reseal({ ...kms.environment, ...settings }, "wrap", ...words);
    return { ok, said, key: /^SEALING_KEY=(\S+)$/m.exec(said)?.[1] ?? "" };
  };
  const open = (SEALING_KEY: string, SEALING_KEY_PREVIOUS?: string) =>
    openSealing({ SEALING_KEY, SEALING_KEY_PREVIOUS, GCP_KMS_ENDPOINT: kms.url });

  test.each(wrappers)("%s: the key that there is, encrypted, opens the same", async (wrapper) => {
    const { ok, said, key } = await wrap({ SEALING_KEY: base64(old) }, wrapper);
    expect(ok).toBe(true);
    expect(said).not.toContain(base64(old));
    const { keyId } = await open(key);
    expect(keyId).toBe(sealing(old).keyId);
    // Once more, from one that is encrypted already.
    const again = await wrap({ SEALING_KEY: key }, wrappers[0] ?? "");
    expect((await open(again.key)).keyId).toBe(keyId);
  });

  test.each(wrappers)("%s: everything is brought under a new key that nobody has seen", async (wrapper) => {
    const portal = await openPortal();
    const { key } = await wrap({}, wrapper, "--new");
    const settings = {
      ...kms.environment,
      DATABASE_URL: portal.url,
      SEALING_KEY: key,
      SEALING_KEY_PREVIOUS: base64(old),
    };
    const done = await reseal(settings);
    expect(done.said).toContain("take it out of the settings");
    const ca = portal.caWith(next);
    await expect(ca.readPin(portal.waiting.id)).rejects.toThrow("SEALING_KEY");
    const after = await reseal({ ...settings, SEALING_KEY_PREVIOUS: "" });
    expect(after).toMatchObject({ ok: true, said: expect.stringContaining("Everything is sealed") });
  });

  test("where it is not decrypted, one sentence says why, and nothing was changed", async () => {
    const { key } = await wrap({ SEALING_KEY: base64(old) }, wrappers[0] ?? "");
    const portal = await openPortal();
    kms.failWith("denied");
    const { ok, said } = await reseal(
      { ...kms.environment, DATABASE_URL: portal.url, SEALING_KEY: key },
      "list",
    );
    expect(ok).toBe(false);
    expect(said).toMatch(/The sealing key cannot be opened.*kms:Decrypt/);
    expect(said).not.toContain("    at ");
  });

  test("a process that begins without it ends with the sentence; with it, it is there at once", async () => {
    const { key } = await wrap({ SEALING_KEY: base64(old) }, wrappers[0] ?? "");
    const begin = async () => {
      const script = `const { endWithoutSealing, ownSealing } = await import("./server/sealing.ts");
        try { ownSealing(); } catch (error) { console.log(error.message); }
        await endWithoutSealing(); console.log("key " + ownSealing().keyId);`;
      const env = {
        ...process.env,
        ...kms.environment,
        SEALING_KEY: key,
        DATABASE_URL: "postgresql://localhost/portal",
        BASE_URL: "http://localhost:3000",
        AUTH_SECRET: "x".repeat(40),
        DEMO_FEDERATION: "true",
      };
      const child = spawn(process.execPath, ["--input-type=module", "-e", script], { cwd: root, env });
      let said = "";
      child.stdout.on("data", (chunk) => (said += chunk));
      child.stderr.on("data", (chunk) => (said += chunk));
      const [code] = await once(child, "close");
      return { code, said };
    };
    expect(await begin()).toEqual({
      code: 0,
      said: expect.stringMatching(new RegExp(`await prepareSealing[^]*key ${sealing(old).keyId}`)),
    });
    kms.failWith("denied");
    const refused = await begin();
    expect(refused.code).toBe(1);
    expect(refused.said).toMatch(/^The sealing key \(SEALING_KEY\) cannot be opened\..*kms:Decrypt/m);
    expect(refused.said).not.toContain("    at ");
  });

  test.each([
    ["pkcs11:token=a;object=b", /not by an HSM/],
    ["somewhere:else", /names no key/],
    ["aws-kms:alias/nobody", /no such key/],
  ])("not by %s", async (wrapper, sentence) => {
    const { ok, said } = await wrap({ SEALING_KEY: base64(old) }, wrapper);
    expect(ok).toBe(false);
    expect(said).toMatch(sentence);
    expect(said).not.toContain("    at ");
  });
});

describe("kept in the data folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "reseal-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const here = { DATA_DIR: folder };
  const kept = () => JSON.parse(readFileSync(join(folder, "keys.json"), "utf8"));
  const password = () => keysOf(openFolder(folder)).POSTGRES_PASSWORD;

  /** With a key of ours in the federation, sealed. */
  async function withDatabase<T>(use: (url: string) => Promise<T>): Promise<T> {
    const postgres = await startPostgres({ folder, password: password(), fast: true });
    try {
      await applyMigrations(postgres.url("postgres"));
      return await use(postgres.url("postgres"));
    } finally {
      await postgres.stop();
    }
  }
  const ownKey = (url: string, ...[key = "", ...former]: (string | undefined)[]) => {
    const db = openDatabase(url, 1);
    const octets = (text = "") => Buffer.from(text, "base64");
    const keys = sealing(octets(key), ...former.filter(Boolean).map(octets));
    const world = { db, now: () => new Date(), sealing: keys, baseUrl: "http://localhost:3000" };
    return serviceKey(world, "demo-a").finally(() => db.$disconnect());
  };

  test("is changed while the portal is stopped, and the former one is gone", async () => {
    const before = keysOf(openFolder(folder));
    const own = await withDatabase((url) => ownKey(url, before.SEALING_KEY));

    const lock = await lockFolder(folder);
    const running = await startPostgres({ folder, password: password(), fast: true });
    const refused = await reseal(here, "new");
    expect(refused).toMatchObject({ ok: false, said: expect.stringContaining("The portal is running") });
    expect(kept()).toEqual(before);
    await running.stop();
    lock.close();

    const done = await reseal(here, "new");
    expect(done.said).toContain("The former key is out of");
    const after = kept();
    expect(after).toMatchObject({
      AUTH_SECRET: before.AUTH_SECRET,
      POSTGRES_PASSWORD: before.POSTGRES_PASSWORD,
    });
    expect(Object.keys(after)).not.toContain("SEALING_KEY_PREVIOUS");
    expect(after.SEALING_KEY).not.toBe(before.SEALING_KEY);
    expect(`${done.said}`).not.toContain(after.SEALING_KEY);
    await withDatabase(async (url) => {
      expect((await ownKey(url, after.SEALING_KEY)).privateKey).toBe(own.privateKey);
      await expect(ownKey(url, before.SEALING_KEY)).rejects.toThrow("SEALING_KEY");
    });
  });

  test("interrupted half-way it is finished beside the portal, which has both keys since its start", async () => {
    const { SEALING_KEY } = kept();
    // As it is left when the command ends right after it has written the new key.
    const fresh = Buffer.alloc(32, 5).toString("base64");
    writeKeys(folder, { ...kept(), SEALING_KEY: fresh, SEALING_KEY_PREVIOUS: SEALING_KEY });

    const lock = await lockFolder(folder);
    const postgres = await startPostgres({ folder, password: password(), fast: true });
    const url = postgres.url("postgres");
    const own = await ownKey(url, fresh, SEALING_KEY);
    const done = await reseal(here);
    expect(done.said).toContain("The former key is out of");
    expect(kept()).toMatchObject({ SEALING_KEY: fresh });
    expect(Object.keys(kept())).not.toContain("SEALING_KEY_PREVIOUS");
    expect((await ownKey(url, fresh)).privateKey).toBe(own.privateKey);
    await postgres.stop();
    lock.close();
  });

  test("is not changed where something opens with no key that is there", async () => {
    writeKeys(folder, { ...kept(), SEALING_KEY: Buffer.alloc(32, 6).toString("base64") });
    const before = kept();
    const { ok, said } = await reseal(here, "new");
    expect(ok).toBe(false);
    expect(said).toMatch(/ServiceKey\.sealedKey: /);
    expect(kept()).toEqual(before);
  });
});
