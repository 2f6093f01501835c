/** An exported trail is checked by whoever has the file and the public key, with nothing of ours. */
import { execFile } from "node:child_process";
import { createHash, createPublicKey, randomBytes, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { append } from "@/server/audit/append.ts";
import { exported } from "@/server/audit/export.ts";
import { publicHead, publishedHead, signHead } from "@/server/audit/heads.ts";
import { verifyExport } from "@/server/audit/verify-export.ts";
import { type Database, openDatabase } from "@/server/db.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import { root } from "@/tests/support/sources.ts";

// Each look at the console is a process of its own.
vi.setConfig({ testTimeout: 180_000 });

const at = new Date("2026-11-22T01:00:00Z");
const days = { from: new Date("2026-11-22T00:00:00Z"), to: new Date("2026-11-23T00:00:00Z") };
const seal = sealing(randomBytes(32));
const folder = mkdtempSync(join(tmpdir(), "audit-export-"));
let url: string;
let db: Database;
let key: string;
let text: string;

const sign = () => signHead({ db, now: () => at, sealing: seal });
const write = (institutionId: string, subjectId: string) =>
  db.$transaction((tx) =>
    append(tx, { deed: "enrollment.seen", at, subject: "enrollment", subjectId, institutionId }),
  );
async function trailOf(institution: string): Promise<string> {
  let all = "";
  for await (const part of exported(db, { institutions: [institution], ...days })) all += part;
  return all;
}

beforeAll(async () => {
  url = await testDatabaseUrl();
  db = openDatabase(url);
  await write("a", "a0");
  await sign();
  for (const n of [1, 2, 3]) {
    await write("a", `a${n}`);
    await write("b", `b${n}`);
  }
  await sign();
  key = (await publishedHead(db)).keys[0]?.publicKey ?? "";
  text = await trailOf("b");
});

afterAll(async () => {
  await db.$disconnect();
  rmSync(folder, { recursive: true });
});

/** Written from the description of the format alone, with what Node brings. How many entries; -1 where it does not hold. */
function independently(file: string, publicKey: string): number {
  const sha256 = (...parts: Buffer[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
  const spki = Buffer.from(publicKey, "base64");
  const isSigned = ({ at, hash, key, seq, signature }: Record<string, string>) =>
    key === sha256(spki).toString("hex").slice(0, 16) &&
    verify(
      null,
      Buffer.from(`{"alg":"Ed25519","at":"${at}","hash":"${hash}","key":"${key}","seq":"${seq}"}`),
      createPublicKey({ key: spki, format: "der", type: "spki" }),
      Buffer.from(signature ?? "", "base64"),
    );
  const lines = file.trimEnd().split("\n");
  const [first, last] = [lines.at(0), lines.at(-1)].map((line) => JSON.parse(line ?? ""));
  let [hash, seq, entries] = [Buffer.from(first.hash, "hex"), BigInt(first.seq), 0];
  if (seq > 0n && !(isSigned(first.head) && first.head.hash === first.hash)) return -1;
  for (const line of lines.slice(1, -1)) {
    const [, place, entry] = /^\{"seq":"(\d+)","entry":(\{.*\})\}$/.exec(line) ?? [];
    const digest = entry ? sha256(Buffer.from(entry)) : Buffer.from(JSON.parse(line).digest, "hex");
    if (BigInt(place ?? JSON.parse(line).seq) !== ++seq) return -1;
    hash = sha256(hash, digest);
    if (entry) entries += 1;
  }
  const holds = isSigned(last.head) && last.head.hash === hash.toString("hex") && last.head.seq === `${seq}`;
  return holds ? entries : -1;
}

const ours = (file: string) =>
  verifyExport(file.trimEnd().split("\n"), [Uint8Array.from(Buffer.from(key, "base64"))]);

test("holds for somebody else's few lines as for ours, and tells of the own institution only", async () => {
  expect(independently(text, key)).toBe(3);
  expect(await ours(text)).toMatchObject({ holds: true, entries: 3, upTo: { seq: "7" } });
  expect(text).not.toMatch(/"a\d"|"institutionId":"a"/);
  expect([...text.matchAll(/"subjectId":"(\w+)"/g)].map(([, id]) => id)).toEqual(["b1", "b2", "b3"]);
});

describe("does not hold", () => {
  const lines = () => text.trimEnd().split("\n");
  const without = (n: number) => lines().toSpliced(n, 1).join("\n");
  test.each([
    ["with an entry changed", () => text.replace('"b2"', '"b9"'), "hash"],
    [
      "with an entry replaced by a digest",
      () => text.replace(/"entry":.*/, `"digest":"${"0".repeat(64)}"}`),
      "hash",
    ],
    ["without a line", () => without(3), "gap"],
    ["without its end", () => without(lines().length - 1), "no_head"],
    ["without the head it begins from", () => text.replace(/"head":\{[^}]*\}/, '"head":null'), "no_head"],
    ["with a head of another moment", () => text.replaceAll("T01:00:00.000Z", "T01:00:00.001Z"), "signature"],
    ["with something after its end", () => `${text}{"seq":"8","entry":{"deed":"login"}}`, "after_the_end"],
    ["with two ends", () => `${text}${lines().at(-1)}`, "after_the_end"],
    ["with a place that is no number", () => text.replace('"seq":"3"', '"seq":"three"'), "unreadable"],
    ["with a place that is no text", () => text.replace('"seq":"3"', '"seq":{}'), "unreadable"],
    [
      "with an entry that says two things",
      () => text.replace('{"seq":"3",', '{"entry":{},"seq":"3",'),
      "unreadable",
    ],
    ["with a line that is not JSON", () => text.replace('{"seq":"3"', '{"seq":'), "unreadable"],
    ["where there is nothing", () => "", "unreadable"],
  ])("%s", async (_, tampered, because) => {
    expect(tampered()).not.toBe(text);
    expect(await ours(tampered())).toMatchObject({ holds: false, because });
  });

  test("for the holder of another key", async () => {
    expect(await verifyExport(text.split("\n"), [])).toMatchObject({ holds: false, because: "unknown_key" });
  });
});

test("of whom there is nothing the trail is empty, and holds as such only", async () => {
  const empty = await trailOf("c");
  expect(await ours(empty)).toEqual({ holds: true, entries: 0, upTo: null });
  const filled = empty.replace("\n", `\n{"seq":"1","entry":{"deed":"login"}}\n`);
  expect(await ours(filled)).toMatchObject({ holds: false, because: "no_head" });
});

describe("npm run audit:verify", () => {
  function verifyAt(...words: string[]) {
    const args = ["--disable-warning=ExperimentalWarning", "bin/audit.ts", ...words];
    const env = { ...process.env, DATABASE_URL: url, DATA_DIR: folder };
    return new Promise<{ code: unknown; said: string }>((done) =>
      execFile(process.execPath, args, { cwd: root, env }, (error, stdout, stderr) =>
        done({ code: error?.code ?? 0, said: `${stdout}${stderr}` }),
      ),
    );
  }
  const fileOf = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  test("says of a file whether it holds", async () => {
    const good = await verifyAt(fileOf("good.jsonl", text), "--key", key);
    expect(good).toEqual({ code: 0, said: expect.stringContaining("3 entries") });
    const bad = await verifyAt(fileOf("bad.jsonl", text.replace('"b2"', '"b9"')), "--key", key);
    expect(bad).toEqual({ code: 1, said: expect.stringMatching(/does not hold: line \d+, hash/) });
    expect((await verifyAt(join(folder, "none.jsonl"), "--key", key)).code).toBe(2);
    expect((await verifyAt(fileOf("good.jsonl", text))).code).toBe(2);
  });

  test("says of the chain whether it holds, and whether it is the one that was signed once", async () => {
    const [first] = await db.auditHead.findMany({ orderBy: { seq: "asc" } });
    if (!first) throw new Error("nothing was signed");
    const head = fileOf("head.json", JSON.stringify({ head: publicHead(first), keys: [] }));
    const good = await verifyAt("--key", key, "--head", head);
    expect(good).toEqual({ code: 0, said: expect.stringContaining("7 entries") });
    await db.$transaction([
      db.$executeRawUnsafe("SET LOCAL session_replication_role = replica"),
      db.$executeRawUnsafe(`UPDATE "AuditEntry" SET reason = 'other' WHERE "subjectId" = 'b2'`),
    ]);
    expect(await verifyAt()).toEqual({ code: 1, said: expect.stringMatching(/place 5, .*entry_changed/) });
  });
});
