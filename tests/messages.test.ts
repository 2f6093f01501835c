/** Both languages say the same things. */
import { type MessageFormatElement, parse, TYPE } from "@formatjs/icu-messageformat-parser";
import { describe, expect, test } from "vitest";
import en from "@/messages/en.json";
import ja from "@/messages/ja.json";
import { sourcesBelow, textOf } from "./support/sources.ts";

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, path = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const name = path ? `${path}.${key}` : key;
    if (typeof value === "string") flat.set(name, value);
    else for (const entry of flatten(value, name)) flat.set(...entry);
  }
  return flat;
}

/** The arguments and tags of a message: what the program must give it. */
function argumentsOf(message: string): string[] {
  const found = new Set<string>();
  const visit = (elements: MessageFormatElement[]) => {
    for (const element of elements) {
      if (element.type === TYPE.literal || element.type === TYPE.pound) continue;
      found.add(element.type === TYPE.tag ? `<${element.value}>` : element.value);
      if (element.type === TYPE.tag) visit(element.children);
      if (element.type === TYPE.select || element.type === TYPE.plural) {
        for (const option of Object.values(element.options)) visit(option.value);
      }
    }
  };
  visit(parse(message));
  return [...found].sort();
}

const japanese = flatten(ja);
const english = flatten(en);

test("every text is there in both languages", () => {
  expect([...english.keys()].sort()).toEqual([...japanese.keys()].sort());
});

test("no text is empty", () => {
  const empty = [...japanese, ...english].filter(([, text]) => text.trim() === "").map(([key]) => key);
  expect(empty.join("\n")).toBe("");
});

test("a text takes the same arguments in both languages", () => {
  const differing = [...japanese].flatMap(([key, text]) => {
    const [first, second] = [argumentsOf(text), argumentsOf(english.get(key) ?? "")];
    return first.join() === second.join() ? [] : [`${key}: ${first.join()} ≠ ${second.join()}`];
  });
  expect(differing.join("\n")).toBe("");
});

test("English texts hold no Japanese but the language's own name and quoted words of the pages and mails", () => {
  const mixed = [...english].filter(([, text]) => japaneseIn(text.replace(/日本語|“[^”]*”/g, "")).length > 0);
  expect(mixed.map(([key]) => key).join("\n")).toBe("");
});

describe("a page or mail holds no Japanese of its own but the names of invented people", () => {
  test.each(sourcesBelow("app", "components", "emails").filter((path) => path.endsWith(".tsx")))(
    "%s",
    (path) => {
      const code = textOf(path).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|"(国立 花子|学認 太郎)"/gm, "");
      expect(japaneseIn(code)).toEqual([]);
    },
  );
});

function japaneseIn(text: string): string[] {
  return text.match(/[\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Han}]+/gu) ?? [];
}
