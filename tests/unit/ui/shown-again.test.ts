import { expect, test } from "vitest";
import { shownAgain } from "@/components/issue/shown-again.ts";

test("a request that is not right comes back, to be put right", () => {
  const text = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n";
  expect(shownAgain(text)).toBe(text);
});

test.each(["PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"])("a %s does not", (label) => {
  expect(shownAgain(`-----BEGIN CERTIFICATE REQUEST-----\n-----BEGIN ${label}-----\nMIIB`)).toBe("");
});
