/** What a registrar or an operator may do with an application in its member's place, and why not. Pure rules. */
import type { TicketView } from "../ports.ts";
import type { Scope } from "../roles.ts";
import { mayDecide } from "./approval.ts";
import { hindranceToRevocation, next, type Status } from "./lifecycle.ts";

export const deedsFor = ["approve", "decline", "cancel", "revoke", "unlock"] as const;
export type DeedFor = (typeof deedsFor)[number];

/** `not_now`: its state does not know the deed; `own`: nobody decides on their own application. */
export type MayNot = "not_now" | "own";

/** By deed: null where it may be done now. */
export function whyMayNot(
  {
    status,
    ticket,
    memberId,
  }: { status: Status; ticket: Pick<TicketView, "locked"> | null; memberId: string },
  scope: Scope,
  by: string,
): Record<DeedFor, MayNot | null> {
  const now = (may: boolean) => (may ? null : "not_now");
  const decide = mayDecide(scope, by, memberId) ? null : "own";
  return {
    approve: now(next(status, "approved") !== null) ?? decide,
    decline: now(next(status, "declined") !== null) ?? decide,
    cancel: now(next(status, "cancelled") !== null),
    revoke: now(hindranceToRevocation(status) === null),
    unlock: now(ticket?.locked === true),
  };
}
