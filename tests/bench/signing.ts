/**
 * What a certificate costs beside its signature: certificates a second, built and signed as the portal does it, beside a loop of bare
 * `crypto.sign` over the very same octets. Per second of CPU, all threads and the kernel counted, in a process of its own whose thread pool has
 * one thread: two that sign at once would take a share of each other's core.
 *
 * The portal has RSA signed in the thread pool, so that its loop stays free, and so does the bare loop; beside one that blocks the way to the pool
 * and back is told, too, which is Node's. All take turns in each round, in an order that turns over, and the median of the rounds' ratios counts:
 * whatever else the machine does falls upon all.
 *
 * "With the key looked at" is a member's first certificate: its key has not been seen before, comes as a request brings it, and is read,
 * checked and identified. Without, this has happened when the request was read.
 */
import { spawnSync } from "node:child_process";
import { sign } from "node:crypto";
import { issueCertificate, issuing, type Subject } from "../../server/pki/certificate.ts";
import { DerReader } from "../../server/pki/der-reader.ts";
import { generateEcKey, generateEdKey, generateRsaKey, type KeyPair, spki } from "../../server/pki/keys.ts";
import { parseName } from "../../server/pki/name.ts";
import { clientAuthProfile, rootProfile } from "../../server/pki/profile.ts";
import { readIssuer } from "../../server/pki/read.ts";
import { newSerial } from "../../server/pki/serial.ts";
import { keySigner } from "../../server/pki/signer.ts";
import { addCalendarMonths } from "../../server/pki/validity.ts";
import { line, percentile } from "./figures.ts";

const rounds = 41;
/** So that the thread always has the next before it, and need not be woken for each. */
const atOnce = 16;
/** How long a turn is, about, in signatures' time. */
const turnSeconds = 0.05;

type Case = {
  issuer: string;
  key: () => Promise<KeyPair>;
  subject: string;
  subjectKey: () => Promise<KeyPair>;
  hash: string | null;
  goal: number | null;
};

const rsa = (bits: 2048 | 3072 | 4096) => () => generateRsaKey(bits);
const ec = (curve: "P-256" | "P-384") => () => generateEcKey(curve);
const rsaSubject = { subject: "RSA-2048", subjectKey: rsa(2048), hash: "sha256" };
const ecSubject = { subject: "P-256", subjectKey: ec("P-256") };

const cases: Case[] = [
  { issuer: "RSA-2048", key: rsa(2048), ...rsaSubject, goal: 0.9 },
  { issuer: "RSA-3072", key: rsa(3072), ...rsaSubject, goal: 0.95 },
  { issuer: "RSA-4096", key: rsa(4096), ...rsaSubject, goal: 0.95 },
  { issuer: "P-256", key: ec("P-256"), ...ecSubject, hash: "sha256", goal: 0.65 },
  { issuer: "P-256", key: ec("P-256"), ...rsaSubject, goal: null },
  { issuer: "P-384", key: ec("P-384"), ...ecSubject, hash: "sha384", goal: null },
  { issuer: "Ed25519", key: generateEdKey, ...ecSubject, hash: null, goal: null },
];

export async function benchSigning(): Promise<void> {
  const env = { ...process.env, UV_THREADPOOL_SIZE: "1" };
  const flags = ["--disable-warning=ExperimentalWarning", import.meta.filename];
  const { status } = spawnSync(process.execPath, flags, { env, stdio: "inherit" });
  if (status !== 0) throw new Error("The bench of signing did not end well.");
}

if (import.meta.main) for (const each of cases) await compare(each);

async function compare({ issuer, key, subject, subjectKey, hash, goal }: Case): Promise<void> {
  const { privateKey, publicKey } = await key();
  const signer = keySigner(privateKey);
  const now = new Date();
  const dates = { notBefore: now, notAfter: addCalendarMonths(now, 240) };
  const certificate = await issueCertificate(
    {
      ...dates,
      subject: parseName("CN=Bench CA,C=JP"),
      publicKey,
      serial: newSerial(),
      profile: rootProfile,
      issuer: "self",
    },
    signer,
  );
  const profile = clientAuthProfile({
    publication: {
      caIssuersUrl: "http://portal.example.ac.jp/pki/client.cer",
      crlUrl: "http://portal.example.ac.jp/pki/client.crl",
      ocspUrl: "http://portal.example.ac.jp/ocsp",
    },
    policy: "2.999.1.1",
  });
  const issue = issuing(profile, readIssuer(certificate), signer);
  const keys = await Promise.all(Array.from({ length: 16 }, subjectKey));
  const encoded = keys.map(({ publicKey }) => spki(publicKey));

  const member = (n: number, publicKey: Subject["publicKey"]): Subject => ({
    subject: parseName(`CN=国立 花子,OU=No ${n},O=Demo University A,L=Academe,C=JP`),
    publicKey,
    serial: newSerial(),
    notBefore: now,
    notAfter: addCalendarMonths(now, 52),
  });

  const octets = signedPart(await issue(member(1, (keys[0] as KeyPair).publicKey)));
  const blocking = () => sign(hash, octets, privateKey);
  const count = howMany(blocking);
  const rates: Record<Turn, number>[] = [];
  // The first round is for the compiler.
  for (let round = -1; round < rounds; round++) {
    const fresh = Array.from({ length: count }, (_, n) => member(n, encoded[n % 16] as Uint8Array));
    const known = fresh.map((subject, n) => ({ ...subject, publicKey: (keys[n % 16] as KeyPair).publicKey }));
    if (round === -1) for (const subject of known) await issue(subject);
    const turns: Record<Turn, () => void | Promise<void>> = {
      blocking: () => {
        for (let n = 0; n < count; n++) blocking();
      },
      bare: () => inTurns(count, async () => signer.sign(octets)),
      built: () => inTurns(count, (n) => issue(known[n] as Subject)),
      checked: () => inTurns(count, (n) => issue(fresh[n] as Subject)),
    };
    const order = Object.keys(turns) as Turn[];
    const rate = { blocking: 0, bare: 0, built: 0, checked: 0 };
    for (const turn of round % 2 ? order : order.reverse())
      rate[turn] = count / (await cpuSeconds(turns[turn]));
    if (round >= 0) rates.push(rate);
  }
  const rate = (turn: Turn) =>
    percentile(
      rates.map((rate) => rate[turn]),
      0.5,
    ).toFixed(0);
  const ratio = (turn: Turn, beside: Turn) =>
    percentile(
      rates.map((rate) => rate[turn] / rate[beside]),
      0.5,
    );
  const built = ratio("built", "bare");
  console.log(
    line(`${issuer} signs for ${subject}`, {
      "bare/s": rate("bare"),
      "certificates/s": rate("built"),
      ratio: built.toFixed(3),
      ...(goal !== null && { goal: `≥ ${goal.toFixed(2)} ${built >= goal ? "held" : "MISSED"}` }),
      "with the key looked at": ratio("checked", "bare").toFixed(3),
      "beside a loop that blocks": ratio("built", "blocking").toFixed(3),
    }),
  );
}

type Turn = "blocking" | "bare" | "built" | "checked";

async function inTurns(count: number, deed: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) await deed(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function cpuSeconds(turn: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await turn();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function howMany(once: () => void): number {
  for (let n = 0; n < 50; n++) once();
  const began = performance.now();
  for (let n = 0; n < 50; n++) once();
  return Math.max(20, Math.round((turnSeconds * 50_000) / (performance.now() - began)));
}

function signedPart(certificate: Uint8Array): Uint8Array {
  return DerReader.of(certificate).sequence().element();
}
