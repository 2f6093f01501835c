/** Each mail is sent once, however often and by however many it is asked for, and it is written down how it went. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "@/server/db.ts";
import { sendAcceptance } from "@/server/mail/acceptance.ts";
import { checkHeaders } from "@/server/mail/address.ts";
import { PostError } from "@/server/mail/port.ts";
import { resendPost } from "@/server/mail/resend.ts";
import { markLetterFailed } from "@/server/mail/send.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import { application, depsWith, now, rememberingPost, ticket } from "./applications.ts";

let db: Database;
let other: Database;

beforeAll(async () => {
  const url = await testDatabaseUrl();
  db = openDatabase(url);
  other = openDatabase(url, 4);
  return async () => {
    await db.$disconnect();
    await other.$disconnect();
  };
});

const letterOf = (enrollmentId: string) => db.letter.findFirstOrThrow({ where: { enrollmentId } });
const versionOf = async (id: string) => (await db.enrollment.findUniqueOrThrow({ where: { id } })).version;
const sent = { sent: true, permanent: false };
const failed = { sent: false, permanent: true };

test("a mail that went out is written down, and the application's pages learn of it", async () => {
  const { enrollment, order } = await application(db);
  const { post } = rememberingPost();
  expect(await sendAcceptance(depsWith(db, post), order.id)).toEqual(sent);
  expect(await letterOf(enrollment.id)).toMatchObject({
    key: `acceptance:${order.id}`,
    kind: "acceptance",
    recipient: "hanako@a.example.ac.jp",
    locale: "ja",
    status: "sent",
    sentAt: now,
    providerId: "sent-1",
    error: null,
  });
  expect(await versionOf(enrollment.id)).toBeGreaterThan(enrollment.version);
});

test("asked for again, it is not sent again", async () => {
  const { enrollment, order } = await application(db);
  const { post, letters } = rememberingPost();
  await sendAcceptance(depsWith(db, post), order.id);
  const version = await versionOf(enrollment.id);
  expect(await sendAcceptance(depsWith(db, post), order.id)).toEqual(sent);
  expect(letters).toHaveLength(1);
  expect(await versionOf(enrollment.id)).toBe(version);
});

test("asked for twenty times at once by two processes, it is sent once, and all learn that it was", async () => {
  const { order } = await application(db);
  const { post, letters } = rememberingPost(() => new Promise((resolve) => setImmediate(resolve)));
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => sendAcceptance(depsWith(n % 2 ? db : other, post), order.id)),
  );
  expect(letters).toHaveLength(1);
  expect(answers).toEqual(Array(20).fill(sent));
});

test("many different mails at once all go out", async () => {
  const { post, letters } = rememberingPost();
  const orders = [];
  for (let n = 0; n < 12; n++) orders.push((await application(db)).order);
  await Promise.all(orders.map(({ id }) => sendAcceptance(depsWith(db, post), id)));
  expect(new Set(letters.map(({ key }) => key)).size).toBe(12);
});

test("one that was sent when the process died goes out again under the same names, so that it can be told to be the same", async () => {
  const { enrollment, order } = await application(db);
  const dying = rememberingPost(() => {
    throw new Error("killed between sending and writing it down");
  });
  await expect(sendAcceptance(depsWith(db, dying.post), order.id)).rejects.toThrow("killed");
  expect(await letterOf(enrollment.id)).toMatchObject({ status: "waiting", sentAt: null });

  // Meanwhile the member has changed their language: the letter stays as it was.
  await db.member.update({ where: { id: enrollment.memberId }, data: { locale: "en" } });
  const { post, letters } = rememberingPost();
  expect(await sendAcceptance(depsWith(db, post), order.id)).toEqual(sent);
  expect(letters).toEqual(dying.letters);
  expect(letters[0]?.messageId).toMatch(/^<[0-9a-f]{40}@portal\.example\.ac\.jp>$/);
});

test("a fault that may pass is thrown for the workflow, and the next attempt succeeds", async () => {
  const { enrollment, order } = await application(db);
  const busy = rememberingPost(() => {
    throw new PostError("smtp 421", false);
  });
  await expect(sendAcceptance(depsWith(db, busy.post), order.id)).rejects.toThrow("smtp 421");
  expect(await letterOf(enrollment.id)).toMatchObject({ status: "waiting", error: "smtp 421" });
  const { post } = rememberingPost();
  expect(await sendAcceptance(depsWith(db, post), order.id)).toEqual(sent);
  expect(await letterOf(enrollment.id)).toMatchObject({ status: "sent", error: null });
});

describe("a mail that failed", () => {
  test("for good is written down as failed, and is not tried again", async () => {
    const { enrollment, order } = await application(db);
    const refusing = rememberingPost(() => {
      throw new PostError("smtp 550 EENVELOPE", true);
    });
    const deps = depsWith(db, refusing.post);
    expect(await sendAcceptance(deps, order.id)).toEqual(failed);
    const version = await versionOf(enrollment.id);
    expect(version).toBeGreaterThan(enrollment.version);
    expect(await sendAcceptance(deps, order.id)).toEqual(failed);
    expect(refusing.letters).toHaveLength(1);
    expect(await letterOf(enrollment.id)).toMatchObject({
      status: "failed",
      sentAt: null,
      error: "smtp 550 EENVELOPE",
    });
  });

  test("leaves no word of the letter in what is written down", async () => {
    const { enrollment, order } = await application(db, {
      mail: "hanako@a.example.ac.jp\r\nBcc: taro@example.ac.jp",
    });
    const { post } = rememberingPost((letter) => {
      checkHeaders(letter);
    });
    expect(await sendAcceptance(depsWith(db, post), order.id)).toEqual(failed);
    const letter = await letterOf(enrollment.id);
    expect(letter.error).toBe("recipient is not an address");
    expect(JSON.stringify(letter)).not.toContain(ticket);
  });

  test("in every attempt is marked by the workflow, and the pages learn of it", async () => {
    const { enrollment, order } = await application(db);
    const busy = rememberingPost(() => {
      throw new PostError("smtp 421", false);
    });
    await expect(sendAcceptance(depsWith(db, busy.post), order.id)).rejects.toThrow();
    const version = await versionOf(enrollment.id);
    await markLetterFailed(db, `acceptance:${order.id}`, "smtp 421");
    expect(await letterOf(enrollment.id)).toMatchObject({ status: "failed", error: "smtp 421" });
    expect(await versionOf(enrollment.id)).toBe(version + 1);
  });

  test("cannot be one that was sent, and one that never was asked for is no fault", async () => {
    const { enrollment, order } = await application(db);
    await sendAcceptance(depsWith(db, rememberingPost().post), order.id);
    await markLetterFailed(db, `acceptance:${order.id}`, "too late");
    await markLetterFailed(db, "acceptance:unknown", "never was");
    expect(await letterOf(enrollment.id)).toMatchObject({ status: "sent", error: null });
  });
});

test("where the ticket is gone there is nothing to tell: no mail, and no trace of one", async () => {
  const { enrollment, order } = await application(db);
  const { post, letters } = rememberingPost();
  const deps = depsWith(db, post, { ca: { collectUrl: async () => null } });
  expect(await sendAcceptance(deps, order.id)).toEqual(failed);
  expect(letters).toEqual([]);
  expect(await db.letter.count({ where: { enrollmentId: enrollment.id } })).toBe(0);
});

test("an order that does not exist is not found", async () => {
  await expect(sendAcceptance(depsWith(db, rememberingPost().post), "unknown")).rejects.toMatchObject({
    code: "not_found",
  });
});

describe("by Resend", () => {
  let server: Server;
  let keys: (string | undefined)[];
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  /** Takes every mail; answers the first `unanswered` requests by cutting the line after taking them. */
  async function standIn(unanswered: number) {
    keys = [];
    server = createServer((request, response) => {
      request.resume().on("end", () => {
        keys.push(request.headers["idempotency-key"] as string | undefined);
        if (keys.length <= unanswered) request.socket.destroy();
        else response.writeHead(200, { "Content-Type": "application/json" }).end('{"id":"49a3999c"}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return resendPost({ apiKey: "re_key", baseUrl: `http://127.0.0.1:${port}` });
  }

  test("twenty at once make one request, with the letter's key as Idempotency-Key", async () => {
    const { enrollment, order } = await application(db);
    const post = await standIn(0);
    const deps = depsWith(db, post);
    await Promise.all(Array.from({ length: 20 }, () => sendAcceptance(deps, order.id)));
    expect(keys).toEqual([`acceptance:${order.id}`]);
    expect(await letterOf(enrollment.id)).toMatchObject({ status: "sent", providerId: "49a3999c" });
  });

  test("a request whose answer was lost is made again with the same key, so that Resend sends once", async () => {
    const { order } = await application(db);
    const deps = depsWith(db, await standIn(1));
    await expect(sendAcceptance(deps, order.id)).rejects.toMatchObject({ permanent: false });
    expect(await sendAcceptance(deps, order.id)).toEqual(sent);
    expect(keys).toEqual([`acceptance:${order.id}`, `acceptance:${order.id}`]);
  });
});
