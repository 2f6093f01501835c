import { inngest } from "../client.ts";
import { orderPlaced } from "../events.ts";
import { followOrder } from "./follow-order.ts";
import { retries } from "./retries.ts";

/** From application to certificate. */
export const carryOutIssuance = inngest.createFunction(
  {
    id: "carry-out-issuance",
    triggers: [{ event: orderPlaced, if: 'event.data.purpose == "issue"' }],
    idempotency: "event.data.order",
    retries,
  },
  ({ event, step }) => followOrder(step, event.data.order),
);
