/** The events the workflows live by: names and ids only, for they are stored in clear by whoever runs the workflows. */
import { eventType, staticSchema } from "inngest";

/** Every event by its name. */
export type Events = {
  /** An order for a certificate was committed. */
  "enrollment/order.placed": { order: string; purpose: "issue" | "renew" };
  /** The CA has told something of an order, or it was withdrawn. */
  "enrollment/order.changed": { order: string };
  "enrollment/ticket.locked": { order: string; at: string };
  "enrollment/revocation.asked": { enrollment: string };
  "enrollment/revoked": { enrollment: string };
};

export type EventName = keyof Events;

function event<N extends EventName>(name: N) {
  return eventType(name, { schema: staticSchema<Events[N]>() });
}

export const orderPlaced = event("enrollment/order.placed");
export const orderChanged = event("enrollment/order.changed");
export const ticketLocked = event("enrollment/ticket.locked");
export const revocationAsked = event("enrollment/revocation.asked");
export const revoked = event("enrollment/revoked");
