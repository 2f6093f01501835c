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
  /** A member says that it was not them. */
  "enrollment/disowned": { enrollment: string };
  /** The CA has revoked, or has said that it will not. */
  "enrollment/revoked": { enrollment: string };
  /** A registrar has declined or cancelled an application. */
  "enrollment/turned.down": { enrollment: string };
  /** Somebody wants a mail sent once more. */
  "enrollment/letter.wanted": { letter: string; enrollment: string };
  /** People are to leave their institution, when the time to take that back is over. */
  "admin/offboarding.asked": { offboarding: string };
  /** There are calls of webhooks to be made. */
  "webhooks/due": Record<string, never>;
  /** There is something to be sent to NII's service. */
  "upki/queue.changed": Record<string, never>;
  /** A page with PINs was announced. */
  "upki/pin.announced": { page: string };
  /** Somebody wants the service's list compared with our applications. */
  "upki/list.wanted": Record<string, never>;
};

export type EventName = keyof Events;

function event<N extends EventName>(name: N) {
  return eventType(name, { schema: staticSchema<Events[N]>() });
}

export const orderPlaced = event("enrollment/order.placed");
export const orderChanged = event("enrollment/order.changed");
export const ticketLocked = event("enrollment/ticket.locked");
export const disowned = event("enrollment/disowned");
export const revocationAsked = event("enrollment/revocation.asked");
export const revoked = event("enrollment/revoked");
export const turnedDown = event("enrollment/turned.down");
export const letterWanted = event("enrollment/letter.wanted");
export const offboardingAsked = event("admin/offboarding.asked");
export const webhooksDue = event("webhooks/due");
export const upkiQueueChanged = event("upki/queue.changed");
export const upkiPinAnnounced = event("upki/pin.announced");
export const upkiListWanted = event("upki/list.wanted");
