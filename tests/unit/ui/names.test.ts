import { expect, test } from "vitest";
import { relativeNames, withColons } from "@/components/enrollment/names.ts";

test("a distinguished name is shown a part a line", () => {
  expect(relativeNames("CN=Hanako Kokuritsu,OU=No 11,O=Demo University A,C=JP")).toEqual([
    "CN=Hanako Kokuritsu",
    "OU=No 11",
    "O=Demo University A",
    "C=JP",
  ]);
});

test("an escaped comma stays within its part", () => {
  expect(relativeNames("CN=Gakunin\\, Taro,OU=No 2")).toEqual(["CN=Gakunin\\, Taro", "OU=No 2"]);
});

test("an escaped backslash before a comma does not hide it", () => {
  expect(relativeNames("CN=Taro\\\\,OU=No 2")).toEqual(["CN=Taro\\\\", "OU=No 2"]);
});

test.each([
  ["0a1bff", "0a:1b:ff"],
  ["0A:1B:FF", "0a:1b:ff"],
  ["a1b", "0a:1b"],
])("the serial %s is shown as %s", (hex, shown) => {
  expect(withColons(hex)).toBe(shown);
});
