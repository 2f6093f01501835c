/** Complete lists that the database gives and takes in several pieces: all of it is there, and once; read by OpenSSL. */
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { encodeEntry, type RevokedCertificate } from "@/server/pki/crl.ts";
import { serialHex } from "@/server/pki/serial.ts";
import { days, issuerCertificate, type Office, openOffice } from "./office.ts";
import { openssl, pem, put } from "./openssl.ts";

/** What is read at a time (`entries.ts`). */
const piece = 20_000;

let office: Office;
beforeAll(async () => {
  office = await openOffice();
  await office.ca.prepare();
});

/** Of all lengths; several thousand at one moment, on both sides of where a piece ends. */
function revocation(n: number): RevokedCertificate {
  const serial = new Uint8Array(8 + (n % 13));
  serial[0] = 0x40 + (n % 0x40);
  new DataView(serial.buffer).setUint32(serial.length - 4, n);
  const at = new Date(Date.UTC(2026, 9, 1 + Math.floor(n / 7_000)));
  return { serial: serialHex(serial), at, reason: [0, 1, 4][n % 3] as number };
}

/** As `revoke` leaves them. The triggers would ask for tickets, and tell of each. */
async function revoke(revocations: readonly RevokedCertificate[]): Promise<void> {
  await office.db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL session_replication_role = replica`;
    await tx.$executeRaw`
      INSERT INTO "Certificate" ("serial", "issuerId", "orderId", "dn", "notBefore", "notAfter", "der", "revokedAt", "revocationReason", "crlEntry")
      SELECT "serial", 'client', 'order-of-' || "serial", 'CN=国立 花子,O=Demo University A,L=Academe,C=JP',
             '2026-09-01Z', '2028-09-01Z', ''::bytea, "at", "reason", decode("entry", 'hex')
      FROM unnest(
        ${revocations.map(({ serial }) => serial)}::text[], ${revocations.map(({ at }) => at.toISOString())}::timestamptz[],
        ${revocations.map(({ reason }) => reason)}::int[],
        ${revocations.map((entry) => Buffer.from(encodeEntry(entry)).toString("hex"))}::text[]
      ) AS revocation("serial", "at", "reason", "entry")`;
  });
}

async function listed(): Promise<{ verified: boolean; serials: string[] }> {
  const file = await office.ca.publicFile("client.crl");
  if (typeof file === "string") throw new Error(`The list is ${file}.`);
  const above = put(pem(await issuerCertificate(office.db, "client")));
  const text = put("");
  const how = ["-inform", "DER", "-in", put(file.body), "-CAfile", above, "-noout", "-text", "-out", text];
  const { said } = openssl("crl", ...how);
  const lines = readFileSync(text, "utf8").matchAll(/Serial Number: ([0-9A-F]+)/g);
  return {
    verified: said.includes("verify OK"),
    serials: [...lines].map(([, serial = ""]) => serial.toLowerCase()).sort(),
  };
}

test.each([piece - 1, piece, piece + 1, 2 * piece, 2 * piece + 9_999])(
  "of %i revocations",
  async (count) => {
    const there = await office.db.certificate.count();
    const all = Array.from({ length: count }, (_, n) => revocation(n));
    await revoke(all.slice(there));
    office.pass(days(1));
    await office.ca.publishAll();
    expect(await listed()).toEqual({ verified: true, serials: all.map(({ serial }) => serial).sort() });
  },
  60_000,
);
