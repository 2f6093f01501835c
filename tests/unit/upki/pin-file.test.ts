import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { ZipFile } from "yazl";
import { type PinFileFault, readPinFile } from "../../../server/ca/upki/pin-file.ts";
import { toIso2022Jp } from "./mail-signing.ts";

async function zipOf(files: Record<string, Uint8Array>, options = {}): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, octets] of Object.entries(files)) {
    if (name.endsWith("/")) zip.addEmptyDirectory(name);
    else zip.addBuffer(Buffer.from(octets), name, options);
  }
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const pin = "aB3dE6gH9jK2mN5p";
const dn = "CN=hanako,OU=No 11,O=Example University,L=Academe,C=JP";
const head = "利用者氏名\tE-mail\tPIN\tDN";
const line = `国立 花子\thanako@example.ac.jp\t${pin}\t${dn}`;
const hanako = { name: "国立 花子", mail: "hanako@example.ac.jp", pin, dn };
const taro = {
  name: "学認 太郎",
  mail: "taro@example.ac.jp",
  pin: "0123456789abcdef",
  dn: "CN=taro,OU=No 1,C=JP",
};
const text = `${head}\r\n${line}\r\n${Object.values(taro).join("\t")}\r\n`;
const shiftJis = (content: string) => zipOf({ "pin.txt": iconv.encode(content, "cp932") });

describe("the PINs of a file are read", () => {
  test.each([
    ["Shift_JIS", iconv.encode(text, "cp932")],
    ["EUC-JP", iconv.encode(text, "euc-jp")],
    ["iso-2022-jp", Buffer.from(toIso2022Jp(text), "latin1")],
    ["UTF-8", Buffer.from(text)],
    ["UTF-8 with a mark", Buffer.from(`\ufeff${text}`)],
    ["UTF-16", Buffer.from(`\ufeff${text}`, "utf16le")],
  ])("in %s", async (_, octets) => {
    expect(await readPinFile(await zipOf({ "pin.txt": octets }))).toEqual({ rows: [hanako, taro] });
  });

  test.each([
    ["lines ended by LF", text.replaceAll("\r\n", "\n")],
    ["no end of the last line", text.trimEnd()],
    ["empty lines", text.replaceAll("\r\n", "\r\n\r\n")],
    ["headings in another wording", text.replace(head, "氏名\tメールアドレス\tアクセスPIN\t主体者DN")],
    [
      "columns in another order",
      [head, line].map((row) => row.split("\t").reverse().join("\t")).join("\n") +
        "\n" +
        Object.values(taro).reverse().join("\t"),
    ],
    [
      "more columns",
      text.replace(head, `No\t${head}`).replace("\n国立", "\n1\t国立").replace("\n学認", "\n2\t学認"),
    ],
    ["no headings", text.replace(`${head}\r\n`, "")],
  ])("with %s", async (_, content) => {
    expect(await readPinFile(await shiftJis(content))).toEqual({ rows: [hanako, taro] });
  });

  test("beside a folder, and not compressed", async () => {
    const octets = iconv.encode(text, "cp932");
    expect(
      await readPinFile(await zipOf({ "a/": new Uint8Array(), "a/pin.txt": octets }, { compress: false })),
    ).toEqual({
      rows: [hanako, taro],
    });
  });
});

/** Sets a field of the archive's entry, in its local header and in the directory at the end. */
function withField(zip: Buffer, field: { local: number; central: number; octets: number[] }): Buffer {
  const changed = Buffer.from(zip);
  const central = changed.indexOf(Buffer.from("PK\x01\x02", "latin1"));
  changed.set(field.octets, field.local);
  changed.set(field.octets, central + field.central);
  return changed;
}

describe("a file is refused", () => {
  const fault = (code: PinFileFault["code"]) => ({ fault: { code, what: expect.any(String) } });
  const large = Buffer.alloc(3 * 1024 * 1024, "a");
  const rest = "国立\thanako@example.ac.jp";

  test.each<[string, PinFileFault["code"], () => Promise<Uint8Array> | Uint8Array]>([
    ["that is empty", "not_a_zip", () => new Uint8Array()],
    [
      "that is a page",
      "not_a_zip",
      () => Buffer.from("<html>指定されたURLへのアクセスは拒否されました。</html>"),
    ],
    ["that was cut off", "not_a_zip", async () => (await shiftJis(text)).subarray(0, -30)],
    [
      "whose text was changed",
      "not_a_zip",
      async () => {
        const zip = await zipOf({ "pin.txt": Buffer.from(text) }, { compress: false });
        zip[zip.indexOf(pin)] = 0x62;
        return zip;
      },
    ],
    [
      "compressed in another way",
      "not_a_zip",
      async () => withField(await shiftJis(text), { local: 8, central: 10, octets: [12, 0] }),
    ],
    [
      "encrypted",
      "encrypted",
      async () => withField(await shiftJis(text), { local: 6, central: 8, octets: [9, 8] }),
    ],
    ["larger than any", "too_large", () => large],
    ["that becomes larger than any", "too_large", () => zipOf({ "pin.txt": large })],
    [
      "that becomes larger than it says",
      "not_a_zip",
      async () =>
        withField(await zipOf({ "pin.txt": large }), { local: 22, central: 24, octets: [9, 0, 0, 0] }),
    ],
    ["without a file", "no_rows", () => zipOf({})],
    ["with a folder alone", "no_rows", () => zipOf({ "a/": new Uint8Array() })],
    ["with two files", "several_files", () => zipOf({ a: Buffer.from(text), b: Buffer.from(text) })],
    [
      "with many files",
      "several_files",
      () => zipOf(Object.fromEntries([..."abcdefghij"].map((name) => [name, new Uint8Array()]))),
    ],
    ["in no encoding", "encoding", () => zipOf({ a: Buffer.from([0xff, 0xff, 0x80]) })],
    ["without lines", "no_rows", () => shiftJis(`${head}\r\n`)],
    ["with other headings", "columns", () => shiftJis(text.replace("PIN", "番号"))],
    ["with one column", "columns", () => shiftJis(pin)],
    ["without a PIN", "columns", () => shiftJis(`${head}\n${rest}\t\t${dn}`)],
    ["without a DN", "columns", () => shiftJis(`${head}\n${rest}\t${pin}`)],
    ["with something else for a PIN", "columns", () => shiftJis(`${head}\n${rest}\t${pin} 国立\t${dn}`)],
    ["with a good and a bad line", "columns", () => shiftJis(`${text}\n${rest}\t${pin}`)],
  ])("%s", async (_, code, file) => {
    const answer = await readPinFile(await file());
    expect(answer).toEqual(fault(code));
    expect(JSON.stringify(answer)).not.toContain(pin);
  });
});

test("a bomb is refused before it goes off", async () => {
  // 60 MB of zeros in 60 kB, said to be 1 kB.
  const packed = deflateRawSync(Buffer.alloc(60_000_000), { level: 9 });
  const zip = await zipOf({ "pin.txt": Buffer.from("a") });
  const central = zip.indexOf(Buffer.from("PK\x01\x02", "latin1"));
  const data = zip.indexOf("pin.txt") + 7;
  const head = Buffer.from(zip.subarray(0, data));
  const directory = Buffer.from(zip.subarray(central));
  for (const [part, at] of [
    [head, 18],
    [directory, 20],
  ] as const) {
    part.writeUInt32LE(packed.length, at);
    part.writeUInt32LE(1_000_000, at + 4);
  }
  directory.writeUInt32LE(data + packed.length, directory.length - 6);
  const before = process.memoryUsage().rss;
  expect(await readPinFile(Buffer.concat([head, packed, directory]))).toHaveProperty("fault");
  expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
});

test("whatever is changed in an archive, it is read as it was or refused, and no PIN is told", async () => {
  const zips = [await shiftJis(text), await zipOf({ "pin.txt": Buffer.from(text) }, { compress: false })];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...zips),
      fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      fc.option(fc.nat(600), { nil: undefined }),
      async (zip, changes, end) => {
        const changed = Buffer.from(zip.subarray(0, end));
        for (const [at, octet] of changes) if (at < changed.length) changed[at] = octet;
        const answer = await readPinFile(changed);
        if ("rows" in answer) expect(answer.rows).toEqual([hanako, taro]);
        else expect(JSON.stringify(answer)).not.toContain(pin);
      },
    ),
    { numRuns: 500 },
  );
});

test("any text in an archive is read or refused", async () => {
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc
      .array(fc.constantFrom(head, line, "\n", "\t", pin, dn, "国", "\ufeff"), { maxLength: 12 })
      .map((parts) => iconv.encode(parts.join(""), "cp932")),
  );
  await fc.assert(
    fc.asyncProperty(octets, async (content) => {
      const answer = await readPinFile(await zipOf({ a: content }));
      if ("fault" in answer) expect(JSON.stringify(answer)).not.toContain(pin);
    }),
    { numRuns: 300 },
  );
});
