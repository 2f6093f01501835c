import { expect, test } from "vitest";
import { formatDay, formatTime } from "@/components/ui/dates.ts";

const at = new Date("2020-03-20T08:36:42Z");

test("a Japanese reader sees the time of Japan to the second", () => {
  expect(formatTime(at, "ja")).toBe("2020/03/20 17:36:42");
});

test("an English reader sees the time of Japan, named as such", () => {
  expect(formatTime(at, "en")).toBe("20 March 2020 at 17:36:42 JST");
});

test("midnight is 00, not 24", () => {
  expect(formatTime(new Date("2020-03-19T15:00:00Z"), "ja")).toBe("2020/03/20 00:00:00");
});

test("the day is Japan's, also when it is still yesterday in Greenwich", () => {
  expect(formatDay(new Date("2024-07-19T15:00:00Z"), "ja")).toBe("2024/07/20");
  expect(formatDay(new Date("2024-07-19T15:00:00Z"), "en")).toBe("20 July 2024");
});
