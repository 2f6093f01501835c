/** A portal whose registrars carry files to NII's service, with something of each kind at two institutions. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mailContext } from "@/server/ca/upki/intake.ts";
import { nameKeyOf } from "@/server/ca/upki/names.ts";
import type { World } from "@/server/ca/upki/world.ts";
import { addCalendarMonths } from "@/server/pki/validity.ts";

/** Any certificate: no mail of these tests is signed. */
function someCertificate(): string {
  const folder = mkdtempSync(join(tmpdir(), "portal-mail-ca-"));
  const file = join(folder, "ca.pem");
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null"];
  execFileSync("openssl", ["req", "-x509", ...key, "-subj", "/CN=Mail CA", "-days", "30", "-out", file], {
    stdio: "ignore",
  });
  const pem = readFileSync(file, "utf8");
  rmSync(folder, { recursive: true });
  return pem;
}

export const byHand = () => ({
  CA_BACKEND: "upki",
  UPKI_TRANSPORT: "manual",
  UPKI_MAIL_CA: someCertificate(),
  UPKI_MAIL_SENDER: "sender@service.example.ac.jp",
  UPKI_MAILBOX: "upki@portal.example.ac.jp",
  UPKI_PIN_HOSTS: "service.example.ac.jp",
});

export type Things = Awaited<ReturnType<typeof thingsOf>>;

const hours = (count: number) => count * 3_600_000;

/** One institution's: what waits, a file, what was refused, a dead mail, and differences of two kinds. */
export async function thingsOf(world: World, name: string) {
  const { db } = world;
  const letter = name.toLowerCase();
  const now = world.now();
  const before = new Date(now.getTime() - hours(5));
  const base = `O=Demo University ${name},L=Academe,C=JP`;
  const institution = await db.institution.create({
    data: {
      entityId: `https://idp.${letter}.example.ac.jp/idp`,
      nameJa: `デモ大学${name}`,
      nameEn: `Demo University ${name}`,
      dnBase: base,
    },
  });
  const mail = `hanako@${letter}.example.ac.jp`;
  const member = await db.member.create({
    data: {
      institutionId: institution.id,
      subject: `uniqueId:${mail}`,
      displayName: "Hanako Kokuritsu",
      mails: [mail],
    },
  });
  const order = await applied(`CN=Hanako Kokuritsu,OU=No 5,${base}`);

  async function applied(dn: string) {
    const enrollment = await db.enrollment.create({
      data: {
        memberId: member.id,
        number: 5,
        kind: "client",
        months: 52,
        status: "requested",
        requestKey: "client:5",
        dn,
        mail,
        locale: "ja",
        requestedAt: before,
      },
    });
    const data = { enrollmentId: enrollment.id, sequence: 1, purpose: "issue", months: 52 } as const;
    return db.order.create({ data: { ...data, status: "placed", placedAt: before } });
  }

  let made = 0;
  const request = async (more: object) => {
    const dn = `CN=Hanako Kokuritsu,OU=No ${++made},${base}`;
    const person = { name: "Hanako Kokuritsu", affiliation: `Demo University ${name}`, mail };
    return db.upkiRequest.create({
      data: {
        key: `issue:${letter}${made}`,
        kind: "issue",
        institutionId: institution.id,
        enrollmentId: order.enrollmentId,
        certificateKind: "client",
        dn,
        ...nameKeyOf(dn),
        line: {
          ...{ kind: "issue", dn, profile: "5", serial: null, reason: null, comment: "" },
          ...{ holder: person, manager: person, fileName: `client-${made}-1` },
        },
        status: "waiting",
        createdAt: before,
        dueAt: before,
        ...more,
      },
    });
  };
  await request({});
  const upload = crypto.randomUUID();
  const sent = await request({ status: "sending", upload, sentAt: before });
  await request({ status: "refused", code: "206", message: `DN of ${name}`, sentAt: before });
  const pinless = await request({ status: "taken", sentAt: before, takenAt: now, orderId: order.id });

  const mailId = letter.repeat(64);
  const raw = Buffer.from("Subject: nothing\r\n\r\nnothing\r\n");
  await db.upkiMail.create({
    data: {
      id: mailId,
      receivedAt: before,
      via: "post",
      status: "dead",
      kind: "collected",
      reason: "unknown_name",
      detail: { subject: "S", dn: `CN=x,${base}`, serial: "123456789" },
      sealed: world.sealing.seal(raw, mailContext(mailId)),
      institutionId: institution.id,
    },
  });
  const difference = (kind: string, more: object) =>
    db.upkiDifference.create({
      data: {
        ...{ key: `${kind}:${letter}`, kind, dn: `CN=Hanako Kokuritsu,OU=No 9,${base}`, seenAt: before },
        institutionId: institution.id,
        ...more,
      },
    });
  const pinMissing = await difference("pin_missing", { requestId: pinless.id });
  const unknown = await difference("unknown_certificate", {
    serial: `${letter.charCodeAt(0)}00000000000000000000001`,
    detail: {
      ...{ state: "issued", stateText: "5:発行済み", holderMail: mail, profile: "5" },
      notAfter: addCalendarMonths(now, 12).toISOString(),
    },
  });
  return { institution, member, upload, sent, mailId, pinMissing, unknown, waiting: 1 };
}
