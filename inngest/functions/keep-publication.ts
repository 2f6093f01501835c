import { cron } from "inngest";
import { ownCa } from "../../server/wiring.ts";
import { inngest } from "../client.ts";

/**
 * Every five minutes: lists that a revocation has left behind, lists that have grown enough, and the next OCSP responders. What fails is
 * done by the next run, or by the first who asks.
 */
export const keepPublication = inngest.createFunction(
  { id: "keep-publication", triggers: [cron("*/5 * * * *")], retries: 0 },
  async ({ step }) => {
    await step.run("lists", async () => (await ownCa())?.catchUp());
    await step.run("responders", async () => (await ownCa())?.renewResponders());
  },
);
