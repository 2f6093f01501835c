import { cron } from "inngest";
import { ownCa } from "../../server/wiring.ts";
import { inngest } from "../client.ts";

/** Fresh revocation lists of every issuer each day, long before the last ones' nextUpdate. */
export const publishCrl = inngest.createFunction(
  { id: "publish-crl", triggers: [cron("TZ=Asia/Tokyo 30 3 * * *")], retries: 12 },
  async ({ step }) => {
    await step.run("publish", async () => (await ownCa())?.publishAll());
  },
);
