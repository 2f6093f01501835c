import { expect, test } from "vitest";
import { numberOf, oneOf, textOf, toNumber } from "@/app/[locale]/(member)/certs/form-values.ts";

test.each([
  ["11", 11],
  ["0", 0],
  ["-1", 0],
  ["1e3", 0],
  [" 5", 0],
  ["99999999999", 0],
  ["", 0],
])("the application number %j is read as %i", (text, number) => {
  expect(toNumber(text)).toBe(number);
});

test("a parameter given twice is no number", () => {
  expect(toNumber(["1", "2"])).toBe(0);
});

test("a field that is missing or a file is an empty text", () => {
  const form = new FormData();
  form.set("memo", new Blob(["x"]));
  expect(textOf(form, "memo")).toBe("");
  expect(textOf(form, "mail")).toBe("");
  expect(numberOf(form, "number")).toBe(0);
});

test("only a name of the list is taken", () => {
  expect(oneOf(["client", "smime"], "smime")).toBe("smime");
  expect(oneOf(["client", "smime"], "server")).toBeUndefined();
});
