/** From a revocation to the world: how long until the lists and the OCSP responder, asked over HTTP, say so; by the size of the complete list. */
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { LocalCa } from "../../server/ca/local/local-ca.ts";
import { openDatabase } from "../../server/db.ts";
import { sealing } from "../../server/secrets/sealing.ts";
import { line, percentile } from "./figures.ts";
import { askedBy } from "./ocsp-peers.ts";
import { withDatabase } from "./own-postgres.ts";
import { fillRevoked } from "./revoked.ts";

/** A list of the second size is large: its delta tells first, and the complete list follows by the clock. */
const sizes = [1000, 50_000, 300_000];
const times = 20;

export async function benchRevocation(): Promise<void> {
  for (const size of sizes) await withDatabase((url, folder) => measure(url, folder, size));
}

async function measure(url: string, folder: string, size: number): Promise<void> {
  const db = openDatabase(url);
  const ca = new LocalCa({
    db,
    now: () => new Date(),
    sealing: sealing(randomBytes(32)),
    tell: async () => {},
    baseUrl: "http://localhost:3000",
  });
  await ca.prepare();
  await fillRevoked(url, size, 100);
  // As a list of the day has them.
  await db.revocationList.updateMany({ data: { dailyAt: new Date(0) } });
  await ca.publishAll();
  await ca.publishAll();
  const server = createServer((request, response) => void ca.answerAhead(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const octets = async (path: string) => Buffer.from(await (await fetch(base + path)).arrayBuffer());
  const issuer = join(folder, "issuer.pem");
  await writeFile(issuer, pem(await octets("/pki/client.cer")));

  const took = { delta: [] as number[], list: [] as number[], ocsp: [] as number[] };
  let large = false;
  for (let n = 0; n < times; n++) {
    const { id, serial } = await issued(ca, db, n);
    const question = (await askedBy(folder, issuer, serial, false)).toString("base64");
    const path = `/ocsp/${encodeURIComponent(question)}`;
    if (isRevoked(await octets(path))) throw new Error("revoked before it was");
    const wanted = Buffer.from(serial, "hex");
    large = (await octets("/pki/client.crl")).length > 4 * 1024 * 1024;
    const began = performance.now();
    const until = async (says: () => Promise<boolean>) => {
      while (!(await says())) if (performance.now() - began > 60_000) throw new Error("nobody says so");
      return performance.now() - began;
    };
    const told = [
      until(async () => (await octets("/pki/client.delta.crl")).includes(wanted)),
      until(async () => isRevoked(await octets(path))),
      ...(large ? [] : [until(async () => (await octets("/pki/client.crl")).includes(wanted))]),
    ];
    await ca.revoke({ enrollmentId: id, orderIds: [id], reason: "keyCompromise" });
    const [delta = 0, ocsp = 0, list] = await Promise.all(told);
    took.delta.push(delta);
    took.ocsp.push(ocsp);
    if (list !== undefined) took.list.push(list);
  }
  console.log(
    line(`revocation beside ${size.toLocaleString("en")} others, until it is told (limit 2 s)`, {
      "by OCSP": figures(took.ocsp),
      "by the delta": figures(took.delta),
      "by the complete list": large ? "within 15 min: it is large" : figures(took.list),
    }),
  );
  server.closeAllConnections();
  server.close();
  await db.$disconnect();
}

async function issued(ca: LocalCa, db: ReturnType<typeof openDatabase>, n: number) {
  const id = `revoked-${n}`;
  const dn = `CN=Hanako Kokuritsu,OU=No ${n + 1},O=Demo University A,L=Academe,C=JP`;
  await ca.submit({ id, kind: "client", months: 52, dn, mail: null, keyOrigins: ["server"] });
  const ticket = (await ca.collectUrl(id, "ja"))?.split("/").at(-1) ?? "";
  const answer = await ca.enterPin({ ticket, pin: (await ca.readPin(id)) ?? "" });
  if (answer.result !== "right") throw new Error(`PIN: ${answer.result}`);
  await ca.collect({ ticket, browser: answer.browser, encryption: "modern" });
  const { serial } = await db.certificate.findUniqueOrThrow({ where: { orderId: id } });
  return { id, serial };
}

/** RevokedInfo (RFC 6960 §4.2.1) begins with a GeneralizedTime and, here, ends with a reason. */
function isRevoked(answer: Buffer): boolean {
  return answer.includes(Buffer.from("a116180f", "hex"));
}

function figures(took: readonly number[]): string {
  return `p50 ${percentile(took, 0.5).toFixed(0)} ms, most ${Math.max(...took).toFixed(0)} ms`;
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
