/** Every setting: what it may be, how it is written, who may change it; and files of them. */
import { describe, expect, test } from "vitest";
import en from "@/messages/en.json";
import ja from "@/messages/ja.json";
import {
  declared,
  differing,
  mayChange,
  readTexts,
  type SettingName,
  settingNames,
  usual,
  valueRules,
  writeTexts,
} from "@/server/admin/settings/declared.ts";
import { fileFaults, headOf, mostRows, readFile, writeRows } from "@/server/admin/settings/file.ts";
import type { Row } from "@/server/admin/settings/rows.ts";

type Case = {
  by: "operator" | "registrar";
  /** As it is written, and what it then is. */
  valid: [string, unknown][];
  /** As it is written, and the rule that it breaks. */
  invalid: [string, string][];
};

const long = (length: number) => "あ".repeat(length);
const flag: Case["valid"] = [
  ["true", true],
  [" FALSE ", false],
];
const noFlag: Case["invalid"] = [
  ["", "not_a_flag"],
  ["yes", "not_a_flag"],
];
const kinds: Omit<Case, "by"> = {
  valid: [
    ["", []],
    ["smime, client client", ["client", "smime"]],
  ],
  invalid: [["server", "not_a_choice"]],
};
const terms: Omit<Case, "by"> = {
  valid: [
    ["", []],
    ["13 52 13", [52, 13]],
  ],
  invalid: [
    ["thirteen", "not_a_number"],
    ["0", "not_a_number"],
    ["121", "not_a_number"],
    ["1.5", "not_a_number"],
  ],
};
const notice: Omit<Case, "by"> = {
  valid: [
    ["", ""],
    [" 一行目\r\n二行目 ", "一行目\n二行目"],
    [long(2000), long(2000)],
  ],
  invalid: [
    [long(2001), "too_long"],
    ["a\u0007", "control_character"],
  ],
};
const whole = (least: number, most: number, none = true): Omit<Case, "by"> => ({
  valid: [
    ...(none ? ([["", null]] as [string, unknown][]) : []),
    [String(least), least],
    [` ${most} `, most],
  ],
  invalid: [
    [String(least - 1), "not_a_number"],
    [String(most + 1), "not_a_number"],
    ["many", "not_a_number"],
    ...(none ? [] : ([["", "not_a_number"]] as [string, string][])),
  ],
});

const cases: Record<SettingName, Case> = {
  isEnabled: { by: "operator", valid: flag, invalid: noFlag },
  kinds: { by: "registrar", ...kinds },
  clientTerms: { by: "registrar", ...terms },
  smimeTerms: { by: "registrar", ...terms },
  memberLimit: { by: "registrar", ...whole(1, 1000) },
  institutionLimit: { by: "operator", ...whole(1, 10_000_000) },
  approvalFor: { by: "registrar", ...kinds },
  dnBase: {
    by: "operator",
    valid: [[" O=a,C=JP ", "O=a,C=JP"]],
    invalid: [
      ["O=a\nC=JP", "control_character"],
      [long(1001), "too_long"],
    ],
  },
  cnRule: { by: "operator", valid: [["uid", "uid"]], invalid: [["mail", "not_a_choice"]] },
  keyOrigins: {
    by: "operator",
    valid: [["upload browser", ["browser", "upload"]]],
    invalid: [
      ["", "none_chosen"],
      ["elsewhere", "not_a_choice"],
    ],
  },
  aal2For: {
    by: "registrar",
    valid: [["show_pin request", ["request", "show_pin"]]],
    invalid: [["save_memo", "not_a_choice"]],
  },
  ial2For: { by: "registrar", valid: [["", []]], invalid: [["change_ca", "not_a_choice"]] },
  aal2ForAdmin: {
    by: "registrar",
    valid: [["change_ca revoke_for", ["revoke_for", "change_ca"]]],
    invalid: [["request", "not_a_choice"]],
  },
  contact: {
    by: "registrar",
    valid: [
      ["", ""],
      [" help@a.example.ac.jp ", "help@a.example.ac.jp"],
    ],
    invalid: [
      ["help", "not_an_address"],
      ["a@b.example.ac.jp, c@d.example.ac.jp", "not_an_address"],
    ],
  },
  noticeJa: { by: "registrar", ...notice },
  noticeEn: { by: "registrar", ...notice },
  roleGrants: {
    by: "registrar",
    valid: [
      ["", []],
      [
        "entitlement=urn:x:y=z\r\n\r\n isMemberOf = https://a.example.ac.jp/g ",
        [
          { attribute: "entitlement", value: "urn:x:y=z", role: "registrar" },
          { attribute: "isMemberOf", value: "https://a.example.ac.jp/g", role: "registrar" },
        ],
      ],
    ],
    invalid: [
      ["eppn=hanako", "not_a_grant"],
      ["entitlement=", "not_a_grant"],
      ["entitlement", "not_a_grant"],
    ],
  },
  affiliations: {
    by: "registrar",
    valid: [["staff faculty", ["faculty", "staff"]]],
    invalid: [["wizard", "not_a_choice"]],
  },
  undoHours: { by: "registrar", ...whole(0, 720, false) },
  revokeOnDisown: { by: "registrar", valid: flag, invalid: noFlag },
};

describe.each(settingNames)("%s", (name) => {
  const { by, valid, invalid } = cases[name];
  test.each(valid)("may be %j", (text, value) => {
    const { values, faults } = readTexts({ [name]: text });
    expect(faults).toEqual([]);
    expect(values[name]).toEqual(value);
    // What is written is read as the same again.
    const written = writeTexts({ ...usual, dnBase: "O=a,C=JP", ...values })[name];
    expect(readTexts({ [name]: written }).values[name]).toEqual(value);
  });

  test.each(invalid)("may not be %j", (text, rule) => {
    const { values, faults } = readTexts({ [name]: text });
    expect(values).toEqual({});
    expect(faults).toEqual([expect.objectContaining({ setting: name, rule })]);
  });

  test(`is changed by ${by}s`, () => {
    expect(mayChange(name, { isOperator: true })).toBe(true);
    expect(mayChange(name, { isOperator: false })).toBe(by === "registrar");
  });

  test.each([ja, en])("has its words in every language, and so has each of its choices", ({ Admin }) => {
    const { fields, choices } = Admin.settings;
    expect(fields[name].label).not.toBe("");
    expect(fields[name].hint).not.toBe("");
    const named = (choices as Partial<Record<SettingName, object>>)[name] ?? {};
    const offered = (declared[name] as { choices?: readonly string[] }).choices ?? [];
    expect(Object.keys(named).toSorted()).toEqual([...offered].toSorted());
  });
});

test.each([ja, en])("whatever is wrong has its sentence in every language", ({ Admin: { settings } }) => {
  const faults = Object.keys(settings.faults);
  const others = ["operators_only", "term_unknown", "taken", "unknown_institution", "named_twice", "stale"];
  expect(faults).toEqual(expect.arrayContaining([...valueRules, ...others]));
  expect(Object.keys(settings.files.faults)).toEqual(expect.arrayContaining([...fileFaults]));
});

const rowWith = (n: number, settings: Partial<Row> = {}): Row => ({
  ...{
    id: String(n),
    entityId: `https://idp${n}.example.ac.jp`,
    nameJa: `大学${n}`,
    nameEn: `University ${n}`,
  },
  ...{ version: n + 1, createdAt: new Date(0), ...usual, dnBase: `O=University ${n},C=JP`, ...settings },
});
const strange: Partial<Row> = {
  noticeJa: '一行目,"引用"\n=二行目',
  noticeEn: "=HYPERLINK(1)",
  contact: "help@a.example.ac.jp",
  roleGrants: [{ attribute: "entitlement", value: "urn:x=y", role: "registrar" }],
  clientTerms: [52, 13],
  memberLimit: 3,
  keyOrigins: ["upload"],
};
const octets = (text: string) => new TextEncoder().encode(text);

describe.each(["csv", "yaml"] as const)("a %s file", (format) => {
  test("of 800 institutions is read as it was written, none of it a formula", () => {
    const rows = Array.from({ length: 800 }, (_, n) => rowWith(n, n % 7 === 0 ? strange : {}));
    const text = headOf(format) + writeRows(format, rows.slice(0, 500)) + writeRows(format, rows.slice(500));
    if (format === "csv") expect(text).not.toMatch(/,"?[=+@-]/);
    const read = readFile(format, octets(text));
    if ("fault" in read) throw new Error(read.fault);
    expect(read).toHaveLength(800);
    for (const [index, { entityId, version, values, faults }] of read.entries()) {
      const row = rows[index] as Row;
      expect({ entityId, version, faults }).toEqual({
        entityId: row.entityId,
        version: row.version,
        faults: [],
      });
      expect(differing(values, row as never)).toEqual([]);
      expect(Object.keys(values)).toEqual(settingNames);
    }
  });

  test("longer than any federation is refused", () => {
    const rows = Array.from({ length: mostRows + 1 }, (_, n) => `https://idp${n}.example.ac.jp`);
    const text =
      format === "csv" ? `entityId\n${rows.join("\n")}` : rows.map((id) => `- entityId: ${id}`).join("\n");
    expect(readFile(format, octets(text))).toMatchObject({ fault: "too_many" });
  });
});

const table = (text: string) => readFile("csv", octets(text));
test.each<[string, ReturnType<typeof readFile>, object]>([
  ["nothing", table(""), { fault: "empty" }],
  ["a head alone", table("entityId,kinds\n"), { fault: "empty" }],
  [
    "a column that is none",
    table("entityId,colour\nx,red"),
    { fault: "unknown_column", line: 1, value: "colour" },
  ],
  ["a column twice", table("entityId,kinds,kinds\n"), { fault: "column_twice", value: "kinds" }],
  ["no entityID", table("kinds\nclient"), { fault: "no_entity_id", line: 1 }],
  ["a row without one", table("entityId,kinds\na,client\n,client"), { fault: "no_entity_id", line: 3 }],
  ["a cell too many", table("entityId,kinds\na,client,x"), { fault: "malformed", line: 2 }],
  ["a quote that is not closed", table('entityId,kinds\na,"client\n'), { fault: "malformed" }],
  ["a version that is none", table("entityId,version\na,new"), { fault: "version_malformed", line: 2 }],
  ["octets that are no text", readFile("csv", Uint8Array.of(0x65, 0xff, 0xff, 0x80)), { fault: "not_text" }],
  ["a document of something else", readFile("yaml", octets("a: b")), { fault: "malformed", line: 1 }],
  [
    "a document that is not well formed",
    readFile("yaml", octets("- entityId: a\n  kinds: [client\n- entityId: b")),
    { fault: "malformed", line: 3 },
  ],
  [
    "a document that refers to itself",
    readFile("yaml", octets("- entityId: a\n  kinds: &k [client]\n- entityId: b\n  kinds: *k")),
    { fault: "malformed" },
  ],
  ["a document deeper than any", readFile("yaml", octets("[".repeat(100_000))), { fault: "malformed" }],
])("a file with %s says what is wrong", (_, read, fault) => {
  expect(read).toMatchObject(fault);
});

test.each([
  ["with Excel's mark", octets("\ufeffentityId,noticeJa\r\na,国立 花子\r\n")],
  [
    "in Excel's own encoding",
    // 国立 花子 in Windows-31J.
    Uint8Array.from([
      ...octets("entityId,noticeJa\r\na,"),
      ...[0x8d, 0x91, 0x97, 0xa7, 0x20, 0x89, 0xd4, 0x8e, 0x71],
      ...octets("\r\n"),
    ]),
  ],
])("a table %s is read", (_, given) => {
  expect(readFile("csv", given)).toEqual([
    { line: 2, entityId: "a", version: null, values: { noticeJa: "国立 花子" }, faults: [] },
  ]);
});

test("a value that is wrong is said with the line of its institution; the others are read", () => {
  expect(table("entityId,kinds\na,client\nb,server\n")).toMatchObject([
    { line: 2, values: { kinds: ["client"] }, faults: [] },
    { line: 3, faults: [{ setting: "kinds", rule: "not_a_choice", value: "server" }] },
  ]);
});
