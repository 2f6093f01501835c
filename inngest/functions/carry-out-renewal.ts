import { inngest } from "../client.ts";
import { orderPlaced } from "../events.ts";
import { followOrder } from "./follow-order.ts";
import { retries } from "./retries.ts";

/** From renewal to the next certificate under the same name; the old one stays in use until then. */
export const carryOutRenewal = inngest.createFunction(
  {
    id: "carry-out-renewal",
    triggers: [{ event: orderPlaced, if: 'event.data.purpose == "renew"' }],
    idempotency: "event.data.order",
    retries,
  },
  ({ event, step }) => followOrder(step, event.data.order),
);
