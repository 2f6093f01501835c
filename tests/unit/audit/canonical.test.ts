/** Canonical JSON as RFC 8785 has it: what is hashed is the same octets whoever writes them. */
import { describe, expect, test } from "vitest";
import { canonicalOf, rowOf } from "@/server/audit/append.ts";

/** Of the doubles in appendix B of the RFC. */
const double = (bits: string) => Buffer.from(bits, "hex").readDoubleBE();

describe("numbers (appendix B)", () => {
  test.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ])("%s is %s", (bits, text) => {
    expect(canonicalOf({ n: double(bits) })).toBe(`{"n":${text}}`);
  });
});

test("the example of section 3.2 is as it is there", () => {
  const literals = [null, true, false];
  const numbers = JSON.parse("[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]");
  const string = "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/";
  expect(canonicalOf({ numbers, string, literals })).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test("names stand in the order of their UTF-16 code units (section 3.2.3)", () => {
  const names = ["\u20ac", "\r", "\ufb33", "1", "\u{1f600}", "\u0080", "\u00f6"];
  const canonical = canonicalOf(Object.fromEntries(names.map((name) => [name, 0])));
  expect(Object.keys(JSON.parse(canonical)).join("|")).toBe("1|\r|\u0080|\u00f6|\u20ac|\u{1f600}|\ufb33");
});

test.each([
  ["\b\t\n\f\r", "\\b\\t\\n\\f\\r"],
  ["\u0000\u001f", "\\u0000\\u001f"],
  ["\u007f\u2028/", "\u007f\u2028/"],
  ["国立 花子 \u{20bb7}", "国立 花子 \u{20bb7}"],
])("%j is written with those escapes only that must be", (text, written) => {
  expect(canonicalOf({ text })).toBe(`{"text":"${written}"}`);
});

test("half a surrogate pair is replaced, in the columns as in what is hashed", () => {
  const at = new Date("2026-11-22T01:00:00Z");
  const subject = { deed: "enrollment.seen", at, subject: "enrollment", subjectId: "e\udc00" } as const;
  const row = rowOf({ ...subject, reason: "\ud83d…", after: { "\ud800": ["x\udfff", "\u{1f600}"] } });
  expect(row).toMatchObject({ at, subjectId: "e\ufffd", reason: "\ufffd…" });
  expect(row.after).toEqual({ "\ufffd": ["x\ufffd", "\u{1f600}"] });
  const { reason, after, subjectId } = JSON.parse(row.canonical);
  expect({ reason, after, subjectId }).toEqual({
    reason: row.reason,
    after: row.after,
    subjectId: row.subjectId,
  });
});
