import { mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import PostalMime from "postal-mime";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listOutbox, outboxPost, readOutbox } from "@/server/mail/outbox.ts";
import { readLetter, readLetterHeads } from "@/server/mail/reading.ts";
import { letterTo, ticketUrl } from "./letter.ts";

let base: string;
let folder: string;

beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), "outbox-"));
  folder = path.join(base, "outbox");
});
afterEach(() => rm(base, { recursive: true }));

test("a letter is a mail that a mail program reads: subject, sender, recipient, text, HTML, URL whole", async () => {
  const { id } = await outboxPost(folder).send(letterTo());
  const mail = await PostalMime.parse(await readFile(path.join(folder, `${id}.eml`)));
  const { subject, text, html } = letterTo();
  expect(mail.subject).toBe(subject);
  expect(mail.from).toMatchObject({ name: "証明書ポータル", address: "portal@portal.example.ac.jp" });
  expect(mail.to).toMatchObject([{ address: "hanako@a.example.ac.jp" }]);
  expect(mail.messageId).toBe("<5f2a9c@portal.example.ac.jp>");
  expect(mail.text?.trim()).toBe(text.trim());
  expect(mail.html?.trim()).toBe(html);
  expect(mail.text?.split("\n")).toContain(ticketUrl);
  const headers = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]));
  expect(headers).toMatchObject({ "auto-submitted": "auto-generated", "content-language": "ja" });
});

test("its lines are within what RFC 5322 allows: ASCII, headers folded at 78, no line over 998, CRLF", async () => {
  const subject = `[UPKI] ${"クライアント証明書発行受付通知".repeat(8)}`;
  const text = `${"国立大学法人の証明書".repeat(300)}\n`;
  const { id } = await outboxPost(folder).send(letterTo({ subject, text }));
  const file = await readFile(path.join(folder, `${id}.eml`), "latin1");
  const lines = file.split("\r\n");
  expect(file.replaceAll("\r\n", "")).not.toMatch(/[^\x20-\x7e\t]/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
  const head = lines.slice(0, lines.indexOf(""));
  expect(Math.max(...head.map((line) => line.length))).toBeLessThanOrEqual(78);
  expect((await PostalMime.parse(file)).subject).toBe(subject);
});

test("the same letter sent twice, or twenty times at once, is one file, and nothing half-written stays", async () => {
  const post = outboxPost(folder);
  const sent = await Promise.all(Array.from({ length: 20 }, () => post.send(letterTo())));
  expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
  expect(await readdir(folder)).toEqual([`${sent[0]?.id}.eml`]);
  await post.send(letterTo({ key: "acceptance:order2" }));
  expect(await readdir(folder)).toHaveLength(2);
});

test("the file's name tells the kind of mail, and nothing else of its key", async () => {
  const { id } = await outboxPost(folder).send(
    letterTo({ key: "locked:../../etc/passwd:2026-11-22T09:12:00Z" }),
  );
  expect(id).toMatch(/^locked-[0-9a-f]{32}$/);
  expect(await readdir(base)).toEqual(["outbox"]);
});

test("a letter with an unsafe header is refused, and leaves no file", async () => {
  const unsafe = letterTo({ to: "hanako@example.ac.jp\r\nBcc: taro@example.ac.jp" });
  await expect(outboxPost(folder).send(unsafe)).rejects.toThrow(expect.objectContaining({ permanent: true }));
  await expect(readdir(folder)).rejects.toThrow("ENOENT");
});

test("the list begins with the newest and shows letters only", async () => {
  const post = outboxPost(folder);
  const first = await post.send(letterTo({ key: "acceptance:1", subject: "一通目" }));
  const second = await post.send(letterTo({ key: "acceptance:2", subject: "二通目" }));
  await utimes(path.join(folder, `${first.id}.eml`), 1000, 1000);
  await utimes(path.join(folder, `${second.id}.eml`), 2000, 2000);
  await writeFile(path.join(folder, "notes.txt"), "");
  await writeFile(path.join(folder, `${first.id}.eml.part`), "");
  expect(await listOutbox(folder)).toEqual([second.id, first.id]);
  const { letters, total } = await readLetterHeads(folder);
  expect(total).toBe(2);
  expect(letters.map(({ subject, to }) => [subject, to])).toEqual([
    ["二通目", "hanako@a.example.ac.jp"],
    ["一通目", "hanako@a.example.ac.jp"],
  ]);
});

test("an outbox that nobody has written to is empty", async () => {
  expect(await readLetterHeads(folder)).toEqual({ letters: [], total: 0 });
});

test.each([
  "../secret",
  "..%2fsecret",
  "secret",
  "acceptance-1",
  "/etc/passwd",
  "acceptance-../../secret",
  "",
])("no file can be read by the name %j", async (name) => {
  await outboxPost(folder).send(letterTo());
  await writeFile(path.join(base, "secret.eml"), "secret");
  await symlink(path.join(base, "secret.eml"), path.join(folder, "secret.eml"));
  expect(await readOutbox(folder, name)).toBeNull();
  expect(await readLetter(folder, name)).toBeNull();
});
