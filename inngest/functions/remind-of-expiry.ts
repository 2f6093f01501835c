import { cron } from "inngest";
import { expiringWithin, reminderDays } from "../../server/enrollment/stalled.ts";
import { log } from "../../server/log.ts";
import { letters, ports } from "../../server/wiring.ts";
import { inngest } from "../client.ts";
import { retries } from "./retries.ts";

/** A mail that will not go holds up nobody else's: it is tried again the next morning, and there are many left. */
async function remind(enrollment: string): Promise<void> {
  try {
    await letters().remind(enrollment);
  } catch (err) {
    log.warn({ err, enrollment }, "a reminder was not sent; it is due again tomorrow");
  }
}

/** Every morning: who has a month left to renew is told so, once a certificate. */
export const remindOfExpiry = inngest.createFunction(
  { id: "remind-of-expiry", triggers: [cron("TZ=Asia/Tokyo 0 9 * * *")], retries },
  async ({ step }) => {
    const due = await step.run("find", () => expiringWithin(ports(), reminderDays));
    for (const enrollment of due) {
      await step.run(`remind-${enrollment}`, () => remind(enrollment));
    }
  },
);
