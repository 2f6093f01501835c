import { letters } from "../../server/wiring.ts";
import { inngest } from "../client.ts";
import { letterWanted } from "../events.ts";
import { retries } from "./retries.ts";

/** A mail goes out once more because a registrar wants it; after the last try it is marked as failed again. */
export const sendLetterAgain = inngest.createFunction(
  { id: "send-letter-again", triggers: [{ event: letterWanted }], retries },
  async ({ event, step }) => {
    const { letter } = event.data;
    try {
      await step.run("send", async () => {
        await letters().waiting(letter);
      });
    } catch {
      await step.run("give-up", () => letters().giveUpWaiting(letter));
    }
  },
);
