/** The events the workflows live by: names and ids only, for they are stored in clear by whoever runs the workflows. */
export type Events = {
  "enrollment/order.placed": { order: string; purpose: "issue" | "renew" };
  "enrollment/pin.issued": { order: string };
  "enrollment/collected": { order: string };
  "enrollment/order.ended": { order: string };
  "enrollment/ticket.locked": { order: string; at: string };
  "enrollment/revocation.asked": { enrollment: string };
  "enrollment/revoked": { enrollment: string };
};

export type EventName = keyof Events;
