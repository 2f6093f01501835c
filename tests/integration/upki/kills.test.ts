/** Processes that die at their work with the service, at each point of it: whoever comes next goes on, and nothing is sent twice or lost. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Member } from "@/server/generated/prisma/client.ts";
import { openDesk } from "./desk.ts";
import type { Errand } from "./kill-victim.ts";

const desk = openDesk();

/** Its exit: by SIGKILL where it came to that point. */
async function dies(errand: Pick<Errand, "deed" | "dieAt" | "mail">): Promise<boolean> {
  const whole: Errand = {
    ...errand,
    databaseUrl: desk.databaseUrl(),
    settings: desk.settings(),
    ahead: desk.ahead(),
  };
  const args = [
    "--disable-warning=ExperimentalWarning",
    join(import.meta.dirname, "kill-victim.ts"),
    JSON.stringify(whole),
  ];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, LOG_LEVEL: "silent" },
  });
  const [code, signal] = await once(child, "exit");
  if (signal === null && code !== 0) throw new Error(`the process ended with ${code}`);
  return signal === "SIGKILL";
}

async function expectOnce(member: Member, kinds: readonly string[]): Promise<void> {
  const known = await desk.known(member);
  expect(known.map(({ kind, uploads }) => [kind, uploads])).toEqual(kinds.map((kind) => [kind, 1]));
}

async function active(): Promise<Member> {
  const member = await desk.newMember();
  await desk.apply(member);
  await desk.settle();
  await desk.collect(member);
  await desk.settle();
  expect(await desk.detail(member)).toMatchObject({ status: "active" });
  return member;
}

describe("while it sends", () => {
  test.each([
    ["issue", "before_asking"],
    ["issue", "after_answer"],
    ["renew", "before_asking"],
    ["renew", "after_answer"],
    ["revoke", "before_asking"],
    ["revoke", "after_answer"],
  ] as const)("%s, %s", async (deed, dieAt) => {
    const member = deed === "issue" ? await desk.newMember() : await active();
    if (deed === "issue") await desk.apply(member);
    if (deed === "renew") await desk.renew(member);
    if (deed === "revoke") await desk.revoke(member);
    expect(await dies({ deed: "send", dieAt })).toBe(true);
    // At once another is not to send it: the first may still be at it.
    await desk.nii().send();
    await desk.recover(member);
    const status = { issue: "pin_ready", renew: "renewal_pin_ready", revoke: "revoked" }[deed];
    expect(await desk.detail(member)).toMatchObject({ status });
    await expectOnce(member, deed === "issue" ? ["issue"] : ["issue", deed]);
  });
});

describe("while it fetches PINs", () => {
  test.each([
    ["before it asks, and when it has read all but told nothing", "before_asking"],
    ["in the transaction that tells of the PIN", "before_telling"],
    ["at the end of that transaction", "after_telling"],
  ] as const)("%s: the PIN comes all the same", async (_name, dieAt) => {
    const member = await desk.newMember();
    await desk.apply(member);
    await desk.nii().send();
    await desk.mailsHaveCome();
    expect(await dies({ deed: "pins", dieAt })).toBe(true);
    await desk.recover(member);
    expect(await desk.detail(member)).toMatchObject({ status: "pin_ready" });
    await desk.collect(member);
    await desk.recover(member);
    expect(await desk.detail(member)).toMatchObject({ status: "active" });
  });

  test("between the page's answer and the first write the PIN is gone, and that is said", async () => {
    const member = await desk.newMember();
    await desk.apply(member);
    await desk.nii().send();
    await desk.mailsHaveCome();
    expect(await dies({ deed: "pins", dieAt: "after_answer" })).toBe(true);
    await desk.recover(member);
    expect(await desk.detail(member)).toMatchObject({ status: "requested", pin: { state: "not_yet" } });
    const own = await desk
      .db()
      .upkiRequest.findFirstOrThrow({ where: { enrollmentId: await desk.enrollmentOf(member) } });
    expect(
      await desk.db().upkiDifference.findFirst({ where: { requestId: own.id, status: "open" } }),
    ).toMatchObject({
      kind: "pin_missing",
    });
  });
});

describe("while it takes a mail", () => {
  test.each(["before_telling", "after_telling"] as const)("%s", async (dieAt) => {
    const member = await desk.newMember();
    await desk.apply(member);
    await desk.settle();
    await desk.arm({ kind: "mail_lost", mail: "collected" });
    const serial = await desk.collect(member);
    const { mails } = await desk.control("/state");
    const lost = mails.findLast(
      ({ kind, lost }: { kind: string; lost: boolean }) => kind === "collected" && lost,
    );
    const raw = Buffer.from(await (await fetch(`${desk.site().controlUrl}/mails/${lost.id}`)).arrayBuffer());
    expect(await dies({ deed: "mail", dieAt, mail: raw.toString("base64") })).toBe(true);
    expect(await desk.detail(member)).toMatchObject({ status: "pin_ready" });
    // It was kept before it was dealt with.
    await desk.nii().catchUp();
    expect(await desk.detail(member)).toMatchObject({ status: "active", serial: { decimal: serial } });
  });
});

test("while it compares the list: the next comparison tells the rest", async () => {
  const members = await Promise.all([1, 2, 3].map(() => desk.newMember()));
  for (const member of members) await desk.apply(member);
  await desk.settle();
  await desk.arm({ kind: "mail_lost", mail: "collected", times: 3 });
  for (const member of members) await desk.collect(member);
  expect(await dies({ deed: "list", dieAt: "after_telling" })).toBe(true);
  desk.pass(10);
  await desk.nii().reconcile();
  for (const member of members) {
    const detail = await desk.detail(member);
    expect(detail.status).toBe("active");
    expect(detail.history.filter(({ deed }) => deed === "collected")).toHaveLength(1);
  }
});
