/**
 * Logins a second on a real PostgreSQL, signed and encrypted: through the assertion consumer service, and from the login page's form to
 * the session's cookie; what the validation alone costs; and how long other requests wait while hostile documents are looked at.
 * Beside it what Shibboleth's SP does on two cores, which keeps no members, no sessions in a database and no log of logins.
 */
import "../support/quiet.ts";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import pg from "pg";
import { startPostgres } from "../../bin/postgres.ts";
import { applyMigrations } from "../../bin/schema-engine.ts";
import { openDatabase } from "../../server/db.ts";
import { demoInstitutions } from "../../server/federation/demo/institutions.ts";
import { receiveAnswer } from "../../server/federation/login/answer.ts";
import { authorize } from "../../server/federation/login/authorize.ts";
import { finishLogin, startFromForm } from "../../server/federation/login/login.ts";
import { providerIdOf } from "../../server/federation/metadata/read-providers.ts";
import { validateOffLoop } from "../../server/federation/off-loop/validate.ts";
import { attributeNames } from "../../server/federation/people/attributes.ts";
import { serviceKey } from "../../server/federation/service/keys-in-force.ts";
import { type Expectation, validateResponse } from "../../server/federation/validation/validate.ts";
import { acsUrlOf, entityIdOf, type Federation } from "../../server/federation/world.ts";
import { encryptElement } from "../../server/federation/xml/encrypt.ts";
import { signXml } from "../../server/federation/xml/signature.ts";
import { ns } from "../../server/federation/xml/tree.ts";
import { sealing } from "../../server/secrets/sealing.ts";
import { line, percentile, timed } from "./figures.ts";

const atOnce = 16;
/** They log in again and again, as members do. */
const people = 200;
const shibboleth = { signed: 600, encrypted: 350 };
const { entityId, scope } = demoInstitutions.a;

type Kind = keyof typeof shibboleth;
type Answer = { SAMLResponse: string; RelayState: string; requestId: string };

export async function benchLogins(count = 1000): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "portal-bench-"));
  const postgres = await startPostgres({ folder, password: "bench" });
  try {
    const url = postgres.url("postgres");
    await applyMigrations(url);
    const world: Federation = {
      db: openDatabase(url),
      now: () => new Date(),
      baseUrl: "http://localhost:3000",
      secret: randomBytes(32).toString("hex"),
      sealing: sealing(randomBytes(32)),
      source: { demo: true },
    };
    await wholeLogins(world, "signed", people);
    for (const kind of ["signed", "encrypted"] as const)
      printLogins(kind, await wholeLogins(world, kind, count));
    for (const kind of ["signed", "encrypted"] as const) await alone(world, kind);
    await underAttack(world);
    await world.db.$disconnect();
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Each part by itself, for between them a provider has its say: the form, the answer, and the code that becomes a session. */
async function wholeLogins(world: Federation, kind: Kind, count: number) {
  const beginnings: { location: string; cookie: string }[] = [];
  const form = { idp: providerIdOf(entityId), to: "/ja/dashboard", locale: "ja" };
  const started = await costOf(count, async (n) => {
    const headers = { "sec-fetch-site": "same-origin" };
    const onward = await startFromForm(world, posted(`${world.baseUrl}/login/start`, form, headers));
    const cookies = onward.headers.getSetCookie().map((line) => line.split(";")[0]);
    beginnings[n] = { location: onward.headers.get("location") ?? "", cookie: cookies.join("; ") };
  });

  const answers: Answer[] = [];
  for (const { location } of beginnings)
    answers.push(await answerTo(world, kind, answers.length % people, location));
  const returns: string[] = [];
  const answered = await costOf(count, async (n) => {
    const { SAMLResponse, RelayState } = answers[n] as Answer;
    const back = await receiveAnswer(world, posted(acsUrlOf(world), { SAMLResponse, RelayState }));
    const location = back.headers.get("location") ?? "";
    if (!location.includes("code=") || location.includes("/login/error")) throw new Error(location);
    returns[n] = location;
  });

  const finished = await costOf(count, async (n) => {
    const cookie = beginnings[n]?.cookie ?? "";
    const home = await finishLogin(world, new Request(returns[n] ?? "", { headers: { cookie } }));
    const location = home.headers.get("location") ?? "";
    if (!location.endsWith(form.to)) throw new Error(location);
  });
  return { started, answered, finished };
}

function posted(url: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  return new Request(url, { method: "POST", body: new URLSearchParams(fields), headers });
}

type Cost = { count: number; each: number[]; all: number; processor: number; statements: number };

async function costOf(count: number, deed: (n: number) => Promise<void>): Promise<Cost> {
  const [before, from] = [process.cpuUsage(), statements];
  const taken = await timed(count, atOnce, deed);
  const { user, system } = process.cpuUsage(before);
  return { ...taken, count, processor: (user + system) / 1000, statements: statements - from };
}

/** What this process has asked of PostgreSQL. */
let statements = 0;
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (this: pg.Client, ...asked: unknown[]) {
  statements += 1;
  return Reflect.apply(query, this, asked);
} as typeof query;

function printLogins(kind: Kind, { started, answered, finished }: Awaited<ReturnType<typeof wholeLogins>>) {
  const shown = ({ count, each, all, processor, statements }: Cost) => ({
    "logins/s": (count / (all / 1000)).toFixed(0),
    "p50 ms": percentile(each, 0.5).toFixed(0),
    "p95 ms": percentile(each, 0.95).toFixed(0),
    // Ours alone, without PostgreSQL's: the same on a machine that has other work.
    "processor ms each": (processor / count).toFixed(1),
    "statements each": (statements / count).toFixed(1),
  });
  console.log(
    line(`${kind} logins through the ACS, ${atOnce} at once`, {
      ...shown(answered),
      "Shibboleth SP, without a database": `${shibboleth[kind]}/s`,
    }),
  );
  const parts = [started, answered, finished];
  const total = (of: (part: Cost) => number) => parts.reduce((sum, part) => sum + of(part), 0);
  const whole = {
    count: answered.count,
    each: started.each.map((_, n) => total(({ each }) => each[n] ?? 0)),
    all: total(({ all }) => all),
    processor: total(({ processor }) => processor),
    statements: total(({ statements }) => statements),
  };
  console.log(line(`${kind} logins from the form to the cookie, ${atOnce} at once`, shown(whole)));
}

/** One thread, nothing but `validateResponse`; then the threads of the portal. */
async function alone(world: Federation, kind: Kind): Promise<void> {
  const { SAMLResponse, requestId } = await answerTo(world, kind, 0, await requestTo(world));
  const expected = await expectation(world, requestId);
  const runs = 2000;
  for (let n = 0; n < runs / 4; n++) validateResponse(SAMLResponse, expected);
  const begin = performance.now();
  for (let n = 0; n < runs; n++) validateResponse(SAMLResponse, expected);
  const one = performance.now() - begin;
  await timed(runs / 4, atOnce, async () => void (await validateOffLoop(SAMLResponse, expected)));
  const { all } = await timed(runs, atOnce, async () => void (await validateOffLoop(SAMLResponse, expected)));
  console.log(
    line(`validation alone, ${kind}`, {
      "a second in one thread": (runs / (one / 1000)).toFixed(0),
      "through the pool": (runs / (all / 1000)).toFixed(0),
    }),
  );
}

/** Other requests ask the database for a row, over HTTP, while sixteen hostile documents are being looked at all the time. */
async function underAttack(world: Federation): Promise<void> {
  const server = createServer(async (_, response) => {
    await world.db.institution.findFirst();
    response.end("ok");
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const waits = async (most: number) => {
    const times: number[] = [];
    for (let n = 0; n < most; n++) {
      const from = performance.now();
      await (await fetch(address)).text();
      times.push(performance.now() - from);
      await new Promise((done) => setTimeout(done, 5));
    }
    return times;
  };
  const print = (when: string, times: number[], more = {}) =>
    console.log(
      line(when, {
        "p50 ms": percentile(times, 0.5).toFixed(1),
        "p99 ms": percentile(times, 0.99).toFixed(1),
        "longest ms": Math.max(...times).toFixed(1),
        ...more,
      }),
    );
  await waits(100);
  print("other requests, in peace", await waits(300));

  const { SAMLResponse, requestId } = await answerTo(world, "signed", 0, await requestTo(world));
  const expected = await expectation(world, requestId);
  const documents = hostile(Buffer.from(SAMLResponse, "base64").toString("utf8"));
  const attack = { on: true, done: 0 };
  const attackers = Array.from({ length: atOnce }, async (_, n) => {
    while (attack.on) {
      await validateOffLoop(documents[(n + attack.done) % documents.length] ?? "", expected).catch(() => {});
      attack.done += 1;
    }
  });
  const begin = performance.now();
  const times = await waits(600);
  attack.on = false;
  const seconds = (performance.now() - begin) / 1000;
  await Promise.all(attackers);
  print(`other requests, ${atOnce} hostile documents at once`, times, {
    "documents/s": (attack.done / seconds).toFixed(0),
  });
  server.close();
  server.closeAllConnections();
}

/** Each as large as the limits let it be, and genuine at its end, so that all of the work is done. */
function hostile(xml: string): string[] {
  const room = 90_000;
  const many = (count: number, one: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => one(n)).join("");
  const contents = [
    `<a>${"&amp;".repeat(room / 5)}</a>`,
    `<a>${"<![CDATA[x]]>".repeat(room / 13)}</a>`,
    many(70, () => "<a>".repeat(35) + "</a>".repeat(35)),
    `<a ${many(2800, (n) => `b${n}="" `)}/>`,
    `<a ${many(1400, (n) => `xmlns:n${n}="u${n}" `)}>${many(1400, (n) => `<n${n}:b/>`)}</a>`,
    `<a xmlns="${"x".repeat(room / 2)}">${"<b/>".repeat(2800)}</a>`,
    many(2800, (n) => `<a ID="i${n}"/>`),
    `<a b="${"&#9;".repeat(room / 4)}"/>`,
    `<a>${"A".repeat(room)}</a>`,
    "<a>".repeat(room / 3),
    `<a ${many(5000, (n) => `c${n}="" `)}/>`,
  ];
  return contents.map((content) =>
    Buffer.from(xml.replace("</samlp:Status>", `${content}</samlp:Status>`)).toString("base64"),
  );
}

async function expectation(world: Federation, requestId: string): Promise<Expectation> {
  return {
    issuer: entityId,
    certificates: [(await serviceKey(world, "demo-a")).certificate],
    requestId,
    acsUrl: acsUrlOf(world),
    audience: entityIdOf(world),
    now: world.now(),
    privateKeys: [(await serviceKey(world, "sp-encryption")).privateKey],
  };
}

/** A request as the login page makes it, without the browser that waits for it. */
async function requestTo(world: Federation): Promise<string> {
  const idp = providerIdOf(entityId);
  const asked = { idp, locale: "ja", state: randomUUID(), codeChallenge: "c".repeat(43) };
  const onward = await authorize(world, asked);
  if (!("location" in onward)) throw new Error("a form was not expected");
  return onward.location;
}

/** What a provider says to it. */
async function answerTo(world: Federation, kind: Kind, person: number, request: string): Promise<Answer> {
  const query = new URL(request).searchParams;
  const asked = inflateRawSync(Buffer.from(query.get("SAMLRequest") ?? "", "base64")).toString("utf8");
  const requestId = /\bID="([^"]+)"/.exec(asked)?.[1] ?? "";

  const at = world.now().toISOString();
  const until = new Date(world.now().getTime() + 300_000).toISOString();
  const issuer = `<saml:Issuer xmlns:saml="${ns.assertion}">${entityId}</saml:Issuer>`;
  const attributes: [string, string][] = [
    [attributeNames.uniqueId, `person${person}@${scope}`],
    [attributeNames.eppn, `p${person}@${scope}`],
    [attributeNames.displayName, `Hanako Kokuritsu ${person}`],
    [attributeNames.jaDisplayName, "国立 花子"],
    [attributeNames.mail, `p${person}@${scope}`],
    [attributeNames.scopedAffiliation, `student@${scope}`],
  ];
  const assertion = [
    `<saml:Assertion xmlns:saml="${ns.assertion}" ID="_${randomUUID()}" Version="2.0" IssueInstant="${at}">${issuer}`,
    `<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">_${randomUUID()}</saml:NameID>`,
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData`,
    ` InResponseTo="${requestId}" NotOnOrAfter="${until}" Recipient="${acsUrlOf(world)}"/></saml:SubjectConfirmation></saml:Subject>`,
    `<saml:Conditions NotBefore="${at}" NotOnOrAfter="${until}"><saml:AudienceRestriction><saml:Audience>${entityIdOf(world)}</saml:Audience>`,
    `</saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${at}"><saml:AuthnContext><saml:AuthnContextClassRef>`,
    `urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>`,
    ...attributes.map(
      ([name, value]) =>
        `<saml:Attribute Name="${name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"><saml:AttributeValue>${value}</saml:AttributeValue></saml:Attribute>`,
    ),
    "</saml:AttributeStatement></saml:Assertion>",
  ].join("");
  const { certificate } = await serviceKey(world, "sp-encryption");
  const inside =
    kind === "signed"
      ? assertion
      : `<saml:EncryptedAssertion xmlns:saml="${ns.assertion}">${encryptElement(assertion, certificate)}</saml:EncryptedAssertion>`;
  const id = `_${randomUUID()}`;
  const xml = `<samlp:Response xmlns:samlp="${ns.protocol}" ID="${id}" Version="2.0" IssueInstant="${at}" Destination="${acsUrlOf(world)}" InResponseTo="${requestId}">${issuer}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${inside}</samlp:Response>`;
  const signed = signXml(xml, id, await serviceKey(world, "demo-a"), { after: "Issuer" });
  const SAMLResponse = Buffer.from(signed, "utf8").toString("base64");
  return { SAMLResponse, RelayState: query.get("RelayState") ?? "", requestId };
}
