/** What an open job waits for, as its page says it. */
import { expect, test } from "vitest";
import { waitingOf } from "@/server/admin/jobs.ts";

const now = new Date("2026-11-29T01:00:00Z");
const past = new Date(now.getTime() - 1000);
const next = new Date(now.getTime() + 1000);
const still = { dueAt: next, leased: false, refused: false, attempt: 0 };
const step = { attempt: 0, dueAt: next, waitsFor: null };
test.each([
  ["is worked on", { ...still, leased: true }, [], { for: "working" }],
  ["is unknown to this build", { ...still, refused: true }, [], { for: "build" }],
  ["has its turn to come", { ...still, dueAt: past }, [], { for: "turn" }],
  ["sleeps", still, [{ ...step, status: "sleeping" as const }], { for: "sleep", until: next }],
  [
    "is to be tried again",
    still,
    [{ ...step, status: "planned" as const, attempt: 2 }],
    { for: "retry", failures: 2, until: next },
  ],
  ["failed as a whole", { ...still, attempt: 1 }, [], { for: "retry", failures: 1, until: next }],
])("what it waits for when it %s", (_, run, steps, waiting) => {
  expect(waitingOf(run, steps, now)).toEqual(waiting);
});
