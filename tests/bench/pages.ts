/** Dashboard and detail as 20 members read them at once, with 1,000 certificates in the database. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "next-auth/jwt";
import { keysOf } from "../../bin/data-folder.ts";
import { freePort } from "../../bin/free-port.ts";
import { openDatabase } from "../../server/db.ts";
import { demoInstitutions } from "../../server/federation/demo/institutions.ts";
import { StartedPortal } from "../support/portal.ts";
import { line, percentile, timed } from "./figures.ts";

const atOnce = 20;
/** Ten each: as many living client certificates as a member may hold. */
const members = 100;
const certificates = 1000;
const requests = 1000;

export async function benchPages(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "portal-bench-"));
  const portal = new StartedPortal({ PORT: String(await freePort()), DATA_DIR: folder, LOG_LEVEL: "warn" });
  try {
    await portal.ready();
    const sessions = await fill(folder);
    for (const [page, path] of [
      ["dashboard", () => "/ja/certs"],
      ["detail", (n: number) => `/ja/certs/${(n % (certificates / members)) + 1}`],
    ] as const) {
      const read = async (n: number) => {
        const cookie = `next-auth.session-token=${sessions[n % members]}`;
        const answer = await fetch(portal.baseUrl + path(n), { headers: { cookie }, redirect: "error" });
        if (!answer.ok) throw new Error(`${path(n)}: ${answer.status}`);
        await answer.arrayBuffer();
      };
      await timed(members, atOnce, read);
      const { each, all } = await timed(requests, atOnce, read);
      console.log(
        line(`${page}: ${atOnce} members at once, ${certificates} certificates`, {
          "p50 ms": percentile(each, 0.5).toFixed(0),
          "p95 ms": percentile(each, 0.95).toFixed(0),
          "pages/s": (requests / (all / 1000)).toFixed(0),
        }),
      );
    }
  } finally {
    await portal.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Members with their share of the certificates, each with its history and mails; their session cookies. */
async function fill(folder: string): Promise<string[]> {
  const { AUTH_SECRET, POSTGRES_PASSWORD } = keysOf(folder);
  const port = readFileSync(join(folder, "postgres", "postmaster.pid"), "utf8").split("\n")[3];
  const db = openDatabase(`postgresql://postgres:${POSTGRES_PASSWORD}@127.0.0.1:${port}/postgres`);
  const institution = await db.institution.create({
    data: {
      entityId: demoInstitutions.a.entityId,
      nameJa: "デモ大学A",
      nameEn: "Demo University A",
      dnBase: "O=Demo University A,L=Academe,C=JP",
    },
  });
  const sessions: string[] = [];
  for (let m = 0; m < members; m++) {
    const { id } = await db.member.create({
      data: {
        institutionId: institution.id,
        subject: `uniqueId:bench${m}`,
        displayName: `Hanako Kokuritsu ${m}`,
        displayNameJa: "国立 花子",
        mails: [`hanako${m}@a.example.ac.jp`],
      },
    });
    for (let n = 1; n <= certificates / members; n++) await addCertificate(db, id, m, n);
    const token = { memberId: id, institutionId: institution.id, at: Math.floor(Date.now() / 1000) };
    sessions.push(await encode({ token, secret: AUTH_SECRET }));
  }
  await db.$executeRaw`ANALYZE`;
  await db.$disconnect();
  return sessions;
}

async function addCertificate(db: ReturnType<typeof openDatabase>, memberId: string, m: number, n: number) {
  const serial = (BigInt(m) * 1000n + BigInt(n) + (1n << 120n)).toString(16).padStart(32, "0");
  const at = new Date();
  const mail = `hanako${m}@a.example.ac.jp`;
  const notAfter = new Date(at.getTime() + 365 * 86_400_000);
  const { id } = await db.enrollment.create({
    data: {
      memberId,
      number: n,
      kind: "client",
      months: 52,
      status: "active",
      requestKey: `client:${n - 1}`,
      dn: `CN=Hanako Kokuritsu ${m},OU=No ${n},O=Demo University A,L=Academe,C=JP`,
      mail,
      locale: "ja",
      requestedAt: at,
      serial,
      notBefore: at,
      notAfter,
      orders: {
        create: {
          sequence: 1,
          purpose: "issue",
          months: 52,
          status: "collected",
          placedAt: at,
          collectedAt: at,
          serial,
        },
      },
      history: {
        create: ["requested", "pin_issued", "collected"].map((deed) => ({ at, deed })),
      },
    },
  });
  await db.letter.createMany({
    data: ["acceptance", "acquisition"].map((kind) => ({
      key: `${kind}:${id}`,
      kind,
      enrollmentId: id,
      recipient: mail,
      locale: "ja",
      status: "sent" as const,
      createdAt: at,
      sentAt: at,
    })),
  });
}
