/** From the login to the revocation, with faults on the way: whatever the log says at its most talkative, it does not say whose it is. */
import { afterAll, expect, test, vi } from "vitest";
import { createCaller } from "@/server/api/root.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import { revokeCertificate } from "@/server/enrollment/revoke.ts";
import { subjectHash } from "@/server/log.ts";
import { demoPortal } from "@/tests/support/demo-login.ts";
import { form, openPortal } from "./portal.ts";

const lines = vi.hoisted((): string[] => []);
vi.mock("@/server/log.ts", async (original) => {
  const actual = await original<typeof import("@/server/log.ts")>();
  return { ...actual, log: actual.makeLog("trace", { write: (line: string) => void lines.push(line) }) };
});

const portal = openPortal();
const demo = demoPortal();
afterAll(() => vi.restoreAllMocks());

test("no line of the log holds a name, an address or an ePPN", async () => {
  const who = await demo.logIn("hanako");
  const loggedIn = await demo.memberOf(who);
  await demo.logIn("jiro").catch(() => {});

  const member = await portal.newMember();
  const world = portal.ports();
  await requestCertificate(world, { ...form, memberId: member.id, locale: "ja" });
  const mail = await portal.mailTo(member, "発行受付通知");
  await portal.collectWith(mail, member);
  await portal.mailTo(member, "取得通知");

  // A fault that nobody foresaw, in the middle of a member's deed, that quotes them.
  const signedIn = await world.db.member.findUniqueOrThrow({
    where: { id: member.id },
    include: { institution: true, roles: true },
  });
  const broken = {
    ...world,
    now: () => {
      throw new Error(`nothing is known of ${member.mails[0]}`);
    },
  };
  const ctx = { member: signedIn, ports: broken, strongContexts: [], reference: "ABCD2345" };
  await createCaller(ctx as never)
    .enrollment.list({ all: true })
    .catch(() => {});

  await revokeCertificate(world, { memberId: member.id, number: 1, reason: "keyCompromise" });
  await portal.mailTo(member, "失効完了通知");

  const log = lines.join("");
  expect(log).toContain("Somebody logged in");
  expect(log).toContain(subjectHash(loggedIn?.id ?? ""));
  expect(log).toContain("ABCD2345");
  expect(log).toContain("nothing is known of [address]");
  expect(log).not.toContain(loggedIn?.id);
  expect(log).not.toMatch(/hanako|kokuritsu|花子|国立|jiro|@(?:[\w-]+\.)+jp/i);
});
