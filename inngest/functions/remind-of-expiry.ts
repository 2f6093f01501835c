import { cron } from "inngest";
import { expiringWithin, reminderDays } from "../../server/enrollment/stalled.ts";
import { letters, ports } from "../../server/wiring.ts";
import { inngest } from "../client.ts";
import { retries } from "./retries.ts";

/** Every morning: who has a month left to renew is told so, once a certificate. */
export const remindOfExpiry = inngest.createFunction(
  { id: "remind-of-expiry", triggers: [cron("TZ=Asia/Tokyo 0 9 * * *")], retries },
  async ({ step }) => {
    const due = await step.run("find", () => expiringWithin(ports(), reminderDays));
    for (const enrollment of due) {
      await step.run(`remind-${enrollment}`, () => letters().remind(enrollment));
    }
  },
);
