/** Members and applications as the heart would have written them, and a post that remembers. */
import type { Database } from "@/server/db.ts";
import type { OutgoingLetter, Post } from "@/server/mail/port.ts";
import type { MailDeps } from "@/server/mail/send.ts";

export const now = new Date("2026-11-22T08:36:42Z");
const day = 86_400_000;

let made = 0;

/** An application of 花子 whose first order has its PIN. */
export async function application(
  db: Database,
  changes: { locale?: string; mail?: string; smime?: boolean } = {},
) {
  made += 1;
  const institution = await db.institution.create({
    data: {
      entityId: `https://idp${made}.a.example.ac.jp`,
      nameJa: "デモ大学A",
      nameEn: "Demo University A",
      dnBase: "O=Demo University A,L=Academe,C=JP",
    },
  });
  const member = await db.member.create({
    data: {
      institutionId: institution.id,
      subject: "uniqueId:hanako",
      displayName: "Hanako Kokuritsu",
      displayNameJa: "国立 花子",
      mails: ["hanako@a.example.ac.jp"],
      locale: changes.locale ?? "ja",
    },
  });
  const enrollment = await db.enrollment.create({
    data: {
      memberId: member.id,
      number: 11,
      kind: changes.smime ? "smime" : "client",
      months: 52,
      status: "pin_ready",
      requestKey: "client:0",
      dn: `CN=Kokuritsu\\, Hanako,OU=No 11,OU=${made},O=Demo University A,L=Academe,C=JP`,
      mail: changes.mail ?? "hanako@a.example.ac.jp",
      locale: "ja",
      requestedAt: now,
    },
  });
  const order = await db.order.create({
    data: {
      enrollmentId: enrollment.id,
      sequence: 1,
      purpose: "issue",
      months: 52,
      status: "pin_issued",
      placedAt: now,
      collectUntil: new Date(now.getTime() + 30 * day),
    },
  });
  return { member, enrollment, order };
}

/** The download of an order: its serial and dates, as the CA told them. */
export async function collect(db: Database, order: { id: string; enrollmentId: string }, serial: string) {
  const dates = { notBefore: now, notAfter: new Date(now.getTime() + 30 * day) };
  await db.order.update({ where: { id: order.id }, data: { status: "collected", collectedAt: now, serial } });
  await db.enrollment.update({
    where: { id: order.enrollmentId },
    data: { status: "active", serial, ...dates },
  });
}

export const ticket = "Zx9_-Qa1".repeat(8);

/** A post that takes letters and remembers them; `whenSent` may fail it. */
export function rememberingPost(whenSent: (letter: OutgoingLetter) => Promise<void> | void = () => {}) {
  const letters: OutgoingLetter[] = [];
  const post: Post = {
    async send(letter) {
      letters.push(letter);
      await whenSent(letter);
      return { id: `sent-${letters.length}` };
    },
  };
  return { post, letters };
}

export function depsWith(db: Database, post: Post, changes: Partial<MailDeps> = {}): MailDeps {
  return {
    db,
    now: () => now,
    post,
    ca: { collectUrl: async (_order, locale) => `https://portal.example.ac.jp/${locale}/issue/${ticket}` },
    baseUrl: "https://portal.example.ac.jp",
    from: "証明書ポータル <portal@portal.example.ac.jp>",
    supportContact: "support@example.ac.jp",
    ...changes,
  };
}
