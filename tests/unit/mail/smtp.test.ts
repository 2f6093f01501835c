/** SMTP, against a server on this machine that says what the test tells it to. */

import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import PostalMime from "postal-mime";
import { afterEach, beforeEach, expect, test } from "vitest";
import { smtpPost } from "@/server/mail/smtp.ts";
import { letterTo, ticketUrl } from "./letter.ts";

/** What the server answers to a command; to what is not here it says yes. */
let answers: Record<string, string>;
let commands: string[];
let mails: string[];
let server: Server;
let post: ReturnType<typeof smtpPost>;

beforeEach(async () => {
  answers = {};
  commands = [];
  mails = [];
  server = createServer(converse);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  post = smtpPost(`smtp://127.0.0.1:${(server.address() as AddressInfo).port}?ignoreTLS=true`);
});
afterEach(async () => {
  post.close();
  await new Promise((resolve) => server.close(resolve));
});

function converse(socket: Socket) {
  let pending = "";
  let isData = false;
  const say = (line: string) => socket.write(`${line}\r\n`);
  say(answers.greeting ?? "220 stand-in");
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    pending += chunk.toString("latin1");
    for (;;) {
      const end = isData ? pending.indexOf("\r\n.\r\n") : pending.indexOf("\r\n");
      if (end < 0) return;
      const text = pending.slice(0, end);
      pending = pending.slice(end + (isData ? 5 : 2));
      if (isData) {
        isData = false;
        if (!answers.mail) mails.push(text.replace(/^\.\./gm, "."));
        say(answers.mail ?? "250 taken");
        continue;
      }
      commands.push(text);
      const verb = text.split(/[ :]/)[0]?.toUpperCase() ?? "";
      if (verb === "DATA" && !answers.DATA) isData = true;
      say(answers[verb] ?? (verb === "DATA" ? "354 go on" : "250 yes"));
    }
  });
}

test("a letter arrives with its headers, its Message-ID and its URL whole", async () => {
  const letter = letterTo();
  expect(await post.send(letter)).toEqual({ id: letter.messageId });
  expect(commands).toContain("MAIL FROM:<portal@portal.example.ac.jp>");
  expect(commands.filter((command) => command.startsWith("RCPT"))).toEqual([
    "RCPT TO:<hanako@a.example.ac.jp>",
  ]);
  const mail = await PostalMime.parse(mails[0] ?? "");
  expect(mail).toMatchObject({ subject: letter.subject, messageId: letter.messageId });
  expect(mail.text).toContain(ticketUrl);
  expect(mail.html).toContain(ticketUrl);
});

test("twenty letters at once share at most three connections", async () => {
  await Promise.all(Array.from({ length: 20 }, (_, n) => post.send(letterTo({ key: `acceptance:${n}` }))));
  expect(mails).toHaveLength(20);
  expect(commands.filter((command) => command.startsWith("EHLO")).length).toBeLessThanOrEqual(3);
});

test.each([
  ["an unknown recipient", { RCPT: "550 no such user hanako@a.example.ac.jp" }, true, "smtp 550 EENVELOPE"],
  ["a mail that is refused", { mail: "554 not this" }, true, "smtp 554 EMESSAGE"],
  ["a full mailbox", { RCPT: "452 later" }, false, "smtp 452 EENVELOPE"],
  ["a server that is busy", { greeting: "421 busy" }, false, /^smtp 421/],
  ["a server that wants none of it", { greeting: "554 go away" }, false, /^smtp 554/],
])(
  "%s: final or not, and the reason quotes nothing of the letter",
  async (_what, told, permanent, reason) => {
    answers = told;
    const fault = await post.send(letterTo()).catch((error) => error);
    expect(fault).toMatchObject({ name: "PostError", permanent, reason: expect.stringMatching(reason) });
    expect(`${fault.message}${fault.stack}`).not.toContain("hanako");
    expect(mails).toEqual([]);
  },
);

test("a password is not sent over a connection in clear", async () => {
  const { port } = server.address() as AddressInfo;
  answers = { STARTTLS: "502 not here" };
  const secret = smtpPost(`smtp://portal:secret@127.0.0.1:${port}`);
  await expect(secret.send(letterTo())).rejects.toMatchObject({ permanent: false });
  expect(commands.filter((command) => /^AUTH/i.test(command))).toEqual([]);
  expect(mails).toEqual([]);
  secret.close();
});

test("a server that cannot be reached may be there later", async () => {
  const nobody = smtpPost("smtp://127.0.0.1:9");
  await expect(nobody.send(letterTo())).rejects.toMatchObject({ permanent: false, reason: "smtp ESOCKET" });
  nobody.close();
});

test("a recipient with a second command in it never reaches the server", async () => {
  const unsafe = letterTo({ to: "hanako@example.ac.jp>\r\nRCPT TO:<taro@example.ac.jp" });
  await expect(post.send(unsafe)).rejects.toMatchObject({ permanent: true });
  expect(commands).toEqual([]);
});
