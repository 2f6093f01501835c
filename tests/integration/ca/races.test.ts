/** Many at once, and cut off half-way: still ten tries, still one certificate. */
import { hash } from "node:crypto";
import { afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { openDatabase } from "@/server/db.ts";
import { generateRsaKey } from "@/server/pki/keys.ts";
import { type Holder, newHolder } from "@/tests/support/holders.ts";
import { type Office, openOffice } from "./office.ts";

let office: Office;
beforeAll(async () => {
  office = await openOffice();
  await office.ca.prepare();
});

const times = <T>(count: number, deed: () => Promise<T>) => Promise.all(Array.from({ length: count }, deed));

test("fifty wrong PINs at once count exactly ten and lock the ticket once", async () => {
  const { ticket, pin, id } = await office.ordered();
  const answers = await times(50, () => office.ca.enterPin({ ticket, pin: "not the PIN" }));
  const left = answers.flatMap((answer) => (answer.result === "wrong" ? [answer.triesLeft] : []));
  expect(left.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(answers.filter(({ result }) => result === "locked")).toHaveLength(41);
  expect(await office.ca.readTicket(id)).toMatchObject({ locked: true, triesLeft: 0 });
  expect(await office.told(id)).toEqual(["pin_issued", "ticket_locked"]);
  expect(await office.ca.enterPin({ ticket, pin })).toEqual({ result: "locked" });
});

test("the right PIN given thirty times at once counts no try, and one browser is left that may download", async () => {
  const order = await office.ordered();
  const answers = await times(30, () => office.ca.enterPin(order));
  expect(answers.every(({ result }) => result === "right")).toBe(true);
  expect(await office.ca.readTicket(order.id)).toMatchObject({ locked: false, triesLeft: 10 });
  const browsers = answers.flatMap((answer) => (answer.result === "right" ? [answer.browser] : []));
  const views = await Promise.all(
    browsers.map((browser) => office.ca.openTicket({ ticket: order.ticket, browser })),
  );
  expect(views.filter(({ state }) => state === "download")).toHaveLength(1);
});

describe("twenty downloads at once", () => {
  test("make one certificate and give twenty times the same file", async () => {
    const order = await office.admitted();
    const answers = await times(20, () => office.ca.collect({ ...order, encryption: "modern" }));
    const files = answers.map((answer) =>
      answer.result === "package" ? Buffer.from(answer.file).toString("hex") : "",
    );
    expect(new Set(files).size).toBe(1);
    expect(files[0]?.length).toBeGreaterThan(4000);
    expect(await office.db.certificate.count({ where: { orderId: order.id } })).toBe(1);
    expect(await office.told(order.id)).toEqual(["pin_issued", "collected"]);
  });

  test("make one certificate also when two processes answer them and both encryptions are asked for", async () => {
    const order = await office.admitted();
    const other = new LocalCa(office.parts);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? office.ca : other).collect({ ...order, encryption: n % 3 ? "modern" : "compatible" }),
      ),
    );
    const files = answers.map((answer) =>
      answer.result === "package" ? Buffer.from(answer.file).toString("hex") : "",
    );
    expect(new Set(files).size).toBe(1);
    expect(await office.db.certificate.count({ where: { orderId: order.id } })).toBe(1);
  });

  test("race with a revocation: whatever certificate comes to be is revoked", async () => {
    for (let n = 0; n < 8; n += 1) {
      const order = await office.admitted();
      const [answer] = await Promise.all([
        office.ca.collect({ ...order, encryption: "modern" }),
        office.ca.revoke({ enrollmentId: order.id, orderIds: [order.id], reason: "unspecified" }),
      ]);
      const made = await office.db.certificate.findMany({ where: { orderId: order.id } });
      expect(made).toHaveLength(answer.result === "package" ? 1 : 0);
      for (const certificate of made) expect(certificate.revokedAt).not.toBeNull();
      expect(await office.ca.collect({ ...order, encryption: "modern" })).toMatchObject({
        result: "refused",
      });
    }
  });

  test("race with a close: either there is a certificate, or the order has ended", async () => {
    for (let n = 0; n < 8; n += 1) {
      const order = await office.admitted();
      await Promise.all([office.ca.collect({ ...order, encryption: "modern" }), office.ca.close(order.id)]);
      const told = (await office.told(order.id)).slice(1);
      expect([["collected"], ["lapsed"]]).toContainEqual(told);
      const count = await office.db.certificate.count({ where: { orderId: order.id } });
      expect(count).toBe(told[0] === "collected" ? 1 : 0);
    }
  });
});

/** The whole of it: `RACES=1000`. */
const races = Number(process.env.RACES ?? 20);

describe("a hundred at once with one ticket", () => {
  test(`are given one certificate, every time of ${races}: a request's`, async () => {
    const other = new LocalCa(office.parts);
    for (let n = 0; n < races; n += 1) {
      const order = await office.admitted();
      const { request } = await newHolder();
      const asked = { ...order, request, origin: "browser" } as const;
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, at) => (at % 2 ? office.ca : other).certify(asked)),
      );
      const made = new Set(
        answers.map((answer) =>
          answer.result === "certificate"
            ? Buffer.from(answer.certificate).toString("hex")
            : JSON.stringify(answer),
        ),
      );
      expect(made.size).toBe(1);
      expect(answers[0]?.result).toBe("certificate");
      expect(await office.db.certificate.count({ where: { orderId: order.id } })).toBe(1);
      expect(await office.told(order.id)).toEqual(["pin_issued", "collected"]);
    }
  }, 3_600_000);

  test(`are given one .p12, every time of ${races}`, async () => {
    // One key for all: how they are made is not what is tried here.
    const pair = await generateRsaKey(2048);
    const keys = {
      take: async () => pair,
      takeReady: async () => pair,
      giveBack: () => {},
      prepare: () => {},
    };
    const [one, other] = [1, 2].map(() => new LocalCa({ ...office.parts, keys })) as [LocalCa, LocalCa];
    for (let n = 0; n < races; n += 1) {
      const order = await office.admitted();
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, at) =>
          (at % 2 ? one : other).collect({ ...order, encryption: at % 3 ? "modern" : "compatible" }),
        ),
      );
      const files = new Set(
        answers.map((answer) =>
          answer.result === "package" ? Buffer.from(answer.file).toString("hex") : JSON.stringify(answer),
        ),
      );
      expect(files.size).toBe(1);
      expect(answers[0]?.result).toBe("package");
      expect(await office.db.certificate.count({ where: { orderId: order.id } })).toBe(1);
    }
  }, 3_600_000);
});

test("issues in groups, revocations, closes, lists and tidying, all at once, never wait for each other for ever", async () => {
  const other = new LocalCa(office.parts);
  for (let round = 0; round < 4; round += 1) {
    const orders: (Awaited<ReturnType<Office["admitted"]>> & Holder)[] = [];
    for (let n = 0; n < 24; n += 1) orders.push({ ...(await office.admitted()), ...(await newHolder()) });
    const shuffled = (from: number, to: number) =>
      orders
        .slice(from, to)
        .map(({ id }) => id)
        .sort((a, b) => hashed(a, round) - hashed(b, round));
    const ask = (ca: LocalCa) =>
      orders.map((order, n) =>
        n % 8 === 0
          ? ca.collect({ ...order, encryption: "modern" })
          : ca.certify({ ...order, origin: "browser" }),
      );
    const revoked = [shuffled(0, 16), shuffled(4, 20), shuffled(8, 16).reverse()];
    await Promise.all([
      ...ask(office.ca),
      ...ask(other).reverse(),
      ...revoked.map((orderIds, n) =>
        (n % 2 ? office.ca : other).revoke({ enrollmentId: "e", orderIds, reason: "superseded" }),
      ),
      ...shuffled(12, 24).map((id) => other.close(id)),
      office.ca.publishAll(),
      office.ca.tidy(),
      other.tidy(),
    ]);
    const made = await office.db.certificate.findMany({ where: { orderId: { in: shuffled(0, 20) } } });
    expect(made.filter(({ revokedAt }) => revokedAt === null)).toEqual([]);
    const told = await Promise.all(orders.map(({ id }) => office.told(id)));
    expect(told.filter((facts) => facts.filter((fact) => fact === "collected").length > 1)).toEqual([]);
    const counts = await Promise.all(
      orders.map(({ id }) => office.db.certificate.count({ where: { orderId: id } })),
    );
    expect(counts).toEqual(told.map((facts) => (facts.includes("collected") ? 1 : 0)));
  }
}, 60_000);

/** Some order that changes from round to round. */
function hashed(text: string, seed: number): number {
  return hash("sha256", `${seed} ${text}`, "buffer").readUInt32BE();
}

describe("a download cut off", () => {
  /** A CA on the same database whose world breaks at the moment of telling. */
  function breaking(how: (tx: Parameters<Office["parts"]["tell"]>[0]) => Promise<void>) {
    return new LocalCa({ ...office.parts, tell: how });
  }

  afterEach(async () => {
    expect(await office.db.certificate.count({ where: { ticket: { collectedAt: null } } })).toBe(0);
  });

  test("before it was told leaves nothing behind, and the next one succeeds", async () => {
    const order = await office.admitted();
    const broken = breaking(async () => {
      throw new Error("cut off");
    });
    await expect(broken.collect({ ...order, encryption: "modern" })).rejects.toThrow("cut off");
    const ticket = await office.db.ticket.findUniqueOrThrow({ where: { orderId: order.id } });
    expect(ticket).toMatchObject({ collectedAt: null, sealedPackage: null });
    expect(await office.db.certificate.count({ where: { orderId: order.id } })).toBe(0);
    expect(await office.ca.collect({ ...order, encryption: "modern" })).toMatchObject({ result: "package" });
    expect(await office.told(order.id)).toEqual(["pin_issued", "collected"]);
  });

  test("by the death of its connection leaves nothing behind, and the next one succeeds", async () => {
    const order = await office.admitted();
    const broken = breaking(async (tx) => {
      await tx.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`;
    });
    await expect(broken.collect({ ...order, encryption: "modern" })).rejects.toThrow();
    expect(await office.db.certificate.count({ where: { orderId: order.id } })).toBe(0);
    expect(await office.ca.collect({ ...order, encryption: "modern" })).toMatchObject({ result: "package" });
    expect(await office.db.certificate.count({ where: { orderId: order.id } })).toBe(1);
  });

  test("after it was told is answered with the file that was made then", async () => {
    const order = await office.admitted();
    await office.ca.collect({ ...order, encryption: "modern" });
    const restarted = new LocalCa(office.parts);
    const [one, two] = await times(2, () => restarted.collect({ ...order, encryption: "modern" }));
    expect(one).toMatchObject({ result: "package" });
    expect(two).toEqual(one);
    expect(await office.db.certificate.count({ where: { orderId: order.id } })).toBe(1);
  });
});

test("the first download of a process that has a single connection does not wait for itself", async () => {
  const order = await office.admitted();
  const [here] = await office.db.$queryRaw<{ name: string }[]>`SELECT current_database() AS name`;
  const narrow = openDatabase(inject("postgres").replace("{database}", here?.name ?? ""), 1);
  try {
    const fresh = new LocalCa({ ...office.parts, db: narrow });
    expect(await fresh.collect({ ...order, encryption: "modern" })).toMatchObject({ result: "package" });
  } finally {
    await narrow.$disconnect();
  }
}, 10_000);

test("an order whose telling fails leaves no ticket, and is taken when it comes again", async () => {
  const broken = new LocalCa({
    ...office.parts,
    tell: async () => {
      throw new Error("cut off");
    },
  });
  const order = {
    id: "cut-off",
    kind: "client",
    months: 13,
    dn: "CN=Taro,OU=No 1,C=JP",
    mail: null,
    keyOrigins: ["server"],
  } as const;
  await expect(broken.submit(order)).rejects.toThrow("cut off");
  expect(await office.ca.readPin("cut-off")).toBeNull();
  await office.ca.submit(order);
  expect(await office.ca.readPin("cut-off")).toHaveLength(16);
});
