/** Certificates for keys that were made elsewhere: for whom, for which key, how often, and what ends it. */
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { CertifyAnswer } from "@/server/ca/local/views.ts";
import { newHolder, withRequest } from "@/tests/support/holders.ts";
import { days, issuerCertificate, minutes, type Office, openOffice } from "./office.ts";
import { openssl, pem, put, unpack } from "./openssl.ts";

let office: Office;
beforeAll(async () => {
  office = await openOffice();
  await office.ca.prepare();
});

type Asked = { ticket: string; browser: string; request: Uint8Array };
const ask = ({ ticket, browser, request }: Asked) =>
  office.ca.certify({ ticket, browser, request, origin: "browser" });

/** Its certificate, for whoever may have one. */
async function certified(asked: Asked) {
  const answer = await ask(asked);
  if (answer.result !== "certificate") throw new Error(`It was answered ${JSON.stringify(answer)}.`);
  return answer;
}

function serialOf(answer: CertifyAnswer): string {
  return answer.result === "certificate" ? new X509Certificate(answer.certificate).serialNumber : "none";
}

const count = (orderId: string) => office.db.certificate.count({ where: { orderId } });

describe("a request with a ticket and its PIN", () => {
  test.each(["client", "smime"] as const)(
    "gets a %s certificate for its key, with what was ordered, that OpenSSL takes",
    async (kind) => {
      const mail = kind === "smime" ? "hanako@a.example.ac.jp" : null;
      const order = await office.admitted({ kind, mail });
      const holder = await newHolder();
      const answer = await certified({ ...order, ...holder });
      const { expiresAt } = (await office.ca.readTicket(order.id)) ?? {};
      expect(answer).toMatchObject({
        fileName: `${kind}-${order.number}.p12`,
        friendlyName: `${kind}-${order.number}`,
        until: expiresAt,
      });

      const certificate = new X509Certificate(answer.certificate);
      expect(certificate.checkPrivateKey(holder.privateKey)).toBe(true);
      expect(certificate.subject.split("\n").reverse()[0]).toBe("CN=国立 花子");
      expect(certificate.subjectAltName).toBe(mail ? `email:${mail}` : undefined);

      const [above, top] = answer.chain;
      expect(top).toEqual(await issuerCertificate(office.db, "root"));
      const files = [top, above].map((der) => put(pem(der ?? new Uint8Array())));
      const trust = ["-CAfile", files[0] ?? "", "-untrusted", files[1] ?? ""];
      const leaf = put(pem(answer.certificate));
      const purpose = kind === "smime" ? "smimesign" : "sslclient";
      expect(openssl("verify", "-x509_strict", "-purpose", purpose, ...trust, leaf)).toMatchObject({
        ok: true,
      });

      expect(await office.told(order.id)).toEqual(["pin_issued", "collected"]);
      expect(await office.db.certificate.findUnique({ where: { orderId: order.id } })).toMatchObject({
        keyOrigin: "browser",
        shard: 0,
      });
    },
  );

  test("is answered for itself, whoever asks beside it", async () => {
    const mine = await office.admitted();
    const spoilt = await office.admitted();
    const stranger = await office.admitted();
    const holder = await newHolder();
    const another = await newHolder();
    const request = Uint8Array.from(another.request);
    request[request.length - 1] = (request[request.length - 1] as number) ^ 1;
    const nobody = { ticket: "nobody's", browser: "nobody's", request: holder.request };
    expect(
      await Promise.all([
        ask({ ...spoilt, request }),
        ask({ ...mine, ...holder }),
        ask(nobody),
        ask({ ...stranger, browser: "another's", request: another.request }),
        ask({ ...mine, ...holder }),
      ]),
    ).toMatchObject([
      { result: "unusable", code: "request_signature" },
      { result: "certificate" },
      { result: "refused", because: "unknown" },
      { result: "refused", because: "pin_wanted" },
      { result: "certificate" },
    ]);
    expect(await Promise.all([mine, spoilt, stranger].map(({ id }) => count(id)))).toEqual([1, 0, 0]);
  });

  test("made by OpenSSL, as PEM, is as good, where the institution takes requests", async () => {
    const order = await office.admitted({ keyOrigins: ["upload"] });
    const key = put("");
    expect(openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072", "-out", key).ok).toBe(
      true,
    );
    const made = put("");
    expect(openssl("req", "-new", "-key", key, "-subj", "/CN=anything", "-out", made).ok).toBe(true);
    const text = Buffer.from(openssl("req", "-in", made).said);
    const answer = await office.ca.certify({ ...order, request: text, origin: "upload" });
    expect(answer.result).toBe("certificate");
    expect(await office.db.certificate.findUnique({ where: { orderId: order.id } })).toMatchObject({
      keyOrigin: "upload",
    });
  });

  test("is shown where it stands, before and after", async () => {
    const order = await office.admitted({ keyOrigins: ["browser", "upload"] });
    expect(await office.ca.openTicket(order)).toMatchObject({
      state: "download",
      keyOrigins: ["browser", "upload"],
    });
    const { until } = await certified({ ...order, ...(await newHolder()) });
    expect(await office.ca.openTicket(order)).toMatchObject({
      state: "collected",
      keyOrigin: "browser",
      encryption: null,
      until,
    });
  });
});

describe("whoever may have no certificate", () => {
  const broken = Buffer.from("no request at all");
  const asking = (order: { ticket: string; browser: string }, origin: "browser" | "upload" = "browser") =>
    office.ca.certify({ ...order, request: broken, origin });

  test("is told so, and their request is not even read", async () => {
    const order = await office.admitted();
    expect(await asking({ ticket: "nobody's", browser: "" })).toEqual({
      result: "refused",
      because: "unknown",
    });
    expect(await asking({ ...order, browser: "a stranger's" })).toEqual({
      result: "refused",
      because: "pin_wanted",
    });
    expect(await asking(order, "upload")).toEqual({ result: "refused", because: "not_allowed" });
    expect(await asking(order)).toMatchObject({ result: "unusable" });
    await office.ca.close(order.id);
    expect(await asking(order)).toEqual({ result: "refused", because: "withdrawn" });
  });

  test("neither once its holder has said that it has arrived", async () => {
    const order = await office.admitted();
    await certified({ ...order, ...(await newHolder()) });
    expect(await office.ca.confirm(order)).toEqual({ result: "confirmed" });
    expect(await asking(order)).toEqual({ result: "refused", because: "used" });
  });
});

describe("the same request again", () => {
  test("is given the same certificate, also weeks later", async () => {
    const order = await office.admitted();
    const holder = await newHolder();
    const first = await certified({ ...order, ...holder });
    office.pass(days(20));
    expect(await ask({ ...order, ...holder })).toEqual(first);
    expect(await count(order.id)).toBe(1);
    expect(await office.told(order.id)).toEqual(["pin_issued", "collected"]);
  });

  test("is given it in another browser too, once the PIN was given there", async () => {
    const order = await office.admitted();
    const holder = await newHolder();
    const first = await certified({ ...order, ...holder });
    expect(await office.ca.openTicket({ ticket: order.ticket })).toMatchObject({
      state: "pin",
      triesLeft: 10,
    });
    expect(await ask({ ...order, ...holder, browser: "another" })).toEqual({
      result: "refused",
      because: "pin_wanted",
    });
    const entered = await office.ca.enterPin(order);
    if (entered.result !== "right") throw new Error(entered.result);
    expect(await ask({ ...order, ...holder, browser: entered.browser })).toEqual(first);
  });

  test("is refused from the ticket's end on", async () => {
    const order = await office.admitted();
    const holder = await newHolder();
    const { until } = await certified({ ...order, ...holder });
    office.passUntil(new Date(until.getTime() - 1));
    expect(await ask({ ...order, ...holder })).toMatchObject({ result: "certificate" });
    office.pass(1);
    expect(await ask({ ...order, ...holder })).toEqual({ result: "refused", because: "used" });
    expect(await office.ca.openTicket(order)).toMatchObject({ state: "done" });
    expect(await office.ca.enterPin(order)).toEqual({ result: "refused", because: "used" });
  });

  test("is refused once its holder has confirmed, and so is the PIN", async () => {
    const order = await office.admitted();
    const holder = await newHolder();
    await certified({ ...order, ...holder });
    expect(await office.ca.confirm(order)).toEqual({ result: "confirmed" });
    expect(await office.ca.confirm(order)).toEqual({ result: "confirmed" });
    expect(await office.ca.openTicket(order)).toMatchObject({ state: "done" });
    expect(await ask({ ...order, ...holder })).toEqual({ result: "refused", because: "used" });
    expect(await office.ca.enterPin(order)).toEqual({ result: "refused", because: "used" });
  });

  test("is refused once the certificate was revoked", async () => {
    const order = await office.admitted();
    const holder = await newHolder();
    await certified({ ...order, ...holder });
    await office.ca.revoke({ enrollmentId: "e", orderIds: [order.id], reason: "superseded" });
    expect(await ask({ ...order, ...holder })).toEqual({ result: "refused", because: "withdrawn" });
    expect(await office.ca.enterPin(order)).toEqual({ result: "refused", because: "used" });
  });

  test("cannot be reached by guessing: ten wrong PINs lock the way back, and the owner opens it again", async () => {
    const order = await office.admitted();
    const holder = await newHolder();
    const first = await certified({ ...order, ...holder });
    for (let n = 0; n < 10; n += 1) await office.ca.enterPin({ ...order, pin: "2222222222222222" });
    expect(await office.ca.openTicket({ ticket: order.ticket })).toEqual({
      state: "refused",
      because: "locked",
    });
    expect(await office.ca.enterPin(order)).toEqual({ result: "locked" });
    expect(await office.told(order.id)).toEqual(["pin_issued", "collected", "ticket_locked"]);
    expect(await office.ca.readTicket(order.id)).toMatchObject({ locked: true });
    // Who has given it already is no guesser.
    expect(await ask({ ...order, ...holder })).toEqual(first);
    await office.ca.unlock(order.id);
    expect(await office.ca.enterPin(order)).toMatchObject({ result: "right" });
  });
});

describe("another request", () => {
  test("for a ticket whose certificate is there is refused, and the first is given again", async () => {
    const order = await office.admitted();
    const mine = await newHolder();
    const first = await certified({ ...order, ...mine });
    expect(await ask({ ...order, ...(await newHolder()) })).toEqual({
      result: "refused",
      because: "other_key",
    });
    expect(await ask({ ...order, ...mine })).toEqual(first);
    expect(await count(order.id)).toBe(1);
  });

  test("for a ticket whose .p12 the server made is refused", async () => {
    const order = await office.collected();
    expect(await ask({ ...order, ...(await newHolder()) })).toEqual({ result: "refused", because: "used" });
  });

  test("of forty at once, each for a key of its own, loses to one", async () => {
    const order = await office.admitted();
    const holders = await Promise.all(Array.from({ length: 40 }, newHolder));
    const answers = await Promise.all(holders.map((holder) => ask({ ...order, ...holder })));
    const serials = answers.map(serialOf).filter((serial) => serial !== "none");
    expect(serials).toHaveLength(1);
    expect(
      answers.filter((answer) => answer.result === "refused" && answer.because === "other_key"),
    ).toHaveLength(39);
    expect(await count(order.id)).toBe(1);
  });
});

describe("what the institution does not allow is refused, and nothing is used up:", () => {
  test("a request, where keys are made by the server", async () => {
    const order = await office.admitted({ keyOrigins: ["server"] });
    const { request } = await newHolder();
    for (const origin of ["browser", "upload"] as const) {
      const answer = await office.ca.certify({ ...order, request, origin });
      expect(answer).toEqual({ result: "refused", because: "not_allowed" });
    }
    expect(await office.ca.collect({ ...order, encryption: "modern" })).toMatchObject({ result: "package" });
  });

  test("a key made by the server, where browsers make them", async () => {
    const order = await office.admitted({ keyOrigins: ["browser"] });
    expect(await office.ca.collect({ ...order, encryption: "modern" })).toEqual({
      result: "refused",
      because: "not_allowed",
    });
    await certified({ ...order, ...(await newHolder()) });
    // Whose certificate is there has no .p12 here.
    expect(await office.ca.collect({ ...order, encryption: "modern" })).toEqual({
      result: "refused",
      because: "used",
    });
  });

  test("a request that is brought, where browsers make keys", async () => {
    const order = await office.admitted({ keyOrigins: ["browser", "server"] });
    const { request } = await newHolder();
    expect(await office.ca.certify({ ...order, request, origin: "upload" })).toEqual({
      result: "refused",
      because: "not_allowed",
    });
  });
});

describe("a key", () => {
  const dn = (number: number) => `CN=学認 太郎,OU=No ${number},O=Demo University A,L=Academe,C=JP`;

  test("that another application has a certificate for is refused, and another key is taken", async () => {
    const holder = await newHolder();
    await certified({ ...(await office.admitted()), ...holder });
    const theirs = await office.admitted();
    expect(await ask({ ...theirs, ...holder })).toEqual({ result: "unusable", code: "key_in_use" });
    await certified({ ...theirs, ...(await newHolder()) });
  });

  test("brought with two tickets at once is taken with one of them", async () => {
    const holder = await newHolder();
    const orders = await Promise.all([office.admitted(), office.admitted(), office.admitted()]);
    const answers = await Promise.all(orders.map((order) => ask({ ...order, ...holder })));
    expect(answers.filter(({ result }) => result === "certificate")).toHaveLength(1);
    expect(
      answers.filter((answer) => answer.result === "unusable" && answer.code === "key_in_use"),
    ).toHaveLength(2);
  });

  test("stays with its application over renewals, as a TPM's must", async () => {
    const holder = await newHolder();
    const first = await certified({ ...(await office.admitted({ dn: dn(7001) })), ...holder });
    const second = await certified({ ...(await office.admitted({ dn: dn(7001) })), ...holder });
    expect(serialOf(second)).not.toBe(serialOf(first));
  });

  test("that was revoked because somebody else may have it is never certified again, for nobody", async () => {
    const holder = await newHolder();
    const order = await office.admitted({ dn: dn(7002) });
    await certified({ ...order, ...holder });
    await office.ca.revoke({ enrollmentId: "e", orderIds: [order.id], reason: "keyCompromise" });
    for (const name of [dn(7002), dn(7003)]) {
      const next = await office.admitted({ dn: name });
      expect(await ask({ ...next, ...holder })).toEqual({ result: "unusable", code: "key_compromised" });
      expect(await office.ca.openTicket(next)).toMatchObject({ state: "download" });
    }
  });

  test("out of a .p12 of the server's making is in use as well", async () => {
    const { file, pin } = await office.collected();
    const privateKey = createPrivateKey(unpack(file, pin).key);
    const { request } = await withRequest({ privateKey, publicKey: createPublicKey(privateKey) });
    const order = await office.admitted();
    expect(await ask({ ...order, request })).toEqual({ result: "unusable", code: "key_in_use" });
  });
});

describe("a request that is no good", () => {
  test.each([
    ["empty", () => new Uint8Array(), "request_malformed"],
    ["of any octets", () => new Uint8Array(300).fill(0x30), "request_malformed"],
    ["cut off", (request: Uint8Array) => request.subarray(0, -1), "request_malformed"],
    [
      "signed by another",
      (request: Uint8Array) => changedAt(request, request.length - 1),
      "request_signature",
    ],
  ] as const)("because it is %s uses nothing up", async (_, change, code) => {
    const order = await office.admitted();
    const holder = await newHolder();
    expect(await ask({ ...order, request: change(holder.request) })).toEqual({ result: "unusable", code });
    await certified({ ...order, ...holder });
  });
});

test("a browser has an hour from its PIN to ask for the first time", async () => {
  const order = await office.admitted();
  office.pass(minutes(60));
  const { request } = await newHolder();
  expect(await ask({ ...order, request })).toEqual({ result: "refused", because: "pin_wanted" });
});

test.each([
  ["its term", { months: 16 * 12 }],
  ["its name", { dn: "no name" }],
])("an order that %s has made impossible ends, for all who ask for it at once", async (_, data) => {
  const order = await office.admitted();
  await office.db.ticket.update({ where: { orderId: order.id }, data });
  const holder = await newHolder();
  const answers = await Promise.all([1, 2, 3].map(() => ask({ ...order, ...holder })));
  expect(answers.map((answer) => answer.result === "refused" && answer.because).sort()).toEqual([
    "not_issuable",
    "withdrawn",
    "withdrawn",
  ]);
  expect(await office.told(order.id)).toEqual(["pin_issued", "refused"]);
});

/** The last octet belongs to the signature's second number. */
function changedAt(octets: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(octets);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}
