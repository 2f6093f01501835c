/** What a registrar may do with somebody else's application, and which mails may go out once more. */
import { describe, expect, test } from "vitest";
import { mayDecide } from "@/server/enrollment/approval.ts";
import { deedsFor, whyMayNot } from "@/server/enrollment/deeds-for.ts";
import { type Status, statuses } from "@/server/enrollment/lifecycle.ts";
import { type Matter, partsOf, whyNotAgain } from "@/server/enrollment/send-again.ts";

const registrar = { institutions: ["a"] };
const operator = { institutions: null };

test.each([
  ["a registrar, of somebody else's", registrar, "taro", true],
  ["a registrar, of their own", registrar, "hanako", false],
  ["an operator, of somebody else's", operator, "taro", true],
  ["an operator, of their own", operator, "hanako", true],
])("%s: may decide is %#", (_, scope, applicant, may) => {
  expect(mayDecide(scope, "hanako", applicant)).toBe(may);
});

/** The states in which each deed may be done; in all others it may not. */
const when: Record<(typeof deedsFor)[number], Status[]> = {
  approve: ["awaiting_approval"],
  decline: ["awaiting_approval"],
  cancel: ["awaiting_approval", "requested", "pin_ready"],
  revoke: ["active", "renewing", "renewal_pin_ready"],
  unlock: [],
};

describe.each(statuses)("%s", (status) => {
  test.each(deedsFor)("%s", (deed) => {
    const may = whyMayNot({ status, ticket: null, memberId: "taro" }, registrar, "hanako")[deed];
    expect(may).toBe(when[deed].includes(status) ? null : "not_now");
  });
});

test("a locked ticket may be unlocked, an open one not; one's own application is not one's own to approve", () => {
  const of = (locked: boolean) =>
    whyMayNot({ status: "pin_ready", ticket: { locked }, memberId: "taro" }, registrar, "hanako").unlock;
  expect([of(true), of(false)]).toEqual([null, "not_now"]);
  const own = whyMayNot(
    { status: "awaiting_approval", ticket: null, memberId: "hanako" },
    registrar,
    "hanako",
  );
  expect(own).toMatchObject({ approve: "own", decline: "own", cancel: null });
});

const ticket = {
  locked: false,
  triesLeft: 10,
  expiresAt: new Date("2026-12-22T00:00:00Z"),
  urlFrom: "portal" as const,
};
const order = { status: "pin_issued" as const, serial: null, urlHeldAt: null, urlReleasedAt: null };
const enrollment = { status: "pin_ready" as Status, mail: "hanako@a.example.ac.jp", serial: null };
const matter: Matter = { enrollment, order, ticket };
const collected: Matter = {
  enrollment: { ...enrollment, status: "active", serial: "0a" },
  order: { ...order, status: "collected", serial: "0a" },
  ticket: null,
};
const heldOrder = { ...order, urlHeldAt: new Date() };
const revoked: Matter = { ...collected, enrollment: { ...collected.enrollment, status: "revoked" } };

test.each([
  ["acceptance:o", matter, null],
  ["acceptance:o", { ...matter, ticket: null }, "over"],
  ["acceptance:o", { ...matter, ticket: { ...ticket, urlFrom: "ca" } }, "sent_by_ca"],
  ["acceptance:o", { ...matter, order: heldOrder }, "over"],
  ["acceptance:o", { ...matter, enrollment: { ...enrollment, mail: "new@a.example.ac.jp" } }, "elsewhere"],
  ["acceptance:o", collected, "over"],
  ["held:o", { ...matter, order: heldOrder }, null],
  ["held:o", matter, "over"],
  ["locked:o:2026-11-22T01:00:00.000Z", { ...matter, ticket: { ...ticket, locked: true } }, null],
  ["locked:o:2026-11-22T01:00:00.000Z", matter, "over"],
  ["acquisition:o", collected, null],
  ["acquisition:o", revoked, "over"],
  ["renewal:o", { ...collected, enrollment: { ...collected.enrollment, serial: "0b" } }, "over"],
  ["reminder:e:0a:30", collected, null],
  ["reminder:e:0b:30", collected, "over"],
  ["revocation:e", revoked, null],
  ["revocation:e", collected, "over"],
  ["declined:e", { ...matter, enrollment: { ...enrollment, status: "declined" } }, null],
  ["cancelled:e", { ...matter, enrollment: { ...enrollment, status: "declined" } }, "over"],
] as [string, Matter, string | null][])("%s, case %#: %s", (key, about, expected) => {
  const kind = key.split(":")[0] ?? "";
  const letter = { kind, key, recipient: enrollment.mail };
  expect(whyNotAgain({ ...letter, status: "sent" }, about)).toBe(expected);
  expect(whyNotAgain({ ...letter, status: "failed" }, about)).toBe(expected);
  expect(whyNotAgain({ ...letter, status: "waiting" }, about)).toBe("under_way");
});

test("a letter's key falls into its parts", () => {
  expect(partsOf({ kind: "reminder", key: "reminder:e:0a:30" })).toEqual(["e", "0a", "30"]);
});
