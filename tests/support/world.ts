/** The heart and the local CA on a real database, with a clock that tests can move. */
import { randomBytes } from "node:crypto";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { localRules } from "@/server/ca/local/rules.ts";
import { revokeAtCa } from "@/server/enrollment/carry-out.ts";
import { hear } from "@/server/enrollment/orders.ts";
import { revokeCertificate } from "@/server/enrollment/revoke.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import type { Ports } from "@/server/ports.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { testDatabase } from "./database.ts";
import { newHolder } from "./holders.ts";

const people = {
  hanako: { displayName: "Hanako Kokuritsu", displayNameJa: "国立 花子", mails: ["hanako@a.example.ac.jp"] },
  taro: {
    displayName: "学認 太郎",
    displayNameJa: "学認 太郎",
    mails: ["taro@a.example.ac.jp", "taro.gakunin@a.example.ac.jp"],
  },
};

export type World = Awaited<ReturnType<typeof openWorld>>;

export async function openWorld() {
  const db = await testDatabase();
  const start = new Date("2026-11-22T01:00:00Z");
  let clock = start;
  const now = () => new Date(clock);
  const ca = new LocalCa({
    db,
    now,
    sealing: sealing(randomBytes(32)),
    tell: (tx, facts) => hear(tx, facts, now()),
    baseUrl: "http://localhost:3000",
  });
  const ports: Ports = {
    db,
    now,
    ca,
    rules: localRules,
    wakeOutbox: async () => {},
    settings: { clientCertificateLimit: 10 },
  };
  const institution = await db.institution.create({
    data: {
      entityId: "https://idp.a.example.ac.jp/idp",
      nameJa: "デモ大学A",
      nameEn: "Demo University A",
      dnBase: "O=Demo University A,L=Academe,C=JP",
    },
  });

  const ticketOf = async (orderId: string) => (await ca.collectUrl(orderId, "ja"))?.split("/").at(-1) ?? "";

  const tryCollect = async (orderId: string, ticket?: string) => {
    const held = ticket ?? (await ticketOf(orderId));
    const answer = await ca.enterPin({ ticket: held, pin: (await ca.readPin(orderId)) ?? "" });
    if (answer.result !== "right") return answer;
    return ca.collect({ ticket: held, browser: answer.browser, encryption: "modern" });
  };

  return {
    db,
    ca,
    ports,
    now,
    /** Everything as at the start; only the CA keeps its keys. */
    async reset() {
      clock = start;
      ports.settings.clientCertificateLimit = 10;
      await db.$executeRaw`TRUNCATE "Member", "Ticket", "OutboxEvent" CASCADE`;
    },
    /** Lets time go by. */
    pass({ days }: { days: number }) {
      clock = new Date(clock.getTime() + days * 86_400_000);
    },
    member: (name: keyof typeof people) =>
      db.member.create({
        data: { ...people[name], institutionId: institution.id, subject: `uniqueId:${name}@a.example.ac.jp` },
      }),
    newestOrder: (member: Member, number: number) =>
      db.order.findFirstOrThrow({
        where: { enrollment: { memberId: member.id, number } },
        orderBy: { sequence: "desc" },
      }),
    ticketOf,
    tryCollect,
    /** As the holder does: URL from the mail, PIN from the portal, download. */
    async collect(orderId: string) {
      const answer = await tryCollect(orderId);
      if (answer.result !== "package") throw new Error(`no certificate: ${JSON.stringify(answer)}`);
      return answer;
    },
    /** The same with a key of the holder's own, whose request they bring. */
    async certify(orderId: string) {
      const ticket = await ticketOf(orderId);
      const answer = await ca.enterPin({ ticket, pin: (await ca.readPin(orderId)) ?? "" });
      if (answer.result !== "right") throw new Error(answer.result);
      const { browser } = answer;
      const { request } = await newHolder();
      const made = await ca.certify({ ticket, browser, request, origin: "browser" });
      if (made.result !== "certificate") throw new Error(`no certificate: ${JSON.stringify(made)}`);
      return { ticket, browser };
    },
    async lock(orderId: string, ticket?: string) {
      const held = ticket ?? (await ticketOf(orderId));
      for (let n = 0; n < 10; n++) await ca.enterPin({ ticket: held, pin: "WRONGwrongWRONG2" });
    },
    async revoke(member: Member, number: number) {
      await revokeCertificate(ports, { memberId: member.id, number, reason: "superseded" });
      const { enrollmentId } = await this.newestOrder(member, number);
      await revokeAtCa(ports, enrollmentId);
    },
  };
}
