import { closeWithdrawn } from "../../server/enrollment/carry-out.ts";
import { letters, ports } from "../../server/wiring.ts";
import { inngest } from "../client.ts";
import { turnedDown } from "../events.ts";
import { retries } from "./retries.ts";
import { sendOrGiveUp } from "./send-or-give-up.ts";

/** Declined or cancelled by a registrar: the CA closes what it has of the application, and the member is told why. */
export const turnDown = inngest.createFunction(
  { id: "turn-down", triggers: [{ event: turnedDown }], idempotency: "event.data.enrollment", retries },
  async ({ event, step }) => {
    const { enrollment } = event.data;
    await step.run("close", () => closeWithdrawn(ports(), enrollment));
    await sendOrGiveUp(step, ["declined", "cancelled"], enrollment, () => letters().turnedDown(enrollment));
  },
);
