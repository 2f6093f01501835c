/** A portal whose sealing key is to be changed: with something sealed of every kind, and the command that reseals it. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";
import { inject } from "vitest";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { deriveTicket, hashOf, newNonce } from "@/server/ca/local/tickets.ts";
import { type Needs, readKeysAgain, serviceKey } from "@/server/federation/service/keys-in-force.ts";
import { sealedColumns } from "@/server/secrets/sealed-columns.ts";
import { type Bytes, type Sealing, sealing } from "@/server/secrets/sealing.ts";
import { openOffice } from "@/tests/integration/ca/office.ts";
import { root } from "@/tests/support/sources.ts";

export const old = randomBytes(32);
export const next = randomBytes(32);
export const base64 = (key: Uint8Array) => Buffer.from(key).toString("base64");

/** As the first release sealed: no id of the key. */
function sealV1(key: Uint8Array, plain: Uint8Array, context: string): Bytes {
  const sealKey = Buffer.from(hkdfSync("sha256", key, new Uint8Array(), "seal/v1", 32));
  const nonce = randomBytes(12);
  const aad = Buffer.concat([Uint8Array.of(1), Buffer.from(context)]);
  const cipher = createCipheriv("aes-256-gcm", sealKey, nonce).setAAD(aad);
  const parts = [cipher.update(plain), cipher.final()];
  return Uint8Array.from(Buffer.concat([Uint8Array.of(1), nonce, ...parts, cipher.getAuthTag()]));
}

export type Portal = Awaited<ReturnType<typeof openPortal>>;

/** Under `old`: issuers (sealed as the first release did), keys of ours, an OCSP key, a release, open tickets and a package that is kept. */
export async function openPortal(tickets = 0) {
  const office = await openOffice(old);
  const { db } = office;
  const [{ name = "" } = {}] = await db.$queryRaw<{ name: string }[]>`SELECT current_database() AS name`;
  const url = inject("postgres").replace("{database}", name);

  const waiting = await office.ordered();
  const admitted = await office.admitted();
  const collected = await office.collected();

  const issuers = await db.issuer.findMany();
  for (const { id, sealedKey } of issuers) {
    const context = sealedColumns.issuerKey.context(id);
    const plain = office.parts.sealing.open(sealedKey ?? new Uint8Array(), context);
    await db.issuer.update({ where: { id }, data: { sealedKey: sealV1(old, plain, context) } });
  }
  const now = office.now();
  await db.responder.create({
    data: {
      issuerId: "client",
      certificate: Uint8Array.of(0),
      sealedKey: office.parts.sealing.seal(Buffer.from("ocsp"), sealedColumns.responderKey.context("client")),
      notBefore: now,
      notAfter: new Date(+now + 86_400_000),
    },
  });
  await db.release.create({
    data: {
      id: "session",
      providerId: "x",
      sealed: office.parts.sealing.seal(Buffer.from("{}"), sealedColumns.release.context("session")),
      createdAt: now,
      expiresAt: new Date(+now + 86_400_000),
    },
  });
  const needs = (keys: Sealing): Needs => ({
    db,
    now: office.now,
    sealing: keys,
    baseUrl: office.parts.baseUrl,
  });
  const own = await serviceKey(needs(office.parts.sealing), "sp-signing");

  if (tickets > 0) await addTickets(tickets);

  /** So many that a change takes its time. */
  async function addTickets(count: number) {
    const key = office.parts.sealing.childKey("ticket");
    await db.ticket.createMany({
      data: Array.from({ length: count }, (_, n) => {
        const [orderId, nonce] = [`many-${String(n).padStart(5, "0")}`, newNonce()];
        return {
          orderId,
          kind: "client" as const,
          months: 13,
          dn: `CN=国立 花子,OU=No ${n},O=Demo University A,L=Academe,C=JP`,
          nonce,
          hash: hashOf(deriveTicket(key, orderId, nonce)),
          sealedPackage: office.parts.sealing.seal(randomBytes(3000), sealedColumns.package.context(orderId)),
          expiresAt: new Date(+now + 30 * 86_400_000),
          createdAt: now,
        };
      }),
    });
  }

  return {
    ...office,
    url,
    waiting,
    admitted,
    taken: collected,
    /** A portal with these keys: the first seals. */
    caWith: (...[key = old, ...former]: Uint8Array[]) =>
      new LocalCa({ ...office.parts, sealing: sealing(key, ...former) }),
    /** Whether our own key in the federation opens with these. */
    async opensServiceKey(...[key = old, ...former]: Uint8Array[]) {
      const world = needs(sealing(key, ...former));
      readKeysAgain(world);
      return (await serviceKey(world, "sp-signing")).privateKey === own.privateKey;
    },
    /** All that is sealed or secret, as the database has it now. */
    async sealedNow(): Promise<string> {
      const rows = await Promise.all(
        Object.values(sealedColumns).map(({ table, column, id }) =>
          db.$queryRawUnsafe(
            `SELECT "${id}" AS id, encode("${column}", 'hex') AS s FROM "${table}" ORDER BY 1`,
          ),
        ),
      );
      return JSON.stringify(rows);
    },
  };
}

const none = {
  DATABASE_URL: "",
  SEALING_KEY: "",
  SEALING_KEY_PREVIOUS: "",
  BASE_URL: "",
  GCP_KMS_ENDPOINT: "",
  DATA_DIR: "/nonexistent",
};
const command = ["--disable-warning=ExperimentalWarning", "bin/reseal.ts"];

/** What an operator types after `npm run reseal --`, and what the console says. */
export function reseal(settings: Record<string, string>, ...words: string[]) {
  const env = { ...process.env, ...none, ...settings };
  return new Promise<{ ok: boolean; said: string }>((done) =>
    execFile(process.execPath, [...command, ...words], { cwd: root, env }, (error, stdout, stderr) =>
      done({ ok: error === null, said: `${stdout}${stderr}` }),
    ),
  );
}

/** The same, to be ended from outside. */
export function beginReseal(settings: Record<string, string>): ChildProcess {
  const env = { ...process.env, ...none, ...settings };
  return spawn(process.execPath, command, { cwd: root, env, stdio: "ignore" });
}
