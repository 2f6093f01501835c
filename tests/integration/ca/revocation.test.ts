/** Revoked certificates and the lists that say so, read by OpenSSL. */
import { beforeAll, describe, expect, test } from "vitest";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { days, issuerCertificate, type Office, openOffice } from "./office.ts";
import { openssl, pem, put, unpack } from "./openssl.ts";

let office: Office;
beforeAll(async () => {
  office = await openOffice();
  await office.ca.prepare();
});

async function fetched(name: string): Promise<Uint8Array> {
  const file = await office.ca.publicFile(name);
  if (typeof file === "string") throw new Error(`${name} is ${file}.`);
  return file.body;
}

async function list(id: string) {
  const text = openssl(
    "crl",
    "-inform",
    "DER",
    "-in",
    put(await fetched(`${id}.crl`)),
    "-noout",
    "-text",
  ).said;
  const serials = [...text.matchAll(/Serial Number: ([0-9A-F]+)/g)].map(([, serial = ""]) =>
    serial.toLowerCase(),
  );
  const number = Number(/X509v3 CRL Number:\s+(\d+)/.exec(text)?.[1]);
  return { text, serials, number };
}

async function serialOf(orderId: string): Promise<string> {
  return (await office.db.certificate.findUniqueOrThrow({ where: { orderId } })).serial;
}

/** `openssl verify` with the lists of root and issuer, at the office's time. */
async function verified(kind: string, certificate: string) {
  const { db } = office;
  const trust = put(pem(await issuerCertificate(db, "root")));
  const above = put(pem(await issuerCertificate(db, kind)));
  const lists = put(
    pem(await fetched("root.crl"), "X509 CRL") + pem(await fetched(`${kind}.crl`), "X509 CRL"),
  );
  const time = ["-attime", String(Math.floor(office.now().getTime() / 1000))];
  const check = ["-x509_strict", "-crl_check_all", "-CRLfile", lists];
  return openssl("verify", ...time, ...check, "-CAfile", trust, "-untrusted", above, put(certificate));
}

describe("a certificate", () => {
  test.each(["client", "smime"] as const)(
    "of the %s CA is good until it is revoked, and refused from then on",
    async (kind) => {
      const order = await office.collected({ kind, mail: kind === "smime" ? "taro@a.example.ac.jp" : null });
      const { certificate } = unpack(order.file, order.pin);
      expect(await verified(kind, certificate)).toMatchObject({ ok: true });

      await office.ca.revoke({ enrollmentId: "e", orderIds: [order.id], reason: "keyCompromise" });
      const after = await verified(kind, certificate);
      expect(after.ok).toBe(false);
      expect(after.said).toContain("certificate revoked");
      expect((await list(kind)).text).toMatch(/Key Compromise/);
    },
  );

  test("does not appear on the list of the other CA", async () => {
    const order = await office.collected();
    await office.ca.revoke({ enrollmentId: "e", orderIds: [order.id], reason: "superseded" });
    const serial = await serialOf(order.id);
    expect((await list("client")).serials).toContain(serial);
    expect((await list("smime")).serials).not.toContain(serial);
    expect((await list("root")).serials).toEqual([]);
  });

  test("is told as revoked with its time, again when asked again, and is listed once", async () => {
    const order = await office.collected();
    const request = { enrollmentId: "twice", orderIds: [order.id], reason: "affiliationChanged" } as const;
    office.pass(1000);
    const at = office.now();
    await office.ca.revoke(request);
    const first = await list("client");
    office.pass(60_000);
    await office.ca.revoke({ ...request, reason: "keyCompromise" });

    const facts = await office.db.outboxEvent.findMany({
      where: { data: { path: ["enrollmentId"], equals: "twice" } },
    });
    expect(facts.map(({ data }) => data)).toEqual(
      Array(2).fill({ type: "revoked", enrollmentId: "twice", at: at.toISOString() }),
    );
    const { revokedAt, revocationReason } = await office.db.certificate.findUniqueOrThrow({
      where: { orderId: order.id },
    });
    expect({ revokedAt, revocationReason }).toEqual({ revokedAt: at, revocationReason: 3 });
    expect(await list("client")).toEqual(first);
  });

  test("is revoked with those before it, and what is still open of its application is closed", async () => {
    const first = await office.collected();
    const second = await office.collected();
    const open = await office.admitted();
    const orderIds = [first.id, second.id, open.id];
    await office.ca.revoke({ enrollmentId: "e", orderIds, reason: "cessationOfOperation" });
    const { serials } = await list("client");
    expect(serials).toEqual(expect.arrayContaining([await serialOf(first.id), await serialOf(second.id)]));
    const withdrawn = { result: "refused", because: "withdrawn" };
    expect(await office.ca.enterPin(open)).toEqual(withdrawn);
    expect(await office.ca.collect({ ...open, encryption: "modern" })).toEqual(withdrawn);
    expect(await office.ca.readPin(open.id)).toBeNull();
    // Nor can the file of a revoked certificate be fetched once more.
    expect(await office.ca.collect({ ...second, encryption: "modern" })).toEqual(withdrawn);
    expect(
      await office.db.ticket.count({ where: { orderId: { in: orderIds }, sealedPackage: { not: null } } }),
    ).toBe(0);
  });

  test("is not told as revoked when its row could not be written", async () => {
    const order = await office.collected();
    const broken = new LocalCa({
      ...office.parts,
      tell: async () => {
        throw new Error("cut off");
      },
    });
    const request = { enrollmentId: "e", orderIds: [order.id], reason: "unspecified" } as const;
    await expect(broken.revoke(request)).rejects.toThrow("cut off");
    expect(
      (await office.db.certificate.findUniqueOrThrow({ where: { orderId: order.id } })).revokedAt,
    ).toBeNull();
    expect((await list("client")).serials).not.toContain(await serialOf(order.id));
  });
});

describe("the list", () => {
  test("names its successor seven days ahead, and is renewed when a day is over, by whoever asks", async () => {
    const before = await list("smime");
    expect(before.text).toContain("Version 2");
    const { dailyAt } = await office.db.revocationList.findUniqueOrThrow({
      where: { issuerId_shard: { issuerId: "smime", shard: 0 } },
    });
    office.passUntil(new Date((dailyAt?.getTime() ?? 0) + days(1) - 1));
    expect((await list("smime")).number).toBe(before.number);
    office.pass(1);
    expect((await list("smime")).number).toBe(before.number + 1);
    const { thisUpdate, nextUpdate } = await office.db.revocationList.findUniqueOrThrow({
      where: { issuerId_shard: { issuerId: "smime", shard: 0 } },
    });
    expect(nextUpdate.getTime() - thisUpdate.getTime()).toBe(days(7));
  });

  test("is renewed for all issuers by the daily run, though it comes some minutes early, and once when run twice", async () => {
    await office.ca.publishAll();
    office.pass(days(1) - 300_000);
    expect(await office.ca.publishAll()).toEqual(["root", "client", "smime"]);
    expect(await office.ca.publishAll()).toEqual([]);
  });

  test("grows its number by one a list, and loses no revocation, when many revoke at once", async () => {
    const orders = [];
    for (let n = 0; n < 12; n += 1) orders.push(await office.collected());
    const before = (await list("client")).number;
    const other = new LocalCa(office.parts);
    await Promise.all(
      orders.map((order, n) =>
        (n % 2 ? office.ca : other).revoke({
          enrollmentId: order.id,
          orderIds: [order.id],
          reason: "unspecified",
        }),
      ),
    );
    const { serials, number } = await list("client");
    for (const order of orders) expect(serials).toContain(await serialOf(order.id));
    expect(number).toBeGreaterThan(before);
    expect(number).toBeLessThanOrEqual(before + orders.length + 1);
  });

  test("keeps a revoked certificate until one list after its end has named it (RFC 5280 §3.3)", async () => {
    const order = await office.collected();
    await office.ca.revoke({ enrollmentId: "e", orderIds: [order.id], reason: "unspecified" });
    const { serial, notAfter } = await office.db.certificate.findUniqueOrThrow({
      where: { orderId: order.id },
    });
    office.passUntil(new Date(notAfter.getTime() - days(2)));
    expect((await list("client")).serials).toContain(serial);
    office.pass(days(3));
    expect((await list("client")).serials).toContain(serial);
    office.pass(days(1));
    expect((await list("client")).serials).not.toContain(serial);
  });
});
