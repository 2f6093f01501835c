/** A database that is reached by TLS, as hosted ones are: before the server that has none stands a door that does as PostgreSQL would. */
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "@/server/db.ts";
import { issueCertificate } from "@/server/pki/certificate.ts";
import { generateEcKey } from "@/server/pki/keys.ts";
import { toPem } from "@/server/pki/pem.ts";
import { rootProfile } from "@/server/pki/profile.ts";
import { newSerial } from "@/server/pki/serial.ts";
import { keySigner } from "@/server/pki/signer.ts";
import { addCalendarMonths } from "@/server/pki/validity.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";

let door: Server;
let url: string;
/** How many have come in by TLS. */
let welcomed = 0;

beforeAll(async () => {
  const behind = new URL(await testDatabaseUrl());
  const secureContext = await contextOf();
  door = createServer((outside) => {
    outside.on("error", () => {});
    // SSLRequest, which is answered by one letter (PostgreSQL, Message Flow: SSL Session Encryption).
    outside.once("data", () => {
      outside.write("S");
      const inside = connect(Number(behind.port), behind.hostname);
      const secure = new TLSSocket(outside, { isServer: true, secureContext });
      secure.once("secure", () => {
        welcomed += 1;
      });
      for (const end of [secure, inside]) end.on("error", () => {});
      secure.pipe(inside).pipe(secure);
    });
  });
  await new Promise<void>((done) => door.listen(0, "127.0.0.1", done));
  const outside = new URL(behind);
  outside.hostname = "127.0.0.1";
  outside.port = String((door.address() as AddressInfo).port);
  outside.searchParams.set("sslmode", "no-verify");
  url = outside.href;
});
afterAll(() => new Promise((done) => door.close(done)));

async function contextOf() {
  const { publicKey, privateKey } = await generateEcKey("P-256");
  const notBefore = new Date(Date.now() - 60_000);
  const subject = { subject: [{ type: "CN" as const, value: "localhost" }], publicKey, serial: newSerial() };
  const term = { notBefore, notAfter: addCalendarMonths(notBefore, 1) };
  const template = { profile: rootProfile, issuer: "self" as const, ...subject, ...term };
  const certificate = await issueCertificate(template, keySigner(privateKey));
  return createSecureContext({
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: toPem(certificate, "CERTIFICATE"),
  });
}

test("a database is reached by TLS: one statement, and many that are sent together", async () => {
  const db = openDatabase(url);
  try {
    expect(await db.member.count()).toBe(0);
    const long = "国立 花子 ".repeat(50_000);
    const answers = await db.plain.inOneGo((tx) =>
      Promise.all([1, 2, 3].map((n) => tx.$queryRaw`SELECT ${n}::int AS n, ${long}::text AS said`)),
    );
    expect(answers).toEqual([1, 2, 3].map((n) => [{ n, said: long }]));
    expect(welcomed).toBeGreaterThan(0);
  } finally {
    await db.$disconnect();
  }
});
