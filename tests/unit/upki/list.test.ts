import fc from "fast-check";
import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { type ListFault, readList } from "../../../server/ca/upki/list.ts";

/** The columns that are known, in their places; the others have names of no meaning. */
const known: Record<number, string> = {
  4: "主体者DN",
  12: "状態",
  15: "利用者E-mail",
  22: "発行・更新申請-申請ID",
  23: "発行・更新申請-日時",
  24: "発行・更新申請-シリアル番号",
};
const heads = Array.from({ length: 30 }, (_, at) => known[at + 1] ?? `列${at + 1}`);
const dn = "CN=Kunitachi, Hanako,OU=No 11,O=Example University,L=Academe,C=JP";
const serial = "340282366920938463463374607431768211455";

const values: Record<number, string> = {
  1: "国立大学",
  4: dn,
  12: "5",
  15: "hanako@example.ac.jp",
  22: "4711",
  23: "2026/04/01 12:34:56",
  24: serial,
  27: "2030/03/31 23:59:59",
  28: "2026/05/01",
};
const row = (changes: Record<number, string> = {}) =>
  heads.map((_, at) => ({ ...values, ...changes })[at + 1] ?? "");
const encode = (...lines: (readonly string[])[]) =>
  iconv.encode(lines.map((line) => `${line.join("\t")}\r\n`).join(""), "cp932");
const rowsOf = (octets: Uint8Array) => {
  const list = readList(octets);
  if ("fault" in list) throw new Error(JSON.stringify(list.fault));
  return list.rows;
};

const hanako = {
  dn,
  state: "issued",
  stateText: "5",
  holderMail: "hanako@example.ac.jp",
  serial,
  requestedAt: new Date("2026-04-01T03:34:56Z"),
  notAfter: new Date("2030-03-31T14:59:59Z"),
  collectUntil: new Date("2026-05-01T14:59:59Z"),
  requestId: "4711",
};

describe("a list is read", () => {
  test("by its headings", () => {
    const [read, other, ...more] = rowsOf(encode(heads, row(), row({ 12: "4", 24: "", 27: "" })));
    expect(read).toMatchObject(hanako);
    expect(read?.fields).toMatchObject({ 列1: "国立大学", 状態: "5", 列30: "" });
    expect(other).toMatchObject({ state: "to_collect", serial: "", notAfter: null });
    expect(more).toEqual([]);
  });

  test("when there is nobody in it", () => {
    expect(readList(encode(heads))).toEqual({ rows: [] });
  });

  test("with its columns in another order, save for those without a known heading", () => {
    const order = heads.map((_, at) => (at * 7) % 30);
    const turn = (line: readonly string[]) => order.map((at) => line[at] as string);
    expect(rowsOf(encode(turn(heads), turn(row())))).toMatchObject([
      { ...hanako, notAfter: null, collectUntil: null },
    ]);
  });

  test("with headings of another width", () => {
    const wide = heads.map((heading) => heading.replace("DN", "ＤＮ").replace("E-mail", "Ｅ－ｍａｉｌ"));
    expect(rowsOf(encode(wide, row()))).toMatchObject([hanako]);
  });

  test("with a heading that is there twice", () => {
    const twice = heads.with(0, "状態");
    expect(rowsOf(encode(twice, row()))).toMatchObject([{ state: "issued" }]);
  });

  test("with lines ended by LF, and empty ones", () => {
    const text = `${heads.join("\t")}\n\n${row().join("\t")}\n\n`;
    expect(rowsOf(iconv.encode(text, "cp932"))).toMatchObject([hanako]);
  });

  test("with a column behind the last that holds nothing", () => {
    expect(rowsOf(encode(heads, [...row(), ""]))).toMatchObject([hanako]);
  });

  test("without the columns that are not needed", () => {
    const few = (line: readonly string[]) => [3, 11, 23].map((at) => line[at] as string);
    const [read] = rowsOf(encode(few(heads), few(row())));
    expect(read).toMatchObject({
      dn,
      state: "issued",
      serial,
      holderMail: "",
      requestedAt: null,
      notAfter: null,
      requestId: "",
    });
  });
});

describe("a state is read", () => {
  test.each([
    ["4", "to_collect"],
    ["取得待ち", "to_collect"],
    ["4 取得待ち", "to_collect"],
    ["4:取得待ち", "to_collect"],
    ["５", "issued"],
    ["発行済み", "issued"],
    ["6", "renewed"],
    ["更新済み", "renewed"],
    ["7", "revoked"],
    ["失効済み", "revoked"],
    ["", "other"],
    ["8", "other"],
    ["45", "other"],
    ["4 失効済み", "other"],
    ["取得待ち?", "other"],
    ["toString", "other"],
  ])("%j as %s", (stateText, state) => {
    expect(rowsOf(encode(heads, row({ 12: stateText })))).toMatchObject([{ state, stateText }]);
  });
});

describe("a time is read", () => {
  test.each([
    ["2026/04/01 12:34:56", "2026-04-01T03:34:56Z"],
    ["2026-04-01 12:34", "2026-04-01T03:34:00Z"],
    ["2026-04-01T12:34:56.789", "2026-04-01T03:34:56Z"],
    ["2026/4/1 1:02:03", "2026-03-31T16:02:03Z"],
    ["2026年4月1日", "2026-04-01T14:59:59Z"],
    ["20260401123456", "2026-04-01T03:34:56Z"],
    ["20260401", "2026-04-01T14:59:59Z"],
    ["2028/02/29", "2028-02-29T14:59:59Z"],
    ["2026/02/29", null],
    ["2026/13/01", null],
    ["2026/04/01 24:00:00", null],
    ["2026/04/01 12:60", null],
    ["0000/01/01", null],
    ["tomorrow", null],
    ["", null],
  ])("%j as %s", (text, time) => {
    const [read] = rowsOf(encode(heads, row({ 23: text })));
    expect(read?.requestedAt ?? null).toEqual(time === null ? null : new Date(time));
  });
});

describe("a list is refused", () => {
  const fault = (code: ListFault["code"], line?: number) => ({
    fault: { code, what: expect.any(String), ...(line === undefined ? {} : { line }) },
  });
  test.each<[string, Uint8Array, object]>([
    ["that is empty", new Uint8Array(), fault("not_a_list")],
    ["that is a page", Buffer.from("<html>\n<title>Error</title></html>"), fault("not_a_list")],
    ["in UTF-8", Buffer.from(`${heads.join("\t")}\n${row().join("\t")}\n`), fault("encoding")],
    ["without names", encode(heads.with(3, "DN"), row()), fault("missing_column", 1)],
    ["without states", encode(heads.with(11, ""), row()), fault("missing_column", 1)],
    ["without serial numbers", encode(heads.with(23, ""), row()), fault("missing_column", 1)],
    ["that was cut off", encode(heads, row(), row()).subarray(0, -20), fault("row", 3)],
    ["with a line of more columns", encode(heads, row(), [...row(), "x"]), fault("row", 3)],
    ["with a TAB in a value", encode(heads, row({ 4: "CN=a\tb" })), fault("row", 2)],
    ["with a serial number in hex", encode(heads, row({ 24: "0a" })), fault("row", 2)],
    ["larger than any", new Uint8Array(33 * 1024 * 1024), fault("too_large")],
  ])("%s", (_, octets, answer) => {
    expect(readList(octets)).toEqual(answer);
  });
});

test("a list of 20,000 certificates is read soon", () => {
  const octets = encode(heads, ...Array.from({ length: 20_000 }, () => row()));
  const begun = performance.now();
  expect(rowsOf(octets)).toHaveLength(20_000);
  expect(performance.now() - begun).toBeLessThan(5000);
});

test("what is written is read again, and a list of which something is missing is not taken for a shorter one", () => {
  const value = fc
    .string({ unit: fc.constantFrom(..."国立 a1,=～髙"), maxLength: 10 })
    .map((text) => text.trim());
  const person = fc.record({
    4: value.map((text) => `CN=${text}`),
    12: value,
    15: value,
    22: value,
    24: fc.constantFrom("", "1", serial),
  });
  fc.assert(
    fc.property(
      fc.array(person, { maxLength: 6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (people, cut) => {
        const octets = encode(heads, ...people.map((one) => row(one)));
        const rows = rowsOf(octets);
        expect(
          rows.map((read) => [read.dn, read.stateText, read.holderMail, read.requestId, read.serial]),
        ).toEqual(people.map((one) => [one[4], one[12], one[15], one[22], one[24]]));
        // At least the columns of the last line are missing.
        const shorter = readList(octets.subarray(0, Math.floor(octets.length * cut) - 5));
        if ("rows" in shorter)
          for (const [at, read] of shorter.rows.entries()) expect(read).toEqual(rows[at]);
      },
    ),
    { numRuns: 300 },
  );
});

test("any octets are a list or not", () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc
      .constantFrom("\t", "\r\n", "\n", "5", dn, ...Object.values(known))
      .map((text) => iconv.encode(text, "cp932")),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      readList(Buffer.concat(pieces.map((octets) => Buffer.from(octets))));
      readList(Buffer.concat([encode(heads), ...pieces.map((octets) => Buffer.from(octets))]));
    }),
    { numRuns: 500 },
  );
});
