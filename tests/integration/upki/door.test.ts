/** The way in for mails: POST /api/upki/mail, as a mail server's pipe uses it. */
import { expect, test } from "vitest";
import { takePosted } from "@/server/ca/upki/door.ts";
import { mostOctets } from "@/server/ca/upki/intake.ts";
import { deadLetters } from "@/server/ca/upki/office.ts";
import { openDesk } from "./desk.ts";

const desk = openDesk();

function post(body: Uint8Array | string, authorization = `Bearer ${desk.settings().UPKI_MAIL_SECRET}`) {
  const init = { method: "POST", headers: { authorization }, body: Buffer.from(body) };
  return takePosted(desk.nii(), new Request("http://localhost/api/upki/mail", init));
}

const kept = () => desk.db().upkiMail.count();

test.each([["Bearer wrong"], ["Basic eDp5"], [""], ["Bearer "]])(
  "whoever does not know the secret (%j) hands on nothing",
  async (authorization) => {
    const answer = await post("From: a@example.ac.jp\r\n\r\nHello", authorization);
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain(desk.settings().UPKI_MAIL_SECRET);
    expect(await kept()).toBe(0);
  },
);

test("where no secret is set, or the CA is another, nobody may", async () => {
  const { mailSecret: _, ...without } = desk.nii();
  const request = () => new Request("http://localhost/api/upki/mail", { method: "POST", body: "x" });
  expect((await takePosted({ ...without, mailSecret: undefined }, request())).status).toBe(404);
  expect((await takePosted(null, request())).status).toBe(404);
});

test("what is too long, or nothing at all, is not kept, and the answer says so", async () => {
  expect((await post(new Uint8Array(mostOctets + 1))).status).toBe(413);
  expect((await post("")).status).toBe(400);
  expect(await kept()).toBe(0);
});

test("whatever it holds, a mail is kept, sealed, once, and listed with the reason when nothing can be made of it", async () => {
  const secret = "a-sentence-that-nobody-may-read";
  const raw = `From: somebody@example.ac.jp\r\nSubject: hello\r\n\r\n${secret}\r\n`;
  const answers = await Promise.all([post(raw), post(raw), post(raw)]);
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
  expect(await kept()).toBe(1);
  expect(await deadLetters(desk.world(), null)).toMatchObject([{ what: "mail", reason: "not_signed" }]);
  // It is of no institution: only operators see it.
  expect(await deadLetters(desk.world(), ["some-institution"])).toEqual([]);
  const rows = await desk.db().$queryRaw<{ text: string }[]>`SELECT m::text AS text FROM "UpkiMail" m`;
  expect(rows.map(({ text }) => text).join("")).not.toContain(secret);
});

test("a mail that is signed and of no application waits for somebody who knows; assigned, it tells of the certificate", async () => {
  const { assignDead, discardDead, retryDead } = await import("@/server/ca/upki/looked-after.ts");
  const member = await desk.newMember();
  await desk.apply(member);
  await desk.settle();
  const own = await desk
    .db()
    .upkiRequest.findFirstOrThrow({ where: { enrollmentId: await desk.enrollmentOf(member) } });
  // As if the service wrote the name otherwise than it was asked for.
  await desk.db().upkiRequest.update({
    where: { id: own.id },
    data: { nameKey: "another", commonNameKey: "another" },
  });
  const serial = await desk.collect(member);
  await desk.settle();
  const find = async () => (await deadLetters(desk.world(), null)).find((letter) => letter.serial === serial);
  const letter = await find();
  expect(letter).toMatchObject({ reason: "unknown_name", kind: "collected" });

  const mine = { id: letter?.id ?? "", what: "mail" as const, institutions: null, by: "admin" };
  const others = { ...mine, institutions: ["another-institution"] };
  expect(await retryDead(desk.world(), mine)).toBe("still_dead");
  expect(await retryDead(desk.world(), others)).toBe("gone");
  expect(await discardDead(desk.world(), others)).toBe("gone");
  expect(await assignDead(desk.world(), { ...others, requestId: own.id })).toBe("gone");
  expect(await assignDead(desk.world(), { ...mine, requestId: own.id })).toBe("done");
  expect(await desk.detail(member)).toMatchObject({ status: "active", serial: { decimal: serial } });
  expect(await find()).toBeUndefined();
  expect(await assignDead(desk.world(), { ...mine, requestId: own.id })).toBe("gone");
});
