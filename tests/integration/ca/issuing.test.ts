/** From the order to the installed certificate, with OpenSSL as the holder's device and as the one who checks. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { days, issuerCertificate, minutes, type Office, openOffice } from "./office.ts";
import { openssl, pem, put, unpack } from "./openssl.ts";

let office: Office;
beforeAll(async () => {
  office = await openOffice();
  await office.ca.prepare();
});

describe("a holder with ticket and PIN", () => {
  test.each([
    ["client", "modern", "sslclient", null],
    ["client", "compatible", "sslclient", null],
    ["smime", "modern", "smimesign", "hanako@a.example.ac.jp"],
    ["smime", "compatible", "smimeencrypt", "hanako@a.example.ac.jp"],
  ] as const)(
    "gets a %s certificate, %s, that OpenSSL opens and takes for %s",
    async (kind, encryption, use, mail) => {
      const { pin, file, answer, number } = await office.collected({ kind, mail }, encryption);
      expect(answer).toMatchObject({ fileName: `${kind}-${number}.p12`, encryption });

      const { certificate, chain, key } = unpack(file, pin);
      const root = put(pem(await issuerCertificate(office.db, "root")));
      const [leaf, above] = [put(certificate), put(chain)];
      const verified = openssl(
        "verify",
        "-x509_strict",
        "-purpose",
        use,
        "-CAfile",
        root,
        "-untrusted",
        above,
        leaf,
      );
      expect(verified).toMatchObject({ ok: true });

      const holder = new X509Certificate(certificate);
      expect(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))).toBe(true);
      expect(holder.subject.split("\n").reverse()[0]).toBe("CN=国立 花子");
      expect(holder.subjectAltName).toBe(mail ? `email:${mail}` : undefined);
      expect(holder.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
      expect(holder.infoAccess).toContain(`http://ca.example.ac.jp/pki/${kind}.cer`);
      expect(openssl("x509", "-in", leaf, "-noout", "-text").said).toContain(
        `http://ca.example.ac.jp/pki/${kind}.crl`,
      );
    },
  );

  test("has the encryption that was chosen", async () => {
    const described = async (encryption: "modern" | "compatible") => {
      const { file, pin } = await office.collected({}, encryption);
      return openssl("pkcs12", "-in", put(file), "-passin", `pass:${pin}`, "-info", "-noout").said;
    };
    expect(await described("modern")).toMatch(/MAC: sha256[\s\S]*PBES2, PBKDF2, AES-256-CBC/);
    expect(await described("compatible")).toMatch(/MAC: sha1[\s\S]*pbeWithSHA1And3-KeyTripleDES-CBC/);
  });

  test("has a certificate whose months count from the download, not from the order", async () => {
    const order = await office.admitted({ months: 52 });
    office.pass(minutes(30));
    const downloaded = office.now();
    await office.ca.collect({ ...order, encryption: "modern" });
    const { notBefore, notAfter } = await office.db.certificate.findUniqueOrThrow({
      where: { orderId: order.id },
    });
    const expected = new Date(downloaded);
    expected.setUTCMonth(expected.getUTCMonth() + 52);
    expect(notAfter).toEqual(new Date(Math.floor(expected.getTime() / 1000) * 1000));
    expect(downloaded.getTime() - notBefore.getTime()).toBeLessThan(minutes(5) + 1000);
    expect(notBefore.getTime()).toBeLessThan(downloaded.getTime());
  });

  test("may type the PIN as full-width letters, with blanks around and hyphens between, but not in another case", async () => {
    const { ticket, pin } = await office.ordered();
    const wide = pin.replace(/./g, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0));
    expect(await office.ca.enterPin({ ticket, pin: `\u3000${wide}\n` })).toMatchObject({ result: "right" });
    const grouped = pin.match(/.{4}/g)?.join("-") ?? "";
    expect(await office.ca.enterPin({ ticket, pin: ` ${grouped} ` })).toMatchObject({ result: "right" });
    expect(await office.ca.enterPin({ ticket, pin: swapCase(pin) })).toEqual({
      result: "wrong",
      triesLeft: 9,
    });
  });

  test("is shown the page that fits, step by step", async () => {
    const { ca } = office;
    const { ticket, pin, number } = await office.ordered();
    const open = (browser?: string) => ca.openTicket({ ticket, browser });
    expect(await open()).toMatchObject({ state: "pin", kind: "client", triesLeft: 10 });
    expect(await open("a key of another ticket")).toMatchObject({ state: "pin" });

    const entered = await ca.enterPin({ ticket, pin });
    const browser = entered.result === "right" ? entered.browser : "";
    expect(await open(browser)).toMatchObject({ state: "download", fileName: `client-${number}.p12` });
    expect(await open()).toMatchObject({ state: "pin" });

    await ca.collect({ ticket, browser, encryption: "compatible" });
    expect(await open(browser)).toEqual({
      state: "collected",
      kind: "client",
      keyOrigin: "server",
      fileName: `client-${number}.p12`,
      dn: ["CN=国立 花子", `OU=No ${number}`, "O=Demo University A", "L=Academe", "C=JP"],
      encryption: "compatible",
      until: new Date(office.now().getTime() + minutes(15)),
    });
    expect(await open()).toEqual({ state: "refused", because: "used" });

    expect(await ca.confirm({ ticket, browser })).toEqual({ result: "confirmed" });
    expect(await ca.confirm({ ticket, browser })).toEqual({ result: "confirmed" });
    expect(await open(browser)).toMatchObject({ state: "done" });
    expect(await ca.collect({ ticket, browser, encryption: "modern" })).toEqual({
      result: "refused",
      because: "used",
    });
  });
});

describe("the download", () => {
  test("gives the very same file again for fifteen minutes, whatever encryption is asked for", async () => {
    const { file, ...order } = await office.collected({}, "compatible");
    office.pass(minutes(15) - 1);
    const again = await office.ca.collect({ ...order, encryption: "modern" });
    expect(again).toMatchObject({ result: "package", encryption: "compatible" });
    expect(again.result === "package" && Buffer.from(again.file)).toEqual(Buffer.from(file));
    expect(await office.db.certificate.count({ where: { orderId: order.id } })).toBe(1);
  });

  test("is gone when fifteen minutes are over, also before it is swept away", async () => {
    const order = await office.collected();
    office.pass(minutes(15));
    const gone = { result: "refused", because: "used" };
    expect(await office.ca.collect({ ...order, encryption: "modern" })).toEqual(gone);
    expect(await office.ca.openTicket(order)).toMatchObject({ state: "done" });
    const kept = () => office.db.ticket.findUniqueOrThrow({ where: { orderId: order.id } });
    expect((await kept()).sealedPackage).not.toBeNull();
    expect((await office.ca.tidy()).packages).toBeGreaterThan(0);
    expect((await kept()).sealedPackage).toBeNull();
    expect(await office.ca.collect({ ...order, encryption: "modern" })).toEqual(gone);
  });

  test("is refused to a browser that did not give the PIN, before and after it was made", async () => {
    const order = await office.admitted();
    const stranger = { ticket: order.ticket, browser: "someone else's key", encryption: "modern" } as const;
    expect(await office.ca.collect(stranger)).toEqual({ result: "refused", because: "pin_wanted" });
    await office.ca.collect({ ...order, encryption: "modern" });
    expect(await office.ca.collect(stranger)).toEqual({ result: "refused", because: "used" });
    expect(await office.ca.confirm(stranger)).toEqual({ result: "refused", because: "used" });
  });

  test("is refused an hour after the PIN until it is given again", async () => {
    const order = await office.admitted();
    office.pass(minutes(60));
    const wanted = { ...order, encryption: "modern" } as const;
    expect(await office.ca.collect(wanted)).toEqual({ result: "refused", because: "pin_wanted" });
    const entered = await office.ca.enterPin(order);
    const browser = entered.result === "right" ? entered.browser : "";
    expect(await office.ca.collect({ ...wanted, browser })).toMatchObject({ result: "package" });
  });

  test("is for the browser that gave the PIN last", async () => {
    const first = await office.admitted();
    const second = await office.ca.enterPin(first);
    const browser = second.result === "right" ? second.browser : "";
    const ask = (browser: string) => office.ca.collect({ ...first, browser, encryption: "modern" });
    expect(await ask(first.browser)).toEqual({ result: "refused", because: "pin_wanted" });
    expect(await ask(browser)).toMatchObject({ result: "package" });
  });

  test("cannot be confirmed before it was made", async () => {
    const order = await office.admitted();
    expect(await office.ca.confirm(order)).toEqual({ result: "refused", because: "not_collected" });
    expect(await office.ca.collect({ ...order, encryption: "modern" })).toMatchObject({ result: "package" });
  });
});

describe("an order", () => {
  test("submitted again makes nothing new", async () => {
    const { order, pin, ticket } = await office.ordered();
    office.pass(days(1));
    await Promise.all([office.ca.submit(order), office.ca.submit(order)]);
    expect(await office.ca.readPin(order.id)).toBe(pin);
    expect(await office.ca.collectUrl(order.id, "en")).toBe(`http://ca.example.ac.jp/en/issue/${ticket}`);
    expect(await office.told(order.id)).toEqual(["pin_issued"]);
  });

  test("has a PIN of 16 letters and digits without look-alikes and a ticket of 48 octets", async () => {
    const { pin, ticket } = await office.ordered();
    expect(pin).toMatch(/^[2-9A-HJ-NP-Za-km-z]{16}$/);
    expect(Buffer.from(ticket, "base64url")).toHaveLength(48);
  });

  test.each([
    ["name_malformed", { dn: "no name at all" }],
    ["name_too_long", { dn: `CN=${"x".repeat(65)},OU=No 1,C=JP` }],
    ["mail_missing", { kind: "smime" }],
    ["mail_malformed", { kind: "smime", mail: "hanako" }],
    ["validity_outside_issuer", { months: 16 * 12 }],
  ] as const)(
    "that no certificate can be made of is refused with %s instead of getting a PIN",
    async (code, wish) => {
      const { id, pin, ticket } = await office.ordered(wish);
      expect([pin, ticket]).toEqual(["", ""]);
      expect(await office.told(id)).toEqual(["refused"]);
      const [fact] = await office.db.outboxEvent.findMany({
        where: { data: { path: ["orderId"], equals: id } },
      });
      expect(fact?.data).toMatchObject({ code });
    },
  );

  test("whose certificate has become impossible is refused at the download, and ends", async () => {
    const order = await office.admitted();
    // Its issuer ends meanwhile.
    await office.db.ticket.update({ where: { orderId: order.id }, data: { months: 16 * 12 } });
    const ask = () => office.ca.collect({ ...order, encryption: "modern" });
    expect(await ask()).toEqual({ result: "refused", because: "not_issuable" });
    expect(await office.told(order.id)).toEqual(["pin_issued", "refused"]);
    expect(await ask()).toEqual({ result: "refused", because: "withdrawn" });
    expect(await office.db.certificate.count({ where: { orderId: order.id } })).toBe(0);
  });
});

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => (letter < "a" ? letter.toLowerCase() : letter.toUpperCase()));
}
