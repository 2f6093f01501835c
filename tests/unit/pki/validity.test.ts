import { describe, expect, it, test } from "vitest";
import { addCalendarMonths, encodeTime, wholeSeconds } from "@/server/pki/validity.ts";
import { seeded } from "./random.ts";

describe("calendar months", () => {
  test.each([
    ["2026-01-15T09:30:00Z", 13, "2027-02-15T09:30:00Z"],
    ["2026-01-31T23:59:59Z", 1, "2026-02-28T23:59:59Z"],
    ["2028-01-31T00:00:00Z", 1, "2028-02-29T00:00:00Z"],
    ["2028-02-29T12:00:00Z", 12, "2029-02-28T12:00:00Z"],
    ["2028-02-29T12:00:00Z", 48, "2032-02-29T12:00:00Z"],
    ["2026-10-31T00:00:00Z", 52, "2031-02-28T00:00:00Z"],
    ["2026-08-31T00:00:00Z", 25, "2028-09-30T00:00:00Z"],
    ["2026-12-31T15:00:00Z", 2, "2027-02-28T15:00:00Z"],
    ["2026-03-31T00:00:00Z", -1, "2026-02-28T00:00:00Z"],
    ["2026-01-01T00:00:00Z", -1, "2025-12-01T00:00:00Z"],
    ["2026-05-05T05:05:05.678Z", 0, "2026-05-05T05:05:05.678Z"],
  ])("%s and %i months is %s", (from, months, to) => {
    expect(addCalendarMonths(new Date(from), months)).toEqual(new Date(to));
  });

  it("leaves the date it was given as it was", () => {
    const date = new Date("2026-01-31T00:00:00Z");
    addCalendarMonths(date, 1);
    expect(date).toEqual(new Date("2026-01-31T00:00:00Z"));
  });

  it("always lands in the month that was asked for, never later in it than before", () => {
    const random = seeded(2);
    for (let round = 0; round < 1000; round++) {
      const from = new Date(Date.UTC(2000, 0, 1) + random.below(40 * 365) * 86_400_000);
      const months = random.below(120);
      const to = addCalendarMonths(from, months);
      const count = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth();
      expect(count(to) - count(from)).toBe(months);
      expect(to.getUTCDate()).toBeLessThanOrEqual(from.getUTCDate());
    }
  });
});

describe("a date in a certificate", () => {
  test.each([
    ["1950-01-01T00:00:00Z", "\x17\x0d500101000000Z"],
    ["1999-12-31T23:59:59Z", "\x17\x0d991231235959Z"],
    ["2000-01-01T00:00:00Z", "\x17\x0d000101000000Z"],
    ["2026-04-05T06:07:08.999Z", "\x17\x0d260405060708Z"],
    ["2049-12-31T23:59:59.999Z", "\x17\x0d491231235959Z"],
    ["2050-01-01T00:00:00Z", "\x18\x0f20500101000000Z"],
    ["9999-12-31T23:59:59Z", "\x18\x0f99991231235959Z"],
  ])("%s", (date, expected) => {
    expect(Buffer.from(encodeTime(new Date(date))).toString("latin1")).toBe(expected);
  });

  test.each(["1949-12-31T23:59:59Z", "+010000-01-01T00:00:00Z", "never"])("%s is refused", (date) => {
    expect(() => encodeTime(new Date(date))).toThrow(expect.objectContaining({ code: "time_malformed" }));
  });

  it("drops the fraction of a second, also before 1970", () => {
    expect(wholeSeconds(new Date(1999))).toEqual(new Date(1000));
    expect(wholeSeconds(new Date(-1))).toEqual(new Date(-1000));
  });
});
