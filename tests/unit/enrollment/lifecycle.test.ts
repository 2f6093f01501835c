import { describe, expect, test } from "vitest";
import {
  certificateState,
  type Happening,
  hindranceToRenewal,
  hindranceToRevocation,
  isLiving,
  isUnderWay,
  next,
  type Status,
  statuses,
} from "@/server/enrollment/lifecycle.ts";

const happenings: Happening[] = [
  "approved",
  "declined",
  "cancelled",
  "pin_issued",
  "collected",
  "refused",
  "lapsed",
  "renewal_asked",
  "revocation_asked",
  "revoked",
  "revocation_refused",
  "term_ended",
];

/** Every way there is; what is not named here must not exist. */
const ways: [Status, Happening, Status][] = [
  ["awaiting_approval", "approved", "requested"],
  ["awaiting_approval", "declined", "declined"],
  ["awaiting_approval", "cancelled", "cancelled"],
  ["requested", "cancelled", "cancelled"],
  ["pin_ready", "cancelled", "cancelled"],
  ["requested", "pin_issued", "pin_ready"],
  ["requested", "refused", "failed"],
  ["requested", "lapsed", "lapsed"],
  ["pin_ready", "collected", "active"],
  ["pin_ready", "lapsed", "lapsed"],
  ["pin_ready", "refused", "failed"],
  ["active", "renewal_asked", "renewing"],
  ["active", "revocation_asked", "revoking"],
  ["active", "term_ended", "expired"],
  ["active", "collected", "active"],
  ["active", "revoked", "revoked"],
  ["renewing", "pin_issued", "renewal_pin_ready"],
  ["renewing", "refused", "active"],
  ["renewing", "lapsed", "active"],
  ["renewing", "revocation_asked", "revoking"],
  ["renewing", "revoked", "revoked"],
  ["renewal_pin_ready", "collected", "active"],
  ["renewal_pin_ready", "lapsed", "active"],
  ["renewal_pin_ready", "refused", "active"],
  ["renewal_pin_ready", "revocation_asked", "revoking"],
  ["renewal_pin_ready", "revoked", "revoked"],
  ["revoking", "revoked", "revoked"],
  ["revoking", "revocation_refused", "active"],
  ["revoking", "collected", "revoking"],
  ["expired", "collected", "active"],
  ["expired", "revoked", "revoked"],
  ["lapsed", "collected", "active"],
  ["failed", "collected", "active"],
  ["cancelled", "collected", "active"],
];

describe("the life of an application", () => {
  for (const status of statuses) {
    for (const happening of happenings) {
      const way = ways.find(([from, what]) => from === status && what === happening);
      test(`${status}: ${happening} leads to ${way?.[2] ?? "nothing"}`, () => {
        expect(next(status, happening)).toBe(way?.[2] ?? null);
      });
    }
  }

  test("what is revoked or declined is dead for good; what is expired, lapsed, failed or cancelled until the CA tells of a certificate", () => {
    const dead = statuses.filter((status) => !isLiving(status));
    expect(dead).toEqual(["revoked", "expired", "lapsed", "failed", "declined", "cancelled"]);
    for (const status of dead) {
      const back = happenings.filter((what) => isLiving(next(status, what) ?? "revoked"));
      expect(back).toEqual(["revoked", "declined"].includes(status) ? [] : ["collected"]);
    }
  });

  test("a page looks again by itself only while somebody is at work or something waits to be fetched", () => {
    expect(statuses.filter(isUnderWay)).toEqual([
      "awaiting_approval",
      "requested",
      "pin_ready",
      "renewing",
      "renewal_pin_ready",
      "revoking",
    ]);
  });
});

describe("証明書の状態 never claims more than is true", () => {
  const now = new Date("2026-11-22T00:00:00Z");
  const ahead = new Date("2027-11-22T00:00:00Z");
  const past = new Date("2026-11-21T23:59:59Z");
  const table: [Status, Date | null, string][] = [
    ["requested", null, "waiting"],
    ["pin_ready", null, "waiting"],
    ["active", ahead, "valid"],
    ["active", past, "expired"],
    ["active", now, "expired"],
    ["renewing", ahead, "valid"],
    ["renewal_pin_ready", ahead, "valid"],
    ["renewal_pin_ready", past, "expired"],
    ["revoking", ahead, "valid"],
    ["revoked", ahead, "revoked"],
    ["revoked", past, "revoked"],
    ["expired", past, "expired"],
    ["lapsed", null, "uncollected"],
    ["failed", null, "none"],
    ["awaiting_approval", null, "waiting"],
    ["declined", null, "none"],
    ["cancelled", null, "none"],
  ];
  for (const [status, notAfter, state] of table) {
    test(`${status} with ${notAfter?.toISOString() ?? "no certificate"} reads ${state}`, () => {
      expect(certificateState(status, notAfter, now)).toBe(state);
    });
  }
});

describe("a button that may not be used says why", () => {
  const table: [Status, string | null, string | null][] = [
    ["requested", "not_collected", "not_collected"],
    ["pin_ready", "not_collected", "not_collected"],
    ["active", null, null],
    ["renewing", "renewing", null],
    ["renewal_pin_ready", "renewing", null],
    ["revoking", "revoking", "revoking"],
    ["revoked", "revoked", "revoked"],
    ["expired", "expired", "expired"],
    ["lapsed", "ended", "ended"],
    ["failed", "ended", "ended"],
    ["awaiting_approval", "not_collected", "not_collected"],
    ["declined", "ended", "ended"],
    ["cancelled", "ended", "ended"],
  ];
  for (const [status, renewal, revocation] of table) {
    test(`${status}: renewal ${renewal ?? "may be asked for"}, revocation ${revocation ?? "may be asked for"}`, () => {
      expect(hindranceToRenewal(status)).toBe(renewal);
      expect(hindranceToRevocation(status)).toBe(revocation);
    });
  }
});
