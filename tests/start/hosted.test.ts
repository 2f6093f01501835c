/**
 * The portal as an institution runs it: PostgreSQL, Inngest, mail and federation are elsewhere, and behind one public name
 * any of several servers answers. Nothing of its own runs in it, and nothing is kept but in the database.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { freePort } from "@/bin/free-port.ts";
import { type Postgres, startPostgres } from "@/bin/postgres.ts";
import { makeKeyPair, pemOf } from "@/server/federation/service/keys.ts";
import { type InngestServer, openInngest } from "@/tests/support/inngest-server.ts";
import { type Institution, openInstitution } from "@/tests/support/institution.ts";
import { listen } from "@/tests/support/listen.ts";
import { openMailServer, openResend } from "@/tests/support/mail-servers.ts";
import { StartedPortal } from "@/tests/support/portal.ts";
import { root } from "@/tests/support/sources.ts";
import { openProxy } from "@/tests/support/tls-proxy.ts";
import { Visitor } from "@/tests/support/visitor.ts";
import { type Stage, wholeStory } from "./whole-story.ts";

const base = "https://portal.example.ac.jp";
const keys = {
  eventKey: "event-key-of-the-test",
  signingKey: `signkey-prod-${"0123456789abcdef".repeat(4)}`,
};
const resendKey = "re_of_the_test";
const folder = mkdtempSync(join(tmpdir(), "portal-hosted-"));
/** Where the portal would keep its data, if it kept any. */
const dataFolder = join(folder, "data");
const closing: (() => Promise<unknown>)[] = [];
let postgres: Postgres;
let institution: Institution;
let metadataUrl: string;

async function ask<T extends pg.QueryResultRow>(database: string, sql: string): Promise<T[]> {
  const client = new pg.Client(postgres.url(database));
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  postgres = await startPostgres({ folder, password: "test", fast: true });
  closing.push(() => postgres.stop());
  await ask("postgres", "CREATE DATABASE portal");
  const migrated = spawnSync("npm", ["run", "migrate"], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: postgres.url("portal") },
    encoding: "utf8",
  });
  expect(migrated.stdout).toContain("Migrated: ");
  await ask("postgres", "CREATE DATABASE elsewhere TEMPLATE portal");
  await ask("postgres", "CREATE DATABASE elsewhere_too TEMPLATE portal");
  await ask("postgres", "CREATE DATABASE second");
  institution = await openInstitution(postgres.url("elsewhere"));
  closing.unshift(institution.close);
  const web = await listen(async () => new Response(institution.metadata));
  closing.unshift(web.close);
  metadataUrl = web.url;
});

afterAll(async () => {
  for (const close of closing) await close();
  rmSync(folder, { recursive: true, force: true });
});

/** All that an administrator sets, but for the mail. */
function settings(database: string, inngest: InngestServer): Record<string, string> {
  return {
    NODE_ENV: "production",
    DATABASE_URL: postgres.url(database),
    BASE_URL: base,
    AUTH_SECRET: "a secret of the test, and a long one",
    SEALING_KEY: Buffer.alloc(32, 7).toString("base64"),
    FEDERATION_METADATA_URL: metadataUrl,
    // In one line, as where a setting cannot have several.
    FEDERATION_SIGNING_CERT: institution.signer.replaceAll("\n", "\\n"),
    INNGEST_EVENT_KEY: keys.eventKey,
    INNGEST_SIGNING_KEY: keys.signingKey,
    INNGEST_BASE_URL: inngest.url,
    MAIL_FROM: "証明書ポータル <portal@example.ac.jp>",
  };
}

async function start(
  more: Record<string, string>,
  command: (port: string) => [string, ...string[]],
): Promise<StartedPortal> {
  const PORT = String(await freePort());
  const portal = new StartedPortal({ PORT, DATA_DIR: dataFolder, ...more }, command(PORT));
  closing.unshift(async () => {
    if (portal.processes().length > 0) await portal.kill();
  });
  return portal;
}

const nextStart = (port: string): [string, ...string[]] => [
  "node",
  "node_modules/next/dist/bin/next",
  "start",
  "-p",
  port,
];
const npmStart = (): [string, ...string[]] => ["npm", "start"];

/** Until it is well. */
async function well(portal: StartedPortal) {
  await vi.waitFor(
    async () => {
      const answer = await fetch(`${portal.baseUrl}/api/ready`);
      expect(await answer.json()).toEqual({
        well: true,
        parts: { database: "ok", engine: "ok", federation: "ok", ca: "ok", mail: "ok" },
      });
    },
    { timeout: 60_000, interval: 100 },
  );
}

async function inngestFor(database: string, reach: (url: string) => string): Promise<InngestServer> {
  const inngest = await openInngest(postgres.url(database), keys, reach);
  closing.unshift(inngest.close);
  return inngest;
}

/** Programs that came from this portal, by their command lines. */
function programs(portal: StartedPortal): string {
  return spawnSync("ps", ["-o", "args=", "-p", portal.processes().join(",")], { encoding: "utf8" }).stdout;
}

async function nothingOfItsOwn(portal: StartedPortal, database: string) {
  expect(programs(portal)).not.toMatch(/postgres/i);
  expect(existsSync(dataFolder)).toBe(false);
  const [engine] = await ask(
    database,
    `SELECT (SELECT count(*)::int FROM "EngineRun") AS runs, (SELECT count(*)::int FROM "EngineEvent") AS events,
            (SELECT count(*)::int FROM "EngineVersion") AS versions`,
  );
  expect(engine).toEqual({ runs: 0, events: 0, versions: 0 });
  for (const path of ["/demo-idp/metadata", "/demo-idp/a/sso", "/outbox"])
    expect([path, (await fetch(portal.baseUrl + path)).status]).toEqual([path, 404]);
}

describe("two servers by `next start`, with Inngest, Resend and metadata from the web", () => {
  let portals: StartedPortal[];
  let stage: Stage;

  beforeAll(async () => {
    const proxy = await openProxy(base);
    closing.unshift(proxy.close);
    const inngest = await inngestFor("elsewhere", proxy.reach);
    const mail = await openResend(resendKey);
    closing.unshift(mail.close);
    const more = { ...settings("portal", inngest), RESEND_API_KEY: resendKey, RESEND_BASE_URL: mail.url };
    portals = [await start(more, nextStart), await start(more, nextStart)];
    proxy.behind.push(...portals.map(({ baseUrl }) => baseUrl));
    await Promise.all(portals.map(well));
    stage = { base, institution, visitor: new Visitor(base, proxy.reach), inngest, mail };
  });

  test("tell Inngest of every workflow and schedule, under the public name", async () => {
    await stage.inngest.sync(`${base}/api/inngest`);
    const { url, functions } = stage.inngest.told.at(-1) ?? { url: "", functions: [] };
    expect(url.split("?")[0]).toBe(`${base}/api/inngest`);
    const schedules = functions
      .filter(({ triggers }) => triggers.some(({ cron }) => cron))
      .map(({ id }) => id);
    expect(schedules.map((id) => id.replace("client-certificate-portal-", "")).sort()).toEqual([
      "catch-up-with-upki",
      "deliver-webhooks",
      "fetch-upki-pins",
      "forget-audit",
      "forget-webhook-calls",
      "keep-publication",
      "poll-upki-mailbox",
      "publish-crl",
      "reconcile-upki",
      "refresh-federation",
      "remind-of-approvals",
      "remind-of-expiry",
      "send-to-upki",
      "sign-audit",
      "sweep-logins",
      "sweep-offboardings",
      "sweep-stalled",
      "sweep-tally",
      "warn-of-ending-issuers",
      "warn-of-ending-keys",
      "warn-of-ending-registrar",
    ]);
    expect(functions.length).toBeGreaterThan(schedules.length);
  });

  test("take no call that Inngest has not signed", async () => {
    for (const portal of portals) {
      const call = `${portal.baseUrl}/api/inngest?fnId=client-certificate-portal-sweep-stalled&stepId=step`;
      for (const method of ["POST", "PUT"])
        expect((await fetch(call, { method, body: "{}" })).status).toBe(401);
    }
  });

  test("carry an application from the login to the revocation, whichever of them answers", async () => {
    await wholeStory(stage);
  }, 60_000);

  test("run nothing of their own, and keep nothing on their disk", async () => {
    for (const portal of portals) await nothingOfItsOwn(portal, "portal");
  });
});

describe("`npm start`, with Inngest, SMTP and metadata from a file", () => {
  let wrong: StartedPortal;
  let portal: StartedPortal;
  let stage: Stage;

  beforeAll(async () => {
    const proxy = await openProxy(base);
    closing.unshift(proxy.close);
    const inngest = await inngestFor("elsewhere_too", proxy.reach);
    const mail = await openMailServer();
    closing.unshift(mail.close);
    const metadata = join(folder, "metadata.xml");
    const signer = join(folder, "signer.pem");
    writeFileSync(metadata, institution.metadata);
    writeFileSync(signer, institution.signer);
    const more = {
      ...settings("second", inngest),
      FEDERATION_METADATA_URL: pathToFileURL(metadata).href,
      FEDERATION_SIGNING_CERT: signer,
      SMTP_URL: mail.url,
    };
    const stranger = pemOf((await makeKeyPair("stranger", new Date())).certificate, "CERTIFICATE");
    wrong = await start({ ...more, FEDERATION_SIGNING_CERT: stranger }, npmStart);
    await wrong.ended();
    portal = await start(more, npmStart);
    proxy.behind.push(portal.baseUrl);
    await portal.ready();
    await inngest.sync(`${base}/api/inngest`);
    stage = { base, institution, visitor: new Visitor(base, proxy.reach), inngest, mail };
  });

  test("ends with a sentence while the metadata are signed by a stranger, and starts as soon as that is put right", () => {
    expect(wrong.said).toMatch(/^The federation's metadata could not be read .* and start again\.$/m);
    expect(portal.said).toContain(`The portal is ready`);
  });

  test("brings the database up to date and carries an application from the login to the revocation", async () => {
    await wholeStory(stage);
  }, 60_000);

  test("runs nothing of its own, and keeps nothing on its disk", async () => {
    await nothingOfItsOwn(portal, "second");
    expect(portal.said).not.toContain("/outbox");
  });
});

describe("a server by `next start` without its settings ends and says why", () => {
  test.each([
    ["half of Inngest's keys", { INNGEST_SIGNING_KEY: "" }, "INNGEST_SIGNING_KEY is missing"],
    ["metadata that nobody signs", { FEDERATION_SIGNING_CERT: "" }, "FEDERATION_SIGNING_CERT is missing"],
    [
      "a signer that is no certificate",
      { FEDERATION_SIGNING_CERT: "package.json" },
      "FEDERATION_SIGNING_CERT is not right",
    ],
  ])("%s", async (_, wrong, sentence) => {
    const inngest = { url: "https://inngest.example.ac.jp" } as InngestServer;
    const more = { ...settings("portal", inngest), RESEND_API_KEY: resendKey, ...wrong };
    const portal = await start(more, nextStart);
    expect(await portal.ended()).toBe(1);
    expect(portal.said.match(/^ {2}- .*$/gm)).toEqual([expect.stringMatching(`^  - ${sentence}: .*\\.$`)]);
    expect(portal.said).not.toContain("    at ");
  });
});
