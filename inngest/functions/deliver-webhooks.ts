import { cron } from "inngest";
import { deliverDue, forgetDeliveries } from "../../server/webhooks/deliver.ts";
import { webhookWorld } from "../../server/wiring.ts";
import { inngest } from "../client.ts";
import { webhooksDue } from "../events.ts";

/** As soon as there is something to tell, and every minute for what did not go: when to try again is written with each call. */
export const deliverWebhooks = inngest.createFunction(
  { id: "deliver-webhooks", triggers: [{ event: webhooksDue }, cron("* * * * *")], retries: 0 },
  async ({ step }) => {
    await step.run("deliver", () => deliverDue(webhookWorld()));
  },
);

/** The log of calls holds no longer than it says. */
export const forgetWebhookCalls = inngest.createFunction(
  { id: "forget-webhook-calls", triggers: [cron("11 4 * * *")], retries: 3 },
  async ({ step }) => {
    await step.run("forget", () => forgetDeliveries(webhookWorld()));
  },
);
