import { letters } from "../../server/wiring.ts";
import { inngest } from "../client.ts";
import { ticketLocked } from "../events.ts";
import { retries } from "./retries.ts";
import { sendOrGiveUp } from "./send-or-give-up.ts";

/** Ten wrong PINs: the holder of the application learns of it at once. */
export const tellOfLockedTicket = inngest.createFunction(
  { id: "tell-of-locked-ticket", triggers: [{ event: ticketLocked }], retries },
  async ({ event, step }) => {
    const { order, at } = event.data;
    await sendOrGiveUp(step, ["locked"], `${order}:${at}`, () => letters().locked(order, at));
  },
);
