/** Mails that somebody tampered with, or that are none: nothing is believed that was not signed, and nothing takes long. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Pinned, readSignedMail } from "../../../server/ca/upki/mail/read.ts";
import * as made from "./mail-signing.ts";

const pinned: Pinned = { authorities: [made.der(made.root)], sender: made.sender };
const text = "国立 花子 様\n\n【対象証明書DN】\n　CN=hanako\n　C=JP\n\n【対象証明書シリアル番号】\n　12\n";
const part = made.textPart(text);
const signature = made.sign(part);
const good = made.mailOf(part, signature);

const read = (mail: string) => readSignedMail(Buffer.from(mail, "latin1"), pinned, made.now);

test("whatever is changed in a mail, its text is what was signed, or nothing", async () => {
  const pieces = [
    "",
    "\r\n",
    "\r\n\r\n",
    "\n",
    "\0",
    "\r",
    "------=_signed\r\n",
    "------=_signed--",
    "From: a@example.ac.jp\r\n",
  ];
  const fields = ["Content-Type: text/plain\r\n", 'boundary="a";', "=", "A", " ", "(", '"', ";"];
  const change = fc.record({
    at: fc.nat(good.length),
    cut: fc.oneof(fc.nat(3), fc.nat(80)),
    put: fc.constantFrom(...pieces, ...fields, part),
  });
  const original = await read(good);
  expect(original).toHaveProperty("text");
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const changed = changes.reduce(
        (mail, { at, cut, put }) => mail.slice(0, at) + put + mail.slice(at + cut),
        good,
      );
      const answer = await read(changed);
      if ("text" in answer)
        expect(answer).toMatchObject({ text: (original as { text: string }).text, from: made.sender });
      else expect(JSON.stringify(answer)).not.toContain("CN=");
    }),
    { numRuns: 120 },
  );
});

test("whatever is changed in a signature, the text is what was signed, or nothing", async () => {
  const change = fc.record({ at: fc.nat(signature.length - 1), octet: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      async (changes, isOther) => {
        const changed = Buffer.from(signature);
        for (const { at, octet } of changes) changed[at] = octet;
        const answer = await read(made.mailOf(isOther ? part.replace("hanako", "taro") : part, changed));
        if (isOther) expect(answer).not.toHaveProperty("text");
        else if ("text" in answer) expect(answer.text).toContain("CN=hanako");
      },
    ),
    { numRuns: 120 },
  );
});

test("what is put together from parts of mails is read or refused", async () => {
  const piece = fc.oneof(
    fc.constantFrom(...good.split(/(?<=\r\n)/), part, "\r\n", "------=_signed\r\n", "------=_signed--\r\n"),
    fc.string({ unit: "binary", maxLength: 20 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
      const answer = await read(pieces.join(""));
      expect("text" in answer || "code" in answer).toBe(true);
    }),
    { numRuns: 120 },
  );
});

const octets = (hex: string, times: number) => Buffer.from(hex.repeat(times), "hex");

describe("a signature that is made to take long is refused soon", () => {
  test.each<[string, Uint8Array]>([
    ["nested, of indefinite lengths", octets("3080", 30_000)],
    ["nested and closed", Buffer.concat([octets("3080", 15_000), octets("0000", 15_000)])],
    ["of octet strings within each other", octets("2480", 30_000)],
    ["of many small things", Buffer.concat([Buffer.from("3083007530", "hex"), octets("0500", 15_000)])],
    ["of one long number", Buffer.concat([Buffer.from("0283007530", "hex"), octets("7f", 30_000)])],
    ["of one long identifier", Buffer.concat([Buffer.from("0683007530", "hex"), octets("81", 30_000)])],
    ["of a tag without end", octets("ff", 60_000)],
    ["longer than it may be", octets("30", 100_000)],
  ])("%s", async (_, signature) => {
    const begun = performance.now();
    expect(await read(made.mailOf(part, signature))).toHaveProperty("code");
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});

describe("a mail that is made to take long is refused soon", () => {
  const [head = ""] = good.split("\r\n\r\n", 1);
  const long = (unit: string, most = 500_000) => unit.repeat(Math.floor(most / unit.length));
  test.each<[string, string]>([
    ["of spaces", long(" ")],
    ["of line breaks", long("\r\n")],
    ["of LF", long("\n")],
    ["of a field", `From:${long(" a")}`],
    ["of folds", `From: a${long("\r\n b")}\r\n\r\n`],
    ["of fields", long("A: b\r\n")],
    ["of addresses", good.replace("From: UPKI", `From: ${long("a,", 60_000)}UPKI`)],
    ["of brackets around an address", good.replace("From: UPKI", `From: ${long("<(", 60_000)}UPKI`)],
    ["of encoded words", good.replace("Subject: ", `Subject: ${long("=?utf-8?B?44GC?= ", 60_000)}`)],
    ["of begun encoded words", good.replace("Subject: ", `Subject: ${long("=?utf-8?Q?", 60_000)}`)],
    ["of parameters", good.replace("; protocol", `${long("; a=b", 60_000)}; protocol`)],
    ["of spaces between parameters", good.replace("; protocol", `;${long(" ", 60_000)} protocol`)],
    ["of a quoted parameter", good.replace("; protocol", `; a="${long("\\a", 60_000)}; protocol`)],
    ["of boundaries", `${head}\r\n\r\n${long("------=_signed\r\n")}`],
    ["of half boundaries", `${head}\r\n\r\n${long("------=_signed \t\t x\r\n")}`],
    ["of spaces behind a boundary", `${head}\r\n\r\n${long(`------=_signed${" ".repeat(1000)}x\r\n`)}`],
    ["of a base64 that is none", good.replace("MII", `${long("AAAA")}!`)],
  ])("%s", async (_, mail) => {
    const begun = performance.now();
    const answer = await read(mail);
    expect("text" in answer || "code" in answer).toBe(true);
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  test.each([
    ["of parts within parts", long("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n", 200_000)],
    ["of parts", `Content-Type: multipart/mixed; boundary=a\r\n\r\n${long("--a\r\n\r\n", 200_000)}`],
    ["of HTML", `Content-Type: text/html\r\n\r\n${long("<div><!--", 200_000)}`],
    ["of entities", `Content-Type: text/html\r\n\r\n${long("&lt;<", 200_000)}`],
    [
      "of an escape in iso-2022-jp",
      `Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n${long("\x1b$B", 200_000)}`,
    ],
    ["of another encoding", `Content-Type: text/plain; charset=none\r\n\r\n${long("a", 200_000)}`],
    [
      "of soft line breaks",
      `Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${long("=\r\n", 200_000)}`,
    ],
  ])("even where its signer made it: %s", async (_, content) => {
    const mail = made.mailOf(content, made.sign(content));
    const begun = performance.now();
    const answer = await read(mail);
    expect("text" in answer || answer.code === "not_mail").toBe(true);
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});
