import { describe, expect, test } from "vitest";
import { subjectOf } from "@/server/enrollment/subject.ts";

const base = "O=Demo University A,L=Academe,C=JP";
const hanako = {
  kind: "client",
  commonName: "Hanako Kokuritsu",
  mail: "hanako@a.example.ac.jp",
  number: 11,
  dnBase: base,
} as const;

describe("DN(識別名)", () => {
  test("holds the name, the application's number and the institution's base", () => {
    expect(subjectOf(hanako)).toBe(`CN=Hanako Kokuritsu,OU=No 11,${base}`);
  });

  test("of an S/MIME certificate begins with the mail address", () => {
    expect(subjectOf({ ...hanako, kind: "smime" })).toBe(`CN=hanako@a.example.ac.jp,OU=No 11,${base}`);
  });

  test("carries a Japanese name as it is", () => {
    expect(subjectOf({ ...hanako, commonName: "国立 花子" })).toContain("CN=国立 花子,");
  });

  test("keeps a comma inside a name from becoming a separator", () => {
    expect(subjectOf({ ...hanako, commonName: "Kokuritsu, Hanako" })).toContain(
      "CN=Kokuritsu\\, Hanako,OU=No 11",
    );
  });

  test("takes a name of 64 characters and refuses one of 65, naming it", () => {
    expect(subjectOf({ ...hanako, commonName: "花".repeat(64) })).toContain("花".repeat(64));
    expect(() => subjectOf({ ...hanako, commonName: "花".repeat(65) })).toThrow(
      expect.objectContaining({ code: "name_not_usable" }),
    );
  });

  test("refuses a name with a control character", () => {
    expect(() => subjectOf({ ...hanako, commonName: "Hanako\u0000Kokuritsu" })).toThrow(
      expect.objectContaining({ code: "name_not_usable" }),
    );
  });
});
