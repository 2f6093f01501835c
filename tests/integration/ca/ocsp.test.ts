/** The OCSP responder, asked by OpenSSL. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { log } from "@/server/log.ts";
import { openDoor, questionFor, readAnswer } from "./door.ts";
import { days, type Office, openOffice } from "./office.ts";

let office: Office;
let door: Awaited<ReturnType<typeof openDoor>>;
beforeAll(async () => {
  office = await openOffice();
  await office.ca.prepare();
  door = await openDoor(office.ca);
});
afterAll(() => door.close());

const real = performance.now.bind(performance);
/** Milliseconds by which the process is older than it was so far: what was seen of other processes' deeds is good for a second. */
let older = 0;
vi.spyOn(performance, "now").mockImplementation(() => real() + older);

const type = { "Content-Type": "application/ocsp-request" };

async function post(question: Uint8Array, url = door.url): Promise<Response> {
  return fetch(`${url}/ocsp`, { method: "POST", headers: type, body: Uint8Array.from(question) });
}

function get(question: Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${door.url}/ocsp/${encodeURIComponent(Buffer.from(question).toString("base64"))}`, {
    headers,
  });
}

async function read(response: Response, issuer?: string) {
  return readAnswer(office, new Uint8Array(await response.arrayBuffer()), issuer);
}

async function serialOf(orderId: string): Promise<string> {
  return (await office.db.certificate.findUniqueOrThrow({ where: { orderId } })).serial;
}

async function issued(kind: "client" | "smime" = "client"): Promise<{ orderId: string; serial: string }> {
  const { id } = await office.collected({ kind, mail: kind === "smime" ? "taro@a.example.ac.jp" : null });
  return { orderId: id, serial: await serialOf(id) };
}

const revoke = (orderId: string) =>
  office.ca.revoke({ enrollmentId: "e", orderIds: [orderId], reason: "keyCompromise" });

describe("a certificate", () => {
  test.each([
    ["client", "sha1"],
    ["client", "sha256"],
    ["smime", "sha384"],
    ["smime", "sha512"],
  ] as const)(
    "of the %s CA, asked for by %s, is good, and revoked at once when it is",
    async (kind, hash) => {
      const { orderId, serial } = await issued(kind);
      const question = await questionFor(office, [serial], { issuer: kind, hash });
      for (const ask of [post, get]) {
        const before = await read(await ask(question), kind);
        expect(before).toMatchObject({ outcome: "successful", verified: true, statuses: ["good"] });
      }
      await revoke(orderId);
      for (const ask of [get, post]) {
        const after = await read(await ask(question), kind);
        expect(after).toMatchObject({ verified: true, statuses: ["revoked"], reason: "keyCompromise" });
      }
    },
  );

  test("names the responder, so that whoever has it needs no setting", async () => {
    const { id } = await office.collected();
    const { der } = await office.db.certificate.findUniqueOrThrow({ where: { orderId: id } });
    expect(Buffer.from(der).toString("latin1")).toContain("http://ca.example.ac.jp/ocsp");
    const above = await office.db.issuer.findUniqueOrThrow({ where: { id: "client" } });
    expect(Buffer.from(above.certificate ?? []).toString("latin1")).not.toContain("/ocsp");
  });

  test("revoked by another process is told as revoked a second later at most", async () => {
    const { orderId, serial } = await issued();
    const question = await questionFor(office, [serial]);
    expect((await read(await get(question))).statuses).toEqual(["good"]);
    const other = new LocalCa(office.parts);
    await other.revoke({ enrollmentId: "e", orderIds: [orderId], reason: "superseded" });
    older += 1000;
    expect((await read(await get(question))).statuses).toEqual(["revoked"]);
  });

  test("revoked by another process while nobody asked is told as revoked, however long ago that was", async () => {
    const { orderId, serial } = await issued();
    const question = await questionFor(office, [serial]);
    const quiet = await openDoor(new LocalCa(office.parts));
    expect((await read(await post(question, quiet.url))).statuses).toEqual(["good"]);
    office.pass(60_000);
    await new LocalCa(office.parts).revoke({ enrollmentId: "e", orderIds: [orderId], reason: "superseded" });
    office.pass(60 * 60_000);
    older += 1000;
    expect((await read(await post(question, quiet.url))).statuses).toEqual(["revoked"]);
    await quiet.close();
  });

  test("that nobody knows is unknown, signed, and kept nowhere", async () => {
    const question = await questionFor(office, [`41${randomBytes(15).toString("hex")}`]);
    const response = await get(question);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(await read(response)).toMatchObject({ verified: true, statuses: ["unknown"] });
    // Also one that is no serial of ours: it is not looked for.
    const short = await read(await get(await questionFor(office, ["01"])));
    expect(short).toMatchObject({ verified: true, statuses: ["unknown"] });
  });

  test("of the other CA is unknown to this one", async () => {
    const { serial } = await issued("smime");
    const question = await questionFor(office, [serial], { issuer: "client" });
    expect((await read(await post(question))).statuses).toEqual(["unknown"]);
  });
});

describe("a question", () => {
  test("for several certificates is answered in one", async () => {
    const [one, two] = [await issued(), await issued()];
    await revoke(two.orderId);
    const question = await questionFor(office, [
      one.serial,
      two.serial,
      `42${randomBytes(15).toString("hex")}`,
    ]);
    const answer = await read(await post(question));
    expect(answer).toMatchObject({ verified: true, statuses: ["good", "revoked", "unknown"] });
  });

  test("with a nonce is answered with it, and not from what is kept", async () => {
    const { serial } = await issued();
    const question = await questionFor(office, [serial], { nonce: true });
    const response = await get(question);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    const { nonce, verified } = await read(response);
    expect(verified).toBe(true);
    expect(question.toString("hex").toUpperCase()).toContain(nonce);
  });

  test("for a root, whose revocations its list tells, or for certificates of two issuers is not ours", async () => {
    const root = await questionFor(office, ["01"], { issuer: "root" });
    expect((await read(await post(root))).outcome).toBe("unauthorized");
    const two = await questionFor(office, ["01"], { issuer: ["client", "smime"] });
    expect((await read(await post(two))).outcome).toBe("unauthorized");
  });

  test.each([
    ["nothing", ""],
    ["no DER", "not a question"],
    ["half a question", "30423040303e303c303a300906052b0e03021a"],
  ])("that is %s is malformed, in OCSP's own words", async (_, text) => {
    const octets = /^30/.test(text) ? Buffer.from(text, "hex") : Buffer.from(text);
    const response = await post(octets);
    expect([
      response.status,
      response.headers.get("Content-Type"),
      response.headers.get("Cache-Control"),
    ]).toEqual([200, "application/ocsp-response", "no-store"]);
    expect(Buffer.from(await response.arrayBuffer()).toString("hex")).toBe("30030a0101");
  });

  test("that strangers have spoiled never does harm", async () => {
    const { serial } = await issued();
    const question = await questionFor(office, [serial], { nonce: true });
    for (let n = 0; n < 300; n++) {
      const spoiled = Buffer.from(question);
      for (let times = 0; times <= n % 4; times++)
        spoiled[Math.floor(Math.random() * spoiled.length)] = Math.floor(Math.random() * 256);
      const response = await post(n % 3 ? spoiled : spoiled.subarray(0, n % spoiled.length));
      const body = Buffer.from(await response.arrayBuffer());
      expect(response.status, spoiled.toString("hex")).toBe(200);
      expect(["30030a0101", "30030a0106"].includes(body.toString("hex")) || body.length > 300).toBe(true);
    }
  });
});

describe("what may be kept", () => {
  test("says so by RFC 5019: for five minutes while good, for its life once revoked", async () => {
    const { orderId, serial } = await issued();
    const question = await questionFor(office, [serial]);
    const first = await get(question);
    expect(first.headers.get("Cache-Control")).toBe("max-age=300, public, no-transform, must-revalidate");
    expect(Date.parse(first.headers.get("Expires") ?? "")).toBe(
      Math.floor((office.now().getTime() + 3_600_000) / 1000) * 1000,
    );
    const etag = first.headers.get("ETag") ?? "";
    const again = await get(question, { "If-None-Match": etag });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    await revoke(orderId);
    const revoked = await get(question, { "If-None-Match": etag });
    expect(revoked.status).toBe(200);
    expect(revoked.headers.get("Cache-Control")).toContain("max-age=3600");
  });

  test("is signed once and given to all, until half its life is over", async () => {
    const { serial } = await issued();
    const question = await questionFor(office, [serial]);
    const octets = async () => Buffer.from(await (await get(question)).arrayBuffer()).toString("hex");
    const first = await octets();
    office.pass(29 * 60_000);
    expect(await octets()).toBe(first);
    // Also when it is time to look whether another process has revoked something.
    older += 2000;
    expect(await octets()).toBe(first);
    office.pass(2 * 60_000);
    expect(await octets()).not.toBe(first);
  });
});

test("an answer of a clock that was set back since is not given: it would not be valid yet", async () => {
  const { serial } = await issued();
  const question = await questionFor(office, [serial]);
  await get(question);
  office.pass(-10 * 60_000);
  const { text, statuses } = await read(await get(question));
  office.pass(10 * 60_000);
  expect(statuses).toEqual(["good"]);
  const thisUpdate = Date.parse(/This Update: (.+)/.exec(text)?.[1] ?? "");
  expect(thisUpdate).toBeLessThanOrEqual(office.now().getTime() - 10 * 60_000);
});

describe("the responder", () => {
  const rows = () =>
    office.db.responder.findMany({ where: { issuerId: "client" }, orderBy: { notBefore: "asc" } });

  test("is one for all processes, made once however many come at once", async () => {
    const fresh = await openOffice();
    await fresh.ca.prepare();
    const { id } = await fresh.collected();
    const { serial } = await fresh.db.certificate.findUniqueOrThrow({ where: { orderId: id } });
    const question = await questionFor(fresh, [serial]);
    const doors = await Promise.all(
      [fresh.ca, new LocalCa(fresh.parts), new LocalCa(fresh.parts)].map(openDoor),
    );
    const answers = await Promise.all(doors.map(async ({ url }) => (await post(question, url)).status));
    expect(answers).toEqual([200, 200, 200]);
    expect(await fresh.db.responder.count({ where: { issuerId: "client" } })).toBe(1);
    await Promise.all(doors.map(({ close }) => close()));
  });

  test("is followed by the next after a week, by the clock or by whoever asks, and deleted after its end", async () => {
    const { serial } = await issued();
    const question = await questionFor(office, [serial]);
    await post(question);
    const [first] = await rows();
    expect(await office.ca.renewResponders()).not.toContain("client");
    office.pass(days(7) + 1000);
    expect(await office.ca.renewResponders()).toContain("client");
    expect(await office.ca.renewResponders()).toEqual([]);
    expect((await rows()).length).toBe(2);
    office.pass(days(7));
    await office.ca.renewResponders();
    expect((await rows()).map(({ id }) => id)).not.toContain(first?.id);
    // Nobody came by for weeks: whoever asks first has one made.
    office.pass(days(30));
    expect(await read(await post(question))).toMatchObject({ verified: true, statuses: ["good"] });
  });

  test("asks to be tried later while the database is away, and says in the log why", async () => {
    const { serial } = await issued();
    const question = await questionFor(office, [serial]);
    const said = vi.spyOn(log, "error").mockReturnValue();
    const fresh = new LocalCa(office.parts);
    const apart = await openDoor(fresh);
    const broken = vi.spyOn(office.db.certificate, "findMany").mockRejectedValue(new Error("no connection"));
    const response = await post(question, apart.url);
    broken.mockRestore();
    expect(Buffer.from(await response.arrayBuffer()).toString("hex")).toBe("30030a0103");
    expect(said.mock.calls[0]?.[0]).toMatchObject({ reference: expect.stringMatching(/^[2-9A-Z]{8}$/) });
    said.mockRestore();
    expect((await read(await post(question, apart.url))).statuses).toEqual(["good"]);
    await apart.close();
  });
});
