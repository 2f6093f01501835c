/** `npm run operator`: the first operator of a portal, and who they are. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { keysOf, lockFolder } from "@/bin/data-folder.ts";
import { type Postgres, startPostgres } from "@/bin/postgres.ts";
import { applyMigrations } from "@/bin/schema-engine.ts";
import { type Database, openDatabase } from "@/server/db.ts";
import { auditEntries } from "@/tests/support/audit.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";

type Settings = { DATABASE_URL: string; DATA_DIR: string };
const root = join(import.meta.dirname, "..", "..", "..");

async function operator(settings: Partial<Settings>, ...args: string[]) {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "bin/operator.ts", ...args],
    {
      cwd: root,
      env: { ...process.env, DATABASE_URL: "", DATA_DIR: "", ...settings },
    },
  );
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, said };
}

const universities = {
  a: { entityId: "https://idp.a.example.ac.jp/idp", nameJa: "デモ大学A", nameEn: "Demo University A" },
  b: { entityId: "https://idp.b.example.ac.jp/idp", nameJa: "デモ高専B", nameEn: "Demo KOSEN B" },
};

async function person(db: Database, at: keyof typeof universities, user: string, displayName: string) {
  const scope = `${at}.example.ac.jp`;
  const institution = await db.institution.upsert({
    where: { entityId: universities[at].entityId },
    create: { ...universities[at], dnBase: `O=${universities[at].nameEn},L=Academe,C=JP` },
    update: {},
  });
  const subject = `uniqueId:${user}-id@${scope}`;
  return db.member.create({
    data: {
      institutionId: institution.id,
      subject,
      displayName,
      mails: [`${user}@${scope}`],
      eppn: `${user}@${scope}`,
      identifiers: {
        create: [subject, `eppn:${user}@${scope}`].map((own) => ({
          subject: own,
          institutionId: institution.id,
        })),
      },
    },
  });
}

describe("with DATABASE_URL", () => {
  let db: Database;
  let DATABASE_URL: string;
  const run = (...args: string[]) => operator({ DATABASE_URL }, ...args);
  /** In force. */
  const roles = () =>
    db.role.findMany({
      where: { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] },
      include: { member: true },
    });

  beforeAll(async () => {
    DATABASE_URL = await testDatabaseUrl();
    db = openDatabase(DATABASE_URL, 2);
  });
  beforeEach(async () => {
    await db.$executeRaw`TRUNCATE "Member" CASCADE`;
    await person(db, "a", "hanako", "Hanako Kokuritsu");
    await person(db, "a", "tanaka", "Ichiro Tanaka");
    await person(db, "b", "tanaka", "Misaki Tanaka");
  });
  afterAll(() => db.$disconnect());

  test.each([
    ["ePPN", "hanako@a.example.ac.jp"],
    ["ePPN, however it is written", "Hanako@A.example.ac.jp"],
    ["subject with its kind", "uniqueId:hanako-id@a.example.ac.jp"],
    ["subject alone", "hanako-id@a.example.ac.jp"],
  ])("somebody is made an operator by %s, once", async (_, text) => {
    const first = await run(text);
    expect(first).toMatchObject({ code: 0, said: expect.stringContaining("An operator from now on") });
    expect(first.said).toContain("Hanako Kokuritsu");
    expect(await run(text)).toMatchObject({ code: 0, said: expect.stringContaining("already") });
    expect(await roles()).toMatchObject([
      {
        role: "operator",
        institutionId: null,
        grantedBy: null,
        expiresAt: null,
        member: { displayName: "Hanako Kokuritsu" },
      },
    ]);
    expect((await run("--list")).said).toContain("hanako@a.example.ac.jp");
  });

  test("nobody is made one whose institution calls them as another's member is called", async () => {
    const { id: memberId, institutionId } = await person(db, "b", "mallory", "Mallory");
    await db.memberIdentifier.create({
      data: { memberId, institutionId, subject: "targetedId:taro@a.example.ac.jp" },
    });
    expect(await run("taro@a.example.ac.jp")).toMatchObject({ code: 1 });
    expect(await roles()).toEqual([]);
    expect(await run("targetedId:taro@a.example.ac.jp")).toMatchObject({ code: 0 });
  });

  test("it is taken back", async () => {
    await run("hanako@a.example.ac.jp");
    const taken = await run("hanako@a.example.ac.jp", "--take");
    expect(taken).toMatchObject({ code: 0, said: expect.stringContaining("No longer an operator") });
    expect(await roles()).toEqual([]);
    expect((await run("--list")).said).toContain("There is no operator");
    expect((await run("hanako@a.example.ac.jp", "--take")).said).toContain("Was no operator");
    const deeds = await auditEntries(db);
    expect(deeds.slice(-2)).toMatchObject([
      { deed: "role.given", role: "command", after: { role: "operator", until: null } },
      { deed: "role.taken", role: "command", before: { role: "operator", until: null } },
    ]);
  });

  test("somebody is made a registrar of their own institution, beside what else they are, and it is taken back", async () => {
    await run("hanako@a.example.ac.jp");
    const made = await run("hanako@a.example.ac.jp", "--registrar");
    expect(made).toMatchObject({ code: 0, said: expect.stringContaining("A registrar from now on") });
    expect((await run("hanako@a.example.ac.jp", "--registrar")).said).toContain("already");
    const [operatorRole, registrarRole] = (await roles()).sort((one, other) =>
      one.role < other.role ? -1 : 1,
    );
    expect(operatorRole).toMatchObject({ role: "operator", institutionId: null });
    expect(registrarRole).toMatchObject({
      role: "registrar",
      institutionId: registrarRole?.member.institutionId,
    });
    expect((await run("--list")).said).toMatch(/Operators[\s\S]+Hanako[\s\S]+Registrars[\s\S]+Hanako/);
    const taken = await run("hanako@a.example.ac.jp", "--registrar", "--take");
    expect(taken.said).toContain("No longer a registrar");
    expect(await roles()).toMatchObject([{ role: "operator" }]);
  });

  test("of two who are called the same, nobody is made one before the institution is named", async () => {
    await db.member.updateMany({
      where: { displayName: { contains: "Tanaka" } },
      data: { eppn: "tanaka@example.ac.jp" },
    });
    const asked = await run("tanaka@example.ac.jp");
    expect(asked.code).toBe(1);
    for (const part of [
      "2 people",
      "Ichiro Tanaka",
      "Misaki Tanaka",
      "--institution",
      universities.b.entityId,
    ])
      expect(asked.said).toContain(part);
    expect(await roles()).toEqual([]);
    const named = await run("tanaka@example.ac.jp", "--institution", universities.b.entityId);
    expect(named).toMatchObject({ code: 0, said: expect.stringContaining("Misaki Tanaka") });
    expect(await roles()).toMatchObject([{ member: { displayName: "Misaki Tanaka" } }]);
  });

  test("says how it is used to whoever asks", async () => {
    expect(await run("--help")).toMatchObject({
      code: 0,
      said: expect.stringContaining("npm run operator --"),
    });
  });

  test.each([
    ["nobody who has logged in", ["taro@a.example.ac.jp"], "has logged in yet"],
    ["no name at all", [], "npm run operator --"],
    ["two names", ["hanako@a.example.ac.jp", "taro@a.example.ac.jp"], "npm run operator --"],
    ["an option that is none", ["--everybody"], "npm run operator --"],
    ["a pattern", ["%"], "has logged in yet"],
  ])("%s is answered in words, and nobody is made one", async (_, args, words) => {
    expect(await run(...args)).toMatchObject({ code: 1, said: expect.stringContaining(words) });
    expect(await roles()).toEqual([]);
  });
});

describe("with the portal's own data folder", () => {
  let folder: string;
  let running: Postgres | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "portal-operator-"));
  });
  afterAll(async () => {
    await running?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("it works while the portal runs, and while it does not", async () => {
    const { POSTGRES_PASSWORD: password } = keysOf(folder);
    running = await startPostgres({ folder, password, fast: true });
    const url = running.url("postgres");
    await applyMigrations(url);
    const db = openDatabase(url, 2);
    await person(db, "a", "hanako", "Hanako Kokuritsu");
    await db.$disconnect();
    const lock = await lockFolder(folder);
    const whileRunning = await operator({ DATA_DIR: folder }, "hanako@a.example.ac.jp");
    expect(whileRunning).toMatchObject({ code: 0, said: expect.stringContaining("An operator from now on") });

    await running.stop();
    running = undefined;
    await new Promise((done) => lock.close(done));
    const whileStopped = await operator({ DATA_DIR: folder }, "--list");
    expect(whileStopped).toMatchObject({ code: 0, said: expect.stringContaining("Hanako Kokuritsu") });
  }, 120_000);

  test("where there is none, it says so", async () => {
    const nowhere = join(folder, "nowhere");
    expect(await operator({ DATA_DIR: nowhere }, "--list")).toMatchObject({
      code: 1,
      said: expect.stringContaining("There is no portal in"),
    });
  });
});
