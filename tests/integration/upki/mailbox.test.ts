import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImapFlow } from "imapflow";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { freePort } from "@/bin/free-port.ts";
import { pollMailbox } from "@/server/ca/upki/imap.ts";
import { log } from "@/server/log.ts";
import { type Dovecot, openDovecot } from "@/tests/support/dovecot.ts";
import { tool } from "@/tests/support/tools.ts";

const user = "upki@portal.example.ac.jp";
const password = "p@ss/wörd 100%";
const encoded = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;

const mail = (subject: string, text = "本文") =>
  Buffer.from(`From: ca@example.ac.jp\r\nSubject: ${subject}\r\n\r\n${text}\r\n`);

describe.skipIf(!tool("dovecot"))("a mailbox at Dovecot", () => {
  const folder = mkdtempSync(join(tmpdir(), "dovecot-"));
  let server: Dovecot;
  beforeAll(async () => {
    server = await openDovecot(folder, { [user]: password });
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  const at = (path = "INBOX", login = encoded) => ({
    url: `imaps://${login}@localhost:${server.secure}/${path}`,
    authorities: [server.certificate],
  });

  /** As the mail server and its users see the folder. */
  async function asUser<T>(deed: (client: ImapFlow) => Promise<T>): Promise<T> {
    const auth = { user, pass: password };
    const client = new ImapFlow({
      host: "127.0.0.1",
      port: server.plain,
      secure: false,
      doSTARTTLS: false,
      auth,
      logger: false,
    });
    await client.connect();
    try {
      return await deed(client);
    } finally {
      await client.logout();
    }
  }
  const deliver = (to: string, ...mails: Buffer[]) =>
    asUser(async (client) => {
      for (const raw of mails) await client.append(to, raw);
    });
  const flags = (of = "INBOX") =>
    asUser(async (client) => {
      await client.mailboxOpen(of);
      const all = await client.fetchAll("1:*", { flags: true });
      return all.map((message) => [...(message.flags ?? [])].filter((flag) => flag !== "\\Recent"));
    });

  beforeEach(() =>
    asUser(async (client) => {
      await client.mailboxOpen("INBOX");
      await client.messageDelete("1:*");
    }),
  );

  test("hands on what is unseen as it came, in its order, and never again", async () => {
    const mails = [mail("一"), mail("two"), mail("three", "\u001b$B".repeat(20_000))];
    await deliver("INBOX", ...mails);
    const taken: Uint8Array[] = [];
    const take = async (raw: Uint8Array) => void taken.push(raw);
    expect(await pollMailbox(at(), take)).toEqual({ taken: 3, left: 0, tooLarge: 0 });
    expect(taken.map((raw) => Buffer.from(raw).toString())).toEqual(mails.map(String));
    expect(await flags()).toEqual([["\\Seen"], ["\\Seen"], ["\\Seen"]]);
    expect(await pollMailbox(at(), take)).toEqual({ taken: 0, left: 0, tooLarge: 0 });
    expect(taken).toHaveLength(3);
  });

  test("an empty mailbox is no fault", async () => {
    expect(await pollMailbox(at(), async () => {})).toEqual({ taken: 0, left: 0, tooLarge: 0 });
  });

  test("what cannot be taken stays unseen, holds nothing up, and comes again", async () => {
    const told = vi.spyOn(log, "error").mockImplementation(() => {});
    await deliver("INBOX", mail("bad"), mail("good"));
    const subjects: string[] = [];
    const take = async (raw: Uint8Array) => {
      const text = Buffer.from(raw).toString();
      if (text.includes("bad") && subjects.length < 2) {
        subjects.push("bad");
        throw new Error("the database is away");
      }
      subjects.push(text.includes("bad") ? "bad at last" : "good");
    };
    expect(await pollMailbox(at(), take)).toEqual({ taken: 1, left: 1, tooLarge: 0 });
    expect(await flags()).toEqual([[], ["\\Seen"]]);
    expect(await pollMailbox(at(), take)).toEqual({ taken: 1, left: 0, tooLarge: 0 });
    expect(subjects).toEqual(["bad", "good", "bad at last"]);
    expect(told).toHaveBeenCalledTimes(1);
    told.mockRestore();
  });

  test("a mail that is no mail of the service by its size is flagged, told of once, and not read", async () => {
    const warned = vi.spyOn(log, "warn").mockImplementation(() => {});
    await deliver("INBOX", mail("large", "x".repeat(512 * 1024)), mail("small"));
    const taken: number[] = [];
    const take = async (raw: Uint8Array) => void taken.push(raw.length);
    expect(await pollMailbox(at(), take)).toEqual({ taken: 1, left: 0, tooLarge: 1 });
    expect(await flags()).toEqual([["\\Flagged"], ["\\Seen"]]);
    expect(await pollMailbox(at(), take)).toEqual({ taken: 0, left: 0, tooLarge: 1 });
    expect(taken).toEqual([mail("small").length]);
    expect(warned).toHaveBeenCalledTimes(1);
    warned.mockRestore();
  });

  test("another folder is read when it is named, and without TLS at localhost", async () => {
    await asUser((client) => client.mailboxCreate("証明書.UPKI"));
    await deliver("証明書.UPKI", mail("here"));
    await deliver("INBOX", mail("not here"));
    const taken: string[] = [];
    const take = async (raw: Uint8Array) => void taken.push(Buffer.from(raw).toString());
    const url = `imap://${encoded}@localhost:${server.plain}/${encodeURIComponent("証明書.UPKI")}`;
    expect(await pollMailbox({ url }, take)).toMatchObject({ taken: 1 });
    expect(taken).toEqual([mail("here").toString()]);
  });

  const faults: [string, () => Parameters<typeof pollMailbox>[0], RegExp][] = [
    [
      "another password",
      () => at("INBOX", `${encodeURIComponent(user)}:secret123`),
      /does not take the user or the password/,
    ],
    ["a folder that is not there", () => at("Nowhere"), /Nowhere/],
    ["a certificate nobody vouches for", () => ({ ...at(), authorities: undefined }), /SELF_SIGNED/],
    [
      "a certificate of another host",
      () => ({ ...at(), url: at().url.replace("localhost", "127.0.0.1") }),
      /altname/i,
    ],
  ];
  test.each(faults)("%s is told in one sentence without a secret", async (_, mailbox, said) => {
    const told = await pollMailbox(mailbox(), async () => {}).catch((error: Error) => error);
    expect(told).toBeInstanceOf(Error);
    const { message, cause } = told as Error;
    expect(message).toMatch(/^The mailbox at (localhost|127\.0\.0\.1):\d+ could not be read: .+\.$/);
    expect(message).toMatch(said);
    expect(message).not.toMatch(/secret123|p@ss|p%40ss|upki@/);
    expect(cause).toBeUndefined();
  });
});

test("a server that is not there is told in one sentence", async () => {
  const url = `imaps://upki:secret123@localhost:${await freePort()}`;
  await expect(pollMailbox({ url }, async () => {})).rejects.toThrow(
    /^The mailbox at localhost:\d+ could not be read: .*ECONNREFUSED.*\.$/,
  );
});

test.each([
  ["no URL", "mailbox"],
  ["another protocol", "https://upki:secret123@imap.example.ac.jp/INBOX"],
  ["a password in clear to another host", "imap://upki:secret123@imap.example.ac.jp/INBOX"],
  ["no user", "imaps://imap.example.ac.jp/INBOX"],
  ["no password", "imaps://upki@imap.example.ac.jp/INBOX"],
  ["a half encoding", "imaps://upki:secret123%E3@imap.example.ac.jp/INBOX"],
])("a setting with %s is told with what to do", async (_, url) => {
  const told = await pollMailbox({ url }, async () => {}).catch((error: Error) => error.message);
  expect(told).toMatch(/^UPKI_IMAP_URL .+: set it to imaps:\/\/user:password@host\/folder, .+\.$/);
  expect(told).not.toContain("secret123");
});
