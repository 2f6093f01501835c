import { expect, test } from "vitest";
import { languageOf } from "@/components/ui/language.ts";

test.each(["国立 花子", "ノートPC", "CN=学認 太郎", "めも"])("%s is read aloud in Japanese", (text) => {
  expect(languageOf(text)).toBe("ja");
});

test.each(["Hanako Kokuritsu", "", "OU=No 11"])("“%s” is read aloud in the page's language", (text) => {
  expect(languageOf(text)).toBeUndefined();
});
