/** What is published when: deltas, shards, and large lists; read by OpenSSL. */
import { createPrivateKey } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { keySigner, type Signer } from "@/server/pki/signer.ts";
import { sealedColumns } from "@/server/secrets/sealed-columns.ts";
import { days, issuerCertificate, minutes, type Office, openOffice } from "./office.ts";
import { openssl, pem, put, unpack } from "./openssl.ts";

let office: Office;
beforeEach(async () => {
  office = await openOffice();
  await office.ca.prepare();
});

async function fetched(name: string, ca = office.ca): Promise<Uint8Array> {
  const file = await ca.publicFile(name);
  if (typeof file === "string") throw new Error(`${name} is ${file}.`);
  return file.body;
}

async function read(name: string, ca?: LocalCa) {
  const { said: text } = openssl(
    "crl",
    "-inform",
    "DER",
    "-in",
    put(await fetched(name, ca)),
    "-noout",
    "-text",
  );
  return {
    text,
    serials: [...text.matchAll(/Serial Number: ([0-9A-F]+)/g)].map(([, serial = ""]) => serial.toLowerCase()),
    number: Number(/X509v3 CRL Number:\s+(\d+)/.exec(text)?.[1]),
    base: Number(/X509v3 Delta CRL Indicator: critical\s+(\d+)/.exec(text)?.[1]),
    freshest: /Freshest CRL:\s+Full Name:\s+URI:(\S+)/.exec(text)?.[1],
    scope: /Issuing Distribution Point: critical\s+Full Name:\s+URI:(\S+)/.exec(text)?.[1],
  };
}

const rowOf = (orderId: string) => office.db.certificate.findUniqueOrThrow({ where: { orderId } });

const revokedBy = (ca: LocalCa, orderId: string) =>
  ca.revoke({ enrollmentId: "e", orderIds: [orderId], reason: "superseded" });

/** `openssl verify` with just these lists. */
async function verified(certificate: string, lists: readonly Uint8Array[], ...more: string[]) {
  const trust = put(pem(await issuerCertificate(office.db, "root")));
  const above = put(pem(await issuerCertificate(office.db, "client")));
  const file = put(lists.map((list) => pem(list, "X509 CRL")).join(""));
  const time = String(Math.floor(office.now().getTime() / 1000));
  const check = ["-x509_strict", "-crl_check", "-CRLfile", file, "-attime", time, ...more];
  return openssl("verify", ...check, "-CAfile", trust, "-untrusted", above, put(certificate));
}

describe("a delta", () => {
  test("is there beside the complete list from the first on, and both tell a revocation at once", async () => {
    const order = await office.collected();
    const { serial } = await rowOf(order.id);
    const before = await read("client.crl");
    expect(before.freshest).toBe("http://ca.example.ac.jp/pki/client.delta.crl");
    expect((await read("client.delta.crl")).serials).toEqual([]);
    await revokedBy(office.ca, order.id);
    const [full, delta] = [await read("client.crl"), await read("client.delta.crl")];
    expect([full.serials, delta.serials]).toEqual([[serial], [serial]]);
    // Made at the same time they have the same number (RFC 5280 §5.2.3).
    expect([full.number, delta.number, delta.base]).toEqual([
      before.number + 1,
      before.number + 1,
      before.number,
    ]);
  });

  test("suits whoever fetched a complete list within a day, also right after the daily run", async () => {
    const order = await office.collected();
    const { certificate } = unpack(order.file, order.pin);
    await revokedBy(office.ca, (await office.collected()).id);
    office.pass(days(1) - minutes(5));
    await office.ca.publishAll();
    office.pass(days(1) - minutes(90));
    const held = await fetched("client.crl");
    await revokedBy(office.ca, (await office.collected()).id);
    office.pass(minutes(85));
    await office.ca.publishAll();
    expect(
      await verified(certificate, [held, await fetched("client.delta.crl")], "-use_deltas"),
    ).toMatchObject({
      ok: true,
    });
    await revokedBy(office.ca, order.id);
    const delta = await fetched("client.delta.crl");
    expect(await verified(certificate, [held])).toMatchObject({ ok: true });
    const now = await verified(certificate, [held, delta], "-use_deltas");
    expect([now.ok, now.said]).toEqual([false, expect.stringContaining("certificate revoked")]);
  });

  test("names what an earlier release revoked without keeping its entry", async () => {
    const order = await office.collected();
    await revokedBy(office.ca, order.id);
    const { serial } = await office.db.certificate.update({
      where: { orderId: order.id },
      data: { crlEntry: null },
    });
    office.pass(days(1));
    const { serials, text } = await read("client.crl");
    expect(serials).toEqual([serial]);
    expect(text).toContain("Superseded");
  });
});

describe("a list with enough certificates", () => {
  test("is followed by the next, which is there before a certificate names it", async () => {
    const ca = new LocalCa({ ...office.parts, limits: { certificatesOfShard: 3 } });
    const first = [await office.collected(), await office.collected()];
    expect((await ca.catchUp()).opened).toEqual([]);
    first.push(await office.collected());
    expect(await ca.publicFile("client.1.crl")).toBe("unknown");
    expect((await ca.catchUp()).opened).toEqual(["client"]);
    expect((await ca.catchUp()).opened).toEqual([]);
    expect((await read("client.1.crl")).scope).toBe("http://ca.example.ac.jp/pki/client.1.crl");

    // Processes look again within a minute.
    office.pass(minutes(1));
    await office.ca.open();
    const later = await office.collected();
    const row = await rowOf(later.id);
    expect(row.shard).toBe(1);
    expect(Buffer.from(row.der).toString("latin1")).toContain("http://ca.example.ac.jp/pki/client.1.crl");
    const { certificate } = unpack(later.file, later.pin);
    expect(await verified(certificate, [await fetched("client.1.crl")])).toMatchObject({ ok: true });

    await revokedBy(office.ca, later.id);
    await revokedBy(office.ca, first[0]?.id ?? "");
    const old = await rowOf(first[0]?.id ?? "");
    expect((await read("client.1.crl")).serials).toEqual([row.serial]);
    expect((await read("client.1.delta.crl")).serials).toEqual([row.serial]);
    expect((await read("client.1.delta.crl")).scope).toBe("http://ca.example.ac.jp/pki/client.1.crl");
    expect((await read("client.crl")).serials.sort()).toEqual([row.serial, old.serial].sort());
    expect((await read("client.crl")).scope).toBeUndefined();
    for (const list of ["client.crl", "client.1.crl"]) {
      const { ok, said } = await verified(certificate, [await fetched(list)]);
      expect([ok, said], list).toEqual([false, expect.stringContaining("certificate revoked")]);
    }
    // A list of its own is no evidence for a certificate that names another.
    const stranger = unpack(first[1]?.file ?? new Uint8Array(), first[1]?.pin ?? "").certificate;
    expect((await verified(stranger, [await fetched("client.1.crl")])).ok).toBe(false);
  });

  test("is made by the clock as long as certificates of it are in force, and no longer", async () => {
    const ca = new LocalCa({ ...office.parts, limits: { certificatesOfShard: 1 } });
    await office.collected();
    await ca.catchUp();
    office.pass(minutes(1));
    await office.ca.open();
    const order = await office.collected();
    expect((await rowOf(order.id)).shard).toBe(1);
    await ca.catchUp();
    const at = async () =>
      (
        await office.db.revocationList.findUniqueOrThrow({
          where: { issuerId_shard: { issuerId: "client", shard: 1 } },
        })
      ).thisUpdate;
    office.pass(days(1));
    await office.ca.publishAll();
    expect(await at()).toEqual(office.now());
    office.passUntil(new Date((await rowOf(order.id)).notAfter.getTime() + days(1)));
    // Once more after their end, and then it rests.
    await office.ca.publishAll();
    const last = await at();
    expect(last).toEqual(office.now());
    office.pass(days(2));
    await office.ca.publishAll();
    expect(await at()).toEqual(last);
  });
});

describe("a large list", () => {
  test("follows within a quarter of an hour; its delta tells a revocation at once", async () => {
    const ca = new LocalCa({ ...office.parts, limits: { smallUpTo: 0 } });
    const order = await office.collected();
    const { serial } = await rowOf(order.id);
    await revokedBy(ca, order.id);
    expect((await read("client.delta.crl", ca)).serials).toEqual([serial]);
    expect((await read("client.crl", ca)).serials).toEqual([]);
    office.pass(minutes(14));
    await ca.catchUp();
    expect((await read("client.crl", ca)).serials).toEqual([]);
    office.pass(minutes(1));
    await ca.catchUp();
    expect((await read("client.crl", ca)).serials).toEqual([serial]);
    const numbers = [await read("client.delta.crl", ca), await read("client.crl", ca)].map(
      ({ number }) => number,
    );
    expect(numbers).toEqual([2, 3]);
    // By the clock both.
    office.pass(days(1));
    await ca.publishAll();
    expect((await read("client.crl", ca)).number).toBe(5);
  });

  test("holds up no revocation while it is made, and loses none", async () => {
    const { gate, gated, free } = await withGate();
    const [making, ca] = [gated({ smallUpTo: 0 }), free({ smallUpTo: 0 })];
    const [one, two] = [await office.collected(), await office.collected()];
    await revokedBy(ca, one.id);
    office.pass(minutes(15));
    gate.shut();
    const published = making.catchUp();
    await gate.reached();
    // The list is being signed; a revocation by another process is done meanwhile, and has its delta.
    await revokedBy(ca, two.id);
    gate.open();
    await published;
    const serials = [(await rowOf(one.id)).serial, (await rowOf(two.id)).serial];
    expect((await read("client.crl", making)).serials).toEqual([serials[0]]);
    expect((await read("client.delta.crl", making)).serials.sort()).toEqual([...serials].sort());
    office.pass(minutes(15));
    await making.catchUp();
    expect((await read("client.crl", making)).serials.sort()).toEqual([...serials].sort());
  });
});

describe("where something fails", () => {
  test("a revocation stands, its list follows at the next try, and numbers still grow", async () => {
    const { gate, gated } = await withGate();
    const ca = gated();
    const order = await office.collected();
    const before = (await read("client.crl", ca)).number;
    gate.fail();
    await expect(revokedBy(ca, order.id)).rejects.toThrow("The gate is broken.");
    const { serial, revokedAt } = await rowOf(order.id);
    expect(revokedAt).not.toBeNull();
    gate.open();
    await revokedBy(ca, order.id);
    const list = await read("client.crl", ca);
    expect(list.serials).toEqual([serial]);
    expect(list.number).toBeGreaterThan(before);
  });

  test("the lists of other issuers are made all the same", async () => {
    const { gate, gated } = await withGate();
    const ca = gated();
    gate.fail();
    office.pass(days(1));
    await expect(ca.publishAll()).rejects.toThrow("The gate is broken.");
    const lists = await office.db.revocationList.findMany({ orderBy: { issuerId: "asc" } });
    const fresh = lists.filter(({ thisUpdate }) => thisUpdate.getTime() === office.now().getTime());
    expect(fresh.map(({ issuerId }) => issuerId)).toEqual(["root", "smime"]);
  });
});

/** The client CA's key is where its signature can be held up, or refused: as in an HSM. */
async function withGate() {
  const { sealedKey } = await office.db.issuer.findUniqueOrThrow({ where: { id: "client" } });
  const pkcs8 = office.parts.sealing.open(
    sealedKey ?? new Uint8Array(),
    sealedColumns.issuerKey.context("client"),
  );
  const signer = keySigner(createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" }));
  await office.db.issuer.update({
    where: { id: "client" },
    data: { sealedKey: null, keyRef: "gate:client" },
  });
  let passing = Promise.withResolvers<void>();
  let reached = Promise.withResolvers<void>();
  passing.resolve();
  let broken = false;
  const gate = {
    openSigner: async (): Promise<Signer> => ({
      ...signer,
      async sign(tbs) {
        if (broken) throw new Error("The gate is broken.");
        reached.resolve();
        await passing.promise;
        return signer.sign(tbs);
      },
    }),
    shut() {
      passing = Promise.withResolvers<void>();
      reached = Promise.withResolvers<void>();
    },
    reached: () => reached.promise,
    open() {
      broken = false;
      passing.resolve();
    },
    fail() {
      broken = true;
    },
  };
  const at =
    (openSigner: () => Promise<Signer>) =>
    (limits: { smallUpTo?: number } = {}) =>
      new LocalCa({ ...office.parts, openSigner, limits });
  /** One process signs through the gate, another does not. */
  return { gate, gated: at(gate.openSigner), free: at(async () => signer) };
}
