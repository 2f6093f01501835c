import { expect, test } from "vitest";
import { makeLog, newReference } from "@/server/log.ts";

function linesOf(write: (log: ReturnType<typeof makeLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(makeLog("info", { write: (line) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}

test("a line tells when, how grave and what, and what belongs to it", () => {
  const [line] = linesOf((log) => log.info({ order: "abc" }, "ordered"));
  expect(line).toMatchObject({ level: "info", msg: "ordered", order: "abc" });
  expect(Date.parse(line?.time as string)).not.toBeNaN();
});

test("an error keeps its message and its place", () => {
  const [line] = linesOf((log) => log.error({ err: new Error("no answer") }, "not sent"));
  expect(line?.err).toMatchObject({ message: "no answer", stack: expect.stringContaining("log.test") });
});

test("of an error only what it says is told, not what hangs on it", () => {
  const error = Object.assign(new Error("broken", { cause: new Error("no answer") }), {
    code: "57P01",
    client: { connection: "do-not-tell" },
  });
  const [line] = linesOf((log) => log.warn({ err: error }, "lost"));
  expect(line?.err).toMatchObject({ message: "broken", code: "57P01", cause: { message: "no answer" } });
  expect(JSON.stringify(line)).not.toContain("do-not-tell");
});

test.each([
  ["pin"],
  ["ticket"],
  ["password"],
  ["sealedKey"],
  ["SAMLResponse"],
  ["cookie"],
  ["SEALING_KEY"],
  ["SEALING_KEY_PREVIOUS"],
  ["PKCS11_PIN"],
  ["passphrase"],
  ["browser"],
  ["pkcs8"],
  ["collectUrl"],
])("%s is left out, however deep it lies", (name) => {
  const secret = "do-not-tell";
  const lines = linesOf((log) => {
    log.info({ [name]: secret }, "a");
    log.info({ order: { [name]: secret } }, "b");
    log.info({ request: { headers: { [name]: secret } } }, "c");
  });
  expect(lines).toHaveLength(3);
  expect(JSON.stringify(lines)).not.toContain(secret);
});

test("a reference is short, without look-alikes, and new each time", () => {
  const references = Array.from({ length: 200 }, newReference);
  for (const reference of references) expect(reference).toMatch(/^[2-9A-HJ-NP-Z]{8}$/);
  expect(new Set(references).size).toBe(200);
});

test.each([
  ["a mail server's answer", "550 5.1.1 <hanako.kokuritsu@a.example.ac.jp>: unknown user"],
  ["an ePPN", "eppn:hanako@a.example.ac.jp is of no scope of the institution"],
  ["one with a quote and a plus", "o'hara+x@mail.example.ac.jp"],
])("an address is left out, wherever it stands: %s", (_, text) => {
  const lines = linesOf((log) => {
    log.info({ order: { note: text } }, text);
    log.error({ err: new Error(text, { cause: new Error(text) }) }, "failed");
  });
  expect(JSON.stringify(lines)).not.toMatch(/example\.ac\.jp|hanako|hara/);
  expect(lines[0]?.msg).toContain("[address]");
});

test("what stands in an error for the reader is not for the log, nor what the database quotes", () => {
  const typed = Object.assign(new Error("name_not_usable"), {
    detail: { field: "name", value: "国立 花子" },
  });
  const quoted = Object.assign(new Error("duplicate key"), {
    detail: "Key (dn)=(CN=Hanako Kokuritsu) already exists.",
  });
  const lines = linesOf((log) => {
    log.error({ err: typed }, "a");
    log.error({ err: quoted }, "b");
  });
  expect(JSON.stringify(lines)).not.toMatch(/花子|Hanako/);
  expect(lines[0]?.err).toMatchObject({ detail: { field: "name" } });
});

test("packages and addresses of pages stay readable", () => {
  const [line] = linesOf((log) =>
    log.info({ at: "node_modules/@prisma/client/index.js" }, "https://idp.example.ac.jp/idp"),
  );
  expect(line).toMatchObject({
    at: "node_modules/@prisma/client/index.js",
    msg: "https://idp.example.ac.jp/idp",
  });
});
