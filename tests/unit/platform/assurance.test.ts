import { describe, expect, test } from "vitest";
import {
  aal2Context,
  type GuardedDeed,
  guardedDeeds,
  ial2Assurance,
  isGuarded,
  type Missing,
  missingFor,
  type Policy,
  type Proof,
  refedsMfaContext,
  strongContexts,
} from "@/server/assurance.ts";

const now = new Date("2026-11-22T01:00:00Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const password = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
const contexts = strongContexts({ acceptRefedsMfa: false });

const open: Policy = { aal2For: [], ial2For: [] };
const aal2 = { aal2For: ["request"], ial2For: [] };
const ial2 = { aal2For: [], ial2For: ["request"] };
const both = { aal2For: ["request"], ial2For: ["request"] };

const login = (authnContext: string | null, seconds: number, assurance: string[] = []): Proof => ({
  authnContext,
  authnAt: ago(seconds),
  assurance,
});
const weak = login(password, 5);
const strong = login(aal2Context, 5);
const proven = login(password, 5, [ial2Assurance]);

describe("what is missing for an application", () => {
  const table: [string, Policy, Proof, Missing | null][] = [
    ["nothing, where the institution asks for nothing", open, weak, null],
    ["a strong login, after a password alone", aal2, weak, "aal2"],
    ["a strong login, where the institution states no method", aal2, login(null, 5), "aal2"],
    ["nothing, right after a strong login", aal2, strong, null],
    ["nothing, 9 minutes 59 seconds after a strong login", aal2, login(aal2Context, 599), null],
    ["a strong login, 10 minutes after the last one", aal2, login(aal2Context, 600), "aal2"],
    ["nothing, where the institution's clock is a little ahead", aal2, login(aal2Context, -60), null],
    ["a strong login, where its name only begins like AAL2", aal2, login(`${aal2Context}x`, 5), "aal2"],
    ["a strong login, where REFEDS MFA does not count here", aal2, login(refedsMfaContext, 5), "aal2"],
    ["an identity proof, which the institution did not state", ial2, strong, "ial2"],
    ["nothing, with an identity proof, however weak the login", ial2, proven, null],
    [
      "nothing, with an identity proof stated hours ago",
      ial2,
      login(password, 20_000, [ial2Assurance]),
      null,
    ],
    [
      "an identity proof, where only IAL1 was stated",
      ial2,
      login(password, 5, [`${ial2Assurance}0`]),
      "ial2",
    ],
    ["the identity proof first, for no login brings it", both, weak, "ial2"],
    ["a strong login, with an identity proof and a password", both, proven, "aal2"],
    ["nothing, with both", both, login(aal2Context, 5, [ial2Assurance]), null],
  ];
  test.each(table)("is %s", (_, policy, proof, missing) => {
    expect(missingFor("request", policy, proof, contexts, now)).toBe(missing);
  });
});

test.each(guardedDeeds)("a policy for %s holds for no other deed", (deed) => {
  const policy = { aal2For: [deed], ial2For: [] };
  const asked = guardedDeeds.filter((one) => missingFor(one, policy, weak, contexts, now) !== null);
  expect(asked).toEqual([deed] satisfies GuardedDeed[]);
  expect(guardedDeeds.filter((one) => isGuarded(one, policy))).toEqual([deed]);
});

test("REFEDS MFA counts where it is set so, and GakuNin's own is asked for first", () => {
  const accepted = strongContexts({ acceptRefedsMfa: true });
  expect(accepted).toEqual([aal2Context, refedsMfaContext]);
  expect(missingFor("request", aal2, login(refedsMfaContext, 5), accepted, now)).toBeNull();
});
