import { describe, expect, test } from "vitest";
import { type Candidate, strongestFirst, whoIsMeant } from "@/server/federation/people/identity.ts";

const now = new Date("2026-11-22T03:00:00Z");
const monthsAgo = (months: number, days = 0) => new Date(Date.UTC(2026, 10 - months, 22 - days, 3, 0, 0));

/** Somebody known by these identifiers; `e1@24` was last stated 24 months ago, the others yesterday. */
function known(memberId: string, ...identifiers: string[]): Candidate {
  return {
    memberId,
    identifiers: identifiers.map((written) => {
      const [subject = "", months] = written.split("@");
      return {
        subject: subjects[subject] ?? subject,
        seenAt: months ? monthsAgo(Number(months)) : monthsAgo(0, 1),
      };
    }),
  };
}

const subjects: Record<string, string> = {
  u1: "uniqueId:1@a.example.ac.jp",
  u2: "uniqueId:2@a.example.ac.jp",
  p1: "pairwiseId:1@a.example.ac.jp",
  p2: "pairwiseId:2@a.example.ac.jp",
  t1: "targetedId:1",
  t2: "targetedId:2",
  e1: "eppn:hanako@a.example.ac.jp",
  e2: "eppn:kokuritsu@a.example.ac.jp",
};

type Row = [sentence: string, stated: string, candidates: Candidate[], meant: string | null];

const table: Row[] = [
  ["nobody is known by it", "u1 e1", [], null],
  // the strongest that is known
  ["the same unique ID", "u1", [known("hanako", "u1")], "hanako"],
  ["the same unique ID with another ePPN: renamed", "u1 e2", [known("hanako", "u1", "e1")], "hanako"],
  ["the same unique ID after many years", "u1", [known("hanako", "u1@60")], "hanako"],
  [
    "the same unique ID with a new targeted ID: the provider computes it anew",
    "u1 t2",
    [known("hanako", "u1", "t1")],
    "hanako",
  ],
  [
    "the same unique ID, while the ePPN is another's by now",
    "u1 e1",
    [known("hanako", "u1"), known("taro", "u2", "e1")],
    "hanako",
  ],
  ["the same targeted ID, and a unique ID for the first time", "u1 t1", [known("hanako", "t1")], "hanako"],
  [
    "the same pairwise ID, and a unique ID for the first time",
    "u1 p1 e1",
    [known("hanako", "p1", "e1")],
    "hanako",
  ],
  ["only the weaker of two that are known", "t1 e1", [known("hanako", "u1", "t1", "e1")], "hanako"],
  ["two people's: the strongest says who", "u1 t2", [known("taro", "t2"), known("hanako", "u1")], "hanako"],
  // somebody else by a stronger kind
  ["the same targeted ID with another unique ID", "u2 t1", [known("hanako", "u1", "t1")], null],
  ["the same targeted ID with another pairwise ID", "p2 t1", [known("hanako", "p1", "t1")], null],
  ["the same pairwise ID with another unique ID", "u2 p1 e1", [known("hanako", "u1", "p1", "e1")], null],
  // ePPN given to another person
  ["the same ePPN with another unique ID", "u2 e1", [known("hanako", "u1", "e1")], null],
  ["the same ePPN with another targeted ID", "t2 e1", [known("hanako", "t1", "e1")], null],
  ["the same ePPN with another kind of strong identifier", "u2 e1", [known("hanako", "t1", "e1")], null],
  // ePPN alone
  ["the same ePPN and nothing else, ever", "e1", [known("hanako", "e1")], "hanako"],
  ["the same ePPN, 23 months later", "e1", [known("hanako", "e1@23")], "hanako"],
  ["the same ePPN, 24 months later: it may be another person's", "e1", [known("hanako", "e1@24")], null],
  ["the same ePPN, 25 months later", "e1", [known("hanako", "e1@25")], null],
  [
    "the same ePPN of somebody known by more, whose provider states less now",
    "e1",
    [known("hanako", "u1", "e1")],
    "hanako",
  ],
  ["an ePPN that somebody known by more had 24 months ago", "e1", [known("hanako", "u1", "e1@24")], null],
  // a provider that begins to state more
  [
    "a unique ID for the first time, for somebody known by ePPN only",
    "u1 e1",
    [known("hanako", "e1")],
    "hanako",
  ],
  ["a targeted ID for the first time, 23 months later", "t1 e1", [known("hanako", "e1@23")], "hanako"],
  ["a unique ID for the first time, 24 months later", "u1 e1", [known("hanako", "e1@24")], null],
];

describe("who is meant", () => {
  test.each(table)("by %s", (_, stated, candidates, meant) => {
    const identifiers = stated.split(" ").map((name) => subjects[name] ?? "");
    expect(whoIsMeant(identifiers, candidates, now)).toBe(meant);
  });

  test("does not depend on the order in which people are found", () => {
    const [one, other] = [known("hanako", "u1", "e2"), known("taro", "e1")];
    const stated = [subjects.u1 ?? "", subjects.e1 ?? ""];
    expect(whoIsMeant(stated, [one, other], now)).toBe("hanako");
    expect(whoIsMeant(stated, [other, one], now)).toBe("hanako");
  });

  test("by the strongest they are known by, which stands in their record", () => {
    const all = ["eppn:e", "targetedId:t", "pairwiseId:p", "uniqueId:u"];
    expect(strongestFirst(all)).toEqual(all.toReversed());
  });
});
