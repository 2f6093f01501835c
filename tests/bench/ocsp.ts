/** OCSP answers a second over HTTP, each server and the client in a process of its own. The client's own limit is printed too. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../../bin/free-port.ts";
import { LocalCa } from "../../server/ca/local/local-ca.ts";
import { openDatabase } from "../../server/db.ts";
import { sealing } from "../../server/secrets/sealing.ts";
import { line, percentile } from "./figures.ts";
import type { Load, Loaded } from "./load.ts";
import { askedBy, cfsslServe, opensslCa } from "./ocsp-peers.ts";
import { withDatabase } from "./own-postgres.ts";
import { fillRevoked } from "./revoked.ts";

const run = promisify(execFile);
const certificates = 50;
const node = ["--disable-warning=ExperimentalWarning"];
const quiet = { ...process.env, LOG_LEVEL: "silent" };

export async function benchOcsp(time = 2000): Promise<void> {
  await withDatabase(async (url, folder) => {
    const key = randomBytes(32).toString("base64");
    const { serials, issuer } = await prepare(url, key, folder);
    const peer = await opensslCa(folder, serials);
    const rate = (server: Server, requests: Buffer[], connections = 32) => {
      const sent = requests.map((request) => request.toString("base64"));
      return () => rateOf(folder, { ...server, requests: sent, connections, warmUp: 1000, time });
    };
    const asked = (issuer: string, nonce: boolean) =>
      Promise.all(serials.map((serial) => askedBy(folder, issuer, serial, nonce)));

    const ofPeer = (await asked(peer.certificate, true)).map(posted);
    const withNonce = (await asked(issuer, true)).map(posted);
    for (const [kind, name, goal] of [
      ["rsa", "RSA-2048", 0.9],
      ["ec", "P-256", 5],
    ] as const) {
      await forget(url);
      const [mine, theirs] = await withServer(ours("portal", url, key, kind), (portal) =>
        // Its server waits for ever for a connection that was cut off: each round has one of its own. One request a connection, few at a time.
        inTurns(rate(portal, withNonce), () => withServer(peer.command, (other) => rate(other, ofPeer, 4)())),
      );
      print("openssl ocsp: RSA-2048, live", theirs);
      print(`portal: ${name}, live`, mine, { "openssl ocsp": [theirs, goal] });
    }

    const questions = await asked(issuer, false);
    const one = join(folder, "answer.der");
    await withServer(ours("portal", url, key, "ec"), async (portal) => {
      const answers = await Promise.all(questions.map((question) => answerOf(portal.port, question)));
      await writeFile(one, answers[0] ?? "");
      const gets = questions.map(got);
      const [byGet, constant] = await withServer(ours("constant", one), (other) =>
        inTurns(rate(portal, gets), rate(other, gets)),
      );
      print("node:http: the same octets for all, GET", constant);
      print("portal: cached, GET", byGet, { "constant node:http": [constant, 0.85] });
      // Debian's cfssl does not understand a GET: it takes the slash before the base64 for a part of it.
      const posts = questions.map(posted);
      const [byPost, cfssl] = await withServer(await cfsslServe(folder, answers), (other) =>
        inTurns(rate(portal, posts), rate(other, posts)),
      );
      print("cfssl ocspserve: signed before, POST", cfssl);
      print("portal: cached, POST", byPost, { "cfssl ocspserve": [cfssl, 1] });
    });
    const client = await withServer(ours("socket", one), (server) => rate(server, questions.map(got))());
    print("the client alone: plain sockets, the same octets for all", client);
  });
}

/** Rounds of each, one after the other, so that what else the machine does falls upon both. Of each the round in the middle. */
async function inTurns(one: () => Promise<Loaded>, other: () => Promise<Loaded>): Promise<[Loaded, Loaded]> {
  const rounds: [Loaded, Loaded][] = [];
  for (let round = 0; round < 5; round += 1) rounds.push([await one(), await other()]);
  const middle = (at: 0 | 1, of: keyof Loaded) =>
    percentile(
      rounds.map((round) => round[at][of]),
      0.5,
    );
  const figures = (at: 0 | 1) => ({
    perSecond: middle(at, "perSecond"),
    perCpuSecond: middle(at, "perCpuSecond"),
  });
  return [figures(0), figures(1)];
}

/** A CA with some certificates that are good. */
async function prepare(url: string, key: string, folder: string) {
  const db = openDatabase(url);
  const parts = { db, now: () => new Date(), tell: async () => {}, baseUrl: "http://localhost:3000" };
  await new LocalCa({ ...parts, sealing: sealing(Buffer.from(key, "base64")) }).prepare();
  await fillRevoked(url, certificates);
  await db.certificate.updateMany({ data: { revokedAt: null, revocationReason: null, crlEntry: null } });
  const rows = await db.certificate.findMany({ select: { serial: true } });
  const { certificate } = await db.issuer.findUniqueOrThrow({ where: { id: "client" } });
  const issuer = join(folder, "issuer.pem");
  const base64 = Buffer.from(certificate ?? []).toString("base64");
  await writeFile(
    issuer,
    `-----BEGIN CERTIFICATE-----\n${base64.match(/.{1,64}/g)?.join("\n")}\n-----END CERTIFICATE-----\n`,
  );
  await db.$disconnect();
  return { serials: rows.map(({ serial }) => serial), issuer };
}

/** The next server makes a responder's key of the kind it is told. */
async function forget(url: string): Promise<void> {
  const db = openDatabase(url);
  await db.responder.deleteMany();
  await db.$disconnect();
}

type Server = { port: number; pid: number };

type Command = (port: number) => [string, string[]];

/** Tells its port itself. */
function ours(...args: string[]): string[] {
  return [...node, join(import.meta.dirname, "ocsp-server.ts"), ...args];
}

/** Ready when it says its port, or that it listens: a connection to see whether it does would end `openssl ocsp`. */
async function withServer<T>(command: Command | string[], use: (server: Server) => Promise<T>): Promise<T> {
  const isOurs = Array.isArray(command);
  const own = isOurs ? 0 : await freePort();
  const [program, args]: [string, string[]] = isOurs ? [process.execPath, command] : command(own);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: quiet });
  try {
    const said = await saidBy(child, isOurs ? /^\d+$/m : /listening|waiting for OCSP client/);
    return await use({ port: isOurs ? Number(said) : own, pid: child.pid ?? 0 });
  } finally {
    child.kill("SIGKILL");
  }
}

function saidBy(child: ChildProcess, wanted: RegExp): Promise<string> {
  return new Promise((done, fail) => {
    let all = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (part: Buffer) => {
        if (all.length < 10_000) all += part.toString();
        const found = wanted.exec(all);
        if (found) done(found[0]);
      });
    child.on("close", () => fail(new Error(`A server ended: ${all}`)));
  });
}

async function rateOf(folder: string, load: Load): Promise<Loaded> {
  const file = join(folder, "load.json");
  await writeFile(file, JSON.stringify(load));
  const { stdout } = await run(process.execPath, [...node, join(import.meta.dirname, "load.ts"), file]);
  return JSON.parse(stdout) as Loaded;
}

function posted(question: Buffer): Buffer {
  const head = `POST /ocsp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/ocsp-request\r\nContent-Length: ${question.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), question]);
}

function got(question: Buffer): Buffer {
  const path = `/ocsp/${encodeURIComponent(question.toString("base64"))}`;
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
}

async function answerOf(port: number, question: Buffer): Promise<Uint8Array> {
  const response = await fetch(`http://127.0.0.1:${port}/ocsp`, {
    method: "POST",
    headers: { "Content-Type": "application/ocsp-request" },
    body: Uint8Array.from(question),
  });
  return new Uint8Array(await response.arrayBuffer());
}

/** Beside answers a second, what a second of the server's own CPU time is good for: others may be at work on the machine. */
function print(what: string, rates: Loaded, beside: Record<string, [Loaded, number]> = {}): void {
  const compared = Object.entries(beside).map(([name, [other, goal]]) => {
    const perCpu = (rates.perCpuSecond / other.perCpuSecond).toFixed(2);
    return [
      `of ${name}`,
      `× ${(rates.perSecond / other.perSecond).toFixed(2)}, by CPU × ${perCpu} (goal × ${goal})`,
    ];
  });
  const figures = { "answers/s": rates.perSecond.toFixed(0), "by CPU": rates.perCpuSecond.toFixed(0) };
  console.log(line(what, { ...figures, ...Object.fromEntries(compared) }));
}
