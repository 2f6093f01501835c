/** Members whose applications wait at the issuing site, the right PIN given: in the heart, at the CA, with a request each. */
import { generateKeyPair, sign } from "node:crypto";
import { promisify } from "node:util";
import { deriveTicket, hashOf, newBrowserKey, newNonce } from "../../server/ca/local/tickets.ts";
import type { Database } from "../../server/db.ts";
import { spki } from "../../server/pki/keys.ts";
import { toPem } from "../../server/pki/pem.ts";
import { buildRequest } from "../../server/pki/request.ts";
import type { Sealing } from "../../server/secrets/sealing.ts";

const generate = promisify(generateKeyPair);

export type ReadyOrder = {
  orderId: string;
  ticket: string;
  browser: string;
  request: Uint8Array;
  pem: string;
};

const day = 24 * 60 * 60 * 1000;
let orders = 0;

/** Keys on P-256, each of its own: the CA certifies none twice. */
export async function readyOrders(db: Database, seal: Sealing, count: number): Promise<ReadyOrder[]> {
  const now = new Date();
  const soon = new Date(now.getTime() + 30 * day);
  const memberId = await memberOf(db);
  const ready = await Promise.all(
    Array.from({ length: count }, async () => {
      orders += 1;
      const number = orders;
      const nonce = newNonce();
      const { publicKey, privateKey } = await generate("ec", { namedCurve: "P-256" });
      const request = await buildRequest({
        spki: spki(publicKey),
        subject: [{ type: "CN", value: `Holder ${number}` }],
        signatureAlgorithm: "ecdsa-with-SHA256",
        sign: (tbs) => sign("sha256", tbs, privateKey),
      });
      const pem = toPem(request, "CERTIFICATE REQUEST");
      return {
        number,
        orderId: `order-${number}`,
        nonce,
        ticket: deriveTicket(seal.childKey("ticket"), `order-${number}`, nonce),
        browser: newBrowserKey(),
        request,
        pem,
      };
    }),
  );
  const dn = (number: number) => `CN=Hanako Kokuritsu,OU=No ${number},O=Demo University A,L=Academe,C=JP`;
  await db.enrollment.createMany({
    data: ready.map(({ number }) => ({
      id: `enrollment-${number}`,
      memberId,
      number,
      kind: "client" as const,
      months: 52,
      status: "pin_ready" as const,
      requestKey: `bench-${number}`,
      dn: dn(number),
      mail: "hanako@a.example.ac.jp",
      locale: "ja",
      requestedAt: now,
    })),
  });
  await db.order.createMany({
    data: ready.map(({ number }) => ({
      id: `order-${number}`,
      enrollmentId: `enrollment-${number}`,
      sequence: 1,
      purpose: "issue" as const,
      months: 52,
      status: "pin_issued" as const,
      placedAt: now,
      collectUntil: soon,
    })),
  });
  await db.ticket.createMany({
    data: ready.map(({ number, nonce, ticket, browser }) => ({
      orderId: `order-${number}`,
      kind: "client" as const,
      months: 52,
      dn: dn(number),
      keyOrigins: ["browser", "server"],
      nonce,
      hash: hashOf(ticket),
      expiresAt: soon,
      browser: hashOf(browser),
      browserUntil: new Date(now.getTime() + day / 24),
      createdAt: now,
    })),
  });
  return ready;
}

async function memberOf(db: Database): Promise<string> {
  const known = await db.member.findFirst({ select: { id: true } });
  if (known) return known.id;
  const { id } = await db.member.create({
    data: {
      institution: {
        create: {
          entityId: "https://idp.a.example.ac.jp/",
          nameJa: "デモ大学A",
          nameEn: "Demo University A",
          dnBase: "O=Demo University A,L=Academe,C=JP",
        },
      },
      subject: "uniqueId:hanako",
      displayName: "Hanako Kokuritsu",
      mails: ["hanako@a.example.ac.jp"],
    },
  });
  return id;
}
