import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import forge from "node-forge";
import { afterAll, describe, expect, test } from "vitest";
import { type MailRefusal, type Pinned, readSignedMail } from "../../../server/ca/upki/mail/read.ts";
import { run, tool } from "../../support/tools.ts";
import * as made from "./mail-signing.ts";

const { sender, now, root, signedMail } = made;
const pinned: Pinned = { authorities: [made.der(root)], sender };
const text = "国立 花子 様\n\n【対象証明書DN】\n　CN=hanako\n　C=JP\n";

const read = (mail: string | Uint8Array, to: Pinned = pinned, at: Date = now) =>
  readSignedMail(typeof mail === "string" ? Buffer.from(mail, "latin1") : mail, to, at);
const refused = (code: MailRefusal["code"]) => ({ code, what: expect.any(String) });

const good = signedMail(text);

describe("a mail that the pinned sender signed is read", () => {
  test("with its text, decoded", async () => {
    expect(await read(good)).toEqual({
      subject: "[UPKI] クライアント証明書取得通知",
      from: sender,
      to: ["upki@portal.example.ac.jp"],
      date: new Date("2026-04-01T03:00:00Z"),
      messageId: "<1@example.ac.jp>",
      text: expect.stringContaining("【対象証明書DN】\n　CN=hanako\n　C=JP"),
    });
  });

  test.each<[string, string]>([
    ["with lines ended by LF alone, as in a file", good.replaceAll("\r\n", "\n")],
    ["with a line of mbox before it", `From root Wed Apr  1 12:00:00 2026\n${good}`],
    ["when servers on its way added fields", `Received: from a\r\n by b\r\nX-From: x\r\n${good}`],
    ["with its sender in capitals", good.replace(`<${sender}>`, `<${sender.toUpperCase()}>`)],
    ["with its sender alone", good.replace(`UPKI <${sender}>`, sender)],
    [
      "with the older name of the protocol",
      good.replaceAll("application/pkcs7-signature", "application/x-pkcs7-signature"),
    ],
    ["with its boundary unquoted", good.replace('"----=_signed"', "----=_signed").replaceAll("=_s", "_s")],
  ])("%s", async (_, mail) => {
    expect(await read(mail)).toMatchObject({ from: sender, text: expect.stringContaining("CN=hanako") });
  });

  test.each(["sha256", "sha384", "sha512"])("with %s", async (digest) => {
    const mail = signedMail(text, { digest: forge.pki.oids[digest] as string });
    expect(await read(mail)).toHaveProperty("text");
  });

  test("by an authority below the pinned one that came along", async () => {
    const middle = made.issue({ name: "Middle", key: 2, issuer: root, extensions: made.authorityExtensions });
    const by = made.issue({ name: "UPKI", key: 1, issuer: middle, extensions: made.signerExtensions() });
    expect(await read(signedMail(text, { by, with: [by, middle] }))).toHaveProperty("text");
    expect(await read(signedMail(text, { by, with: [by, middle, root] }))).toHaveProperty("text");
    expect(await read(signedMail(text, { by, with: [by] }))).toEqual(refused("unknown_signer"));
    // That authority may itself be the pinned one.
    expect(
      await read(signedMail(text, { by }), { ...pinned, authorities: [made.der(middle)] }),
    ).toHaveProperty("text");
  });

  test("with the address in the subject of an older certificate", async () => {
    const extensions = made.signerExtensions().slice(0, 2);
    const by = made.issue({
      name: "UPKI",
      key: 1,
      issuer: root,
      extensions,
      subject: [{ name: "emailAddress", value: sender }],
    });
    expect(await read(signedMail(text, { by }))).toHaveProperty("text");
  });

  test("of several text parts, when they are inside the signed part", async () => {
    const part = `Content-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n${made.textPart(text)}\r\n--in--`;
    expect(await read(made.mailOf(part, made.sign(part)))).toMatchObject({
      text: expect.stringContaining("CN=hanako"),
    });
  });

  test("a while after its signer expired", async () => {
    const by = made.issue({
      name: "UPKI",
      key: 1,
      issuer: root,
      to: "2026-04-02",
      extensions: made.signerExtensions(),
    });
    const mail = signedMail(text, { by });
    expect(await read(mail, pinned, new Date("2026-04-30"))).toHaveProperty("text");
    expect(await read(mail, pinned, new Date("2026-05-03"))).toEqual(refused("signer_expired"));
  });
});

describe("what is not a mail signed by the pinned sender is refused", () => {
  const part = made.textPart(text);
  const signature = made.sign(part);
  const other = made.textPart("アクセスPIN https://evil.example/SPEntranceCliPin.jsp?p1=a");
  const stranger = made.issue({ name: "Mail CA", key: 2, extensions: made.authorityExtensions });
  const by = (wish: Partial<Parameters<typeof made.issue>[0]>) =>
    signedMail(text, {
      by: made.issue({ name: "UPKI", key: 1, issuer: root, extensions: made.signerExtensions(), ...wish }),
    });
  const usage = (...extensions: object[]) =>
    by({ extensions: [...extensions, ...made.signerExtensions().slice(2)] });
  const notCa = made.issue({ name: "Middle", key: 2, issuer: root, extensions: made.signerExtensions() });
  const throughNotCa = made.issue({
    name: "UPKI",
    key: 1,
    issuer: notCa,
    extensions: made.signerExtensions(),
  });
  const multipart = (body: string) =>
    Object.entries(made.plainHead)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join("") + body;

  test.each<[string, MailRefusal["code"], string]>([
    ["empty", "not_mail", ""],
    ["no mail", "not_mail", "hello"],
    ["with a line in its head that is no field", "not_mail", good.replace("To:", "To\r\n:")],
    ["with a CR alone", "not_mail", good.replace("hanako", "hana\rko").replace("This is", "This\ris")],
    ["with NUL", "not_mail", good.replace("This is", "This\0is")],
    ["too large", "too_large", good + " ".repeat(600_000)],
    ["without a signature", "not_signed", multipart(part)],
    ["with two content types", "not_signed", `Content-Type: text/plain\r\n${good}`],
    [
      "with its text inside the signature",
      "not_signed",
      multipart(
        `Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(made.sign(part, { detached: false })).toString("base64")}`,
      ),
    ],
    ["as multipart/mixed", "not_signed", good.replace("multipart/signed", "multipart/mixed")],
    [
      "inside another multipart",
      "not_signed",
      multipart(`Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n${good}\r\n--a--`),
    ],
    [
      "with another part first",
      "not_signed",
      good.replace("------=_signed\r\n", `------=_signed\r\n${other}\r\n------=_signed\r\n`),
    ],
    [
      "with another part last",
      "not_signed",
      good.replace("------=_signed--", `------=_signed\r\n${other}\r\n------=_signed--`),
    ],
    [
      "without the second part",
      "not_signed",
      good.replace(/------=_signed\r\nContent-Type: application[\s\S]*?\r\n--/, "--"),
    ],
    ["with the signature not in base64", "not_signed", good.replace("Encoding: base64", "Encoding: 8bit")],
    ["with two boundaries", "not_signed", good.replace("; micalg", '; boundary="a"; micalg')],
    ["without a boundary", "not_signed", good.replace(/;\r\n boundary="[^"]*"/, "")],
    ["of a changed text", "bad_signature", good.replace("hanako", "taro")],
    ["of a changed encoding", "bad_signature", good.replace("charset=iso-2022-jp", "charset=utf-8")],
    ["of another text", "bad_signature", made.mailOf(other, signature)],
    [
      "of another text, the signed one in the signature",
      "bad_signature",
      made.mailOf(other, made.sign(part, { detached: false })),
    ],
    ["with a signature of nothing", "bad_signature", made.mailOf(part, Buffer.from("3000", "hex"))],
    [
      "with something behind its signature",
      "bad_signature",
      made.mailOf(part, Buffer.concat([signature, Buffer.from([5, 0])])),
    ],
    ["signed with SHA-1", "bad_signature", signedMail(text, { digest: forge.pki.oids.sha1 as string })],
    ["signed without attributes", "bad_signature", signedMail(text, { attributes: false })],
    ["without any certificate", "bad_signature", signedMail(text, { with: [] })],
    ["by another signer under the sender's name", "unknown_signer", by({ issuer: stranger })],
    [
      "signed by itself",
      "unknown_signer",
      signedMail(text, { by: made.issue({ name: "UPKI", key: 1, extensions: made.signerExtensions() }) }),
    ],
    [
      "by somebody whom no CA certified",
      "unknown_signer",
      signedMail(text, { by: throughNotCa, with: [throughNotCa, notCa] }),
    ],
    ["by a certificate for servers", "unknown_signer", usage({ name: "extKeyUsage", serverAuth: true })],
    [
      "by a certificate for nothing said",
      "unknown_signer",
      usage({ name: "keyUsage", digitalSignature: true }),
    ],
    [
      "by a key for encryption",
      "unknown_signer",
      usage({ name: "keyUsage", keyEncipherment: true }, { name: "extKeyUsage", emailProtection: true }),
    ],
    [
      "by a certificate with something critical and unknown",
      "unknown_signer",
      by({
        extensions: [
          ...made.signerExtensions(),
          { id: "1.3.6.1.4.1.55555.1", critical: true, value: "\x05\x00" },
        ],
      }),
    ],
    ["by a certificate signed with SHA-1", "unknown_signer", by({ digest: forge.md.sha1.create() })],
    ["by a certificate that has expired", "signer_expired", by({ to: "2026-03-31" })],
    ["by a certificate of the future", "signer_expired", by({ from: "2026-04-02" })],
    [
      "by a certificate for another address",
      "wrong_sender",
      by({ extensions: made.signerExtensions("hanako@example.ac.jp") }),
    ],
    [
      "by a certificate for another address that has the sender's in its subject",
      "wrong_sender",
      by({
        extensions: made.signerExtensions("hanako@example.ac.jp"),
        subject: [{ name: "emailAddress", value: sender }],
      }),
    ],
    ["from somebody else", "wrong_sender", good.replace(`<${sender}>`, "<hanako@example.ac.jp>")],
    [
      "from somebody else who calls himself so",
      "wrong_sender",
      good.replace(`UPKI <${sender}>`, `"${sender}" <hanako@example.ac.jp>`),
    ],
    ["from two people", "wrong_sender", good.replace(`UPKI <${sender}>`, `${sender}, hanako@example.ac.jp`)],
    ["from a group", "wrong_sender", good.replace(`UPKI <${sender}>`, `a: ${sender};`)],
    ["with two senders' fields", "wrong_sender", `From: hanako@example.ac.jp\r\n${good}`],
    ["with the same sender twice", "wrong_sender", `From: ${sender}\r\n${good}`],
    ["from nobody", "wrong_sender", good.replace(/From: .*\r\n/, "")],
    [
      "without a text",
      "not_mail",
      made.mailOf(
        "Content-Type: application/pdf\r\n\r\na",
        made.sign("Content-Type: application/pdf\r\n\r\na"),
      ),
    ],
  ])("%s", async (_, code, mail) => {
    expect(await read(mail)).toEqual(refused(code));
  });

  test("when another authority is pinned", async () => {
    expect(await read(good, { ...pinned, authorities: [made.der(stranger)] })).toEqual(
      refused("unknown_signer"),
    );
    expect(await read(good, { ...pinned, authorities: [] })).toEqual(refused("unknown_signer"));
    expect(await read(good, { ...pinned, authorities: [made.der(stranger), made.der(root)] })).toHaveProperty(
      "text",
    );
  });

  test("when another sender is pinned", async () => {
    expect(await read(good, { ...pinned, sender: "taro@example.ac.jp" })).toEqual(refused("wrong_sender"));
  });

  test("below an authority that may have none below it", async () => {
    const [, use] = made.authorityExtensions;
    const last = { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true };
    const narrow = made.issue({ name: "Narrow", key: 0, extensions: [last, use as object] });
    const middle = made.issue({
      name: "Middle",
      key: 2,
      issuer: narrow,
      extensions: made.authorityExtensions,
    });
    const below = made.issue({ name: "UPKI", key: 1, issuer: middle, extensions: made.signerExtensions() });
    const beside = made.issue({ name: "UPKI", key: 1, issuer: narrow, extensions: made.signerExtensions() });
    const to = { ...pinned, authorities: [made.der(narrow)] };
    expect(await read(signedMail(text, { by: below, with: [below, middle] }), to)).toEqual(
      refused("unknown_signer"),
    );
    expect(await read(signedMail(text, { by: beside }), to)).toHaveProperty("text");
  });
});

describe("what stands outside the signed part is not believed", () => {
  test("text before and after the parts", async () => {
    const evil = "【対象証明書DN】\r\n CN=evil\r\n";
    const mail = good.replace("This is an S/MIME signed message", evil) + evil;
    expect(await read(mail)).toMatchObject({ text: expect.not.stringContaining("evil") });
  });

  test("fields that would say how the text is read", async () => {
    const mail = `Content-Transfer-Encoding: base64\r\n${good}`;
    expect(await read(mail)).toMatchObject({ text: expect.stringContaining("CN=hanako") });
  });

  test("a part whose boundary begins like the mail's", async () => {
    const part = `Content-Type: multipart/mixed; boundary="----=_signed2"\r\n\r\n------=_signed2\r\n${made.textPart(text)}\r\n------=_signed2--`;
    expect(await read(made.mailOf(part, made.sign(part)))).toMatchObject({
      text: expect.stringContaining("CN=hanako"),
    });
  });

  test("a mail that the signer passed on inside his own", async () => {
    const part = `Content-Type: message/rfc822\r\n\r\nSubject: a\r\n\r\nCN=hanako`;
    expect(await read(made.mailOf(part, made.sign(part)))).toEqual(refused("not_mail"));
  });
});

describe.skipIf(!tool("openssl"))("a mail that OpenSSL signed", () => {
  const folder = mkdtempSync(join(tmpdir(), "upki-mail-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => {
    const { ok, said } = run("openssl", args, { cwd: folder });
    if (!ok) throw new Error(said);
  };
  writeFileSync(
    at("ca.cnf"),
    `[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n
[signer]\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\nsubjectAltName=email:${sender}\nsubjectKeyIdentifier=hash\n`,
  );
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const extensions = (section: string) => ["-extfile", "ca.cnf", "-extensions", section, "-days", "3650"];
  openssl("req", ...curve, "-keyout", "ca.key", "-subj", "/CN=EC Mail CA", "-out", "ca.csr");
  openssl("x509", "-req", "-in", "ca.csr", "-key", "ca.key", ...extensions("ca"), "-out", "ca.pem");
  openssl("x509", "-in", "ca.pem", "-outform", "DER", "-out", "ca.der");
  for (const [name, key] of [
    ["ec", curve],
    ["rsa", ["-newkey", "rsa:2048", "-nodes"]],
  ] as const) {
    openssl("req", ...key, "-keyout", `${name}.key`, "-subj", "/CN=UPKI", "-out", `${name}.csr`);
    openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      ...extensions("signer"),
      "-out",
      `${name}.pem`,
    );
  }
  writeFileSync(at("part"), made.textPart(text), "latin1");
  const to: Pinned = { authorities: [readFileSync(at("ca.der"))], sender };
  const signed = (...args: string[]) => {
    openssl("cms", "-sign", "-in", "part", "-from", sender, "-subject", "[UPKI] a", "-out", "mail", ...args);
    return readFileSync(at("mail"));
  };

  test.each([
    ["with a curve", ["-signer", "ec.pem", "-inkey", "ec.key"]],
    ["with RSA", ["-signer", "rsa.pem", "-inkey", "rsa.key"]],
    ["with SHA-512", ["-signer", "rsa.pem", "-inkey", "rsa.key", "-md", "sha512"]],
    ["named by its key", ["-signer", "rsa.pem", "-inkey", "rsa.key", "-keyid"]],
    ["as a stream, of indefinite lengths", ["-signer", "rsa.pem", "-inkey", "rsa.key", "-stream"]],
    ["ended by CRLF", ["-signer", "rsa.pem", "-inkey", "rsa.key", "-crlfeol"]],
  ])("%s", async (_, args) => {
    const mail = signed(...args);
    const today = new Date();
    expect(await read(mail, to, today)).toMatchObject({
      from: sender,
      subject: "[UPKI] a",
      text: expect.stringContaining("CN=hanako"),
    });
    const changed = Buffer.from(mail.toString("latin1").replace("hanako", "hanaco"), "latin1");
    expect(await read(changed, to, today)).toEqual(refused("bad_signature"));
  });

  test.each([
    ["with SHA-1", ["-signer", "rsa.pem", "-inkey", "rsa.key", "-md", "sha1"], "bad_signature"],
    ["without attributes", ["-signer", "rsa.pem", "-inkey", "rsa.key", "-noattr"], "bad_signature"],
    ["without its certificate", ["-signer", "rsa.pem", "-inkey", "rsa.key", "-nocerts"], "bad_signature"],
    [
      "twice",
      ["-signer", "rsa.pem", "-inkey", "rsa.key", "-signer", "ec.pem", "-inkey", "ec.key"],
      "bad_signature",
    ],
    ["in one piece", ["-signer", "rsa.pem", "-inkey", "rsa.key", "-nodetach"], "not_signed"],
  ] as const)("is refused %s", async (_, args, code) => {
    expect(await read(signed(...args), to, new Date())).toEqual(refused(code));
  });
});
