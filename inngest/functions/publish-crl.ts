import { cron } from "inngest";
import { localCa } from "../../server/wiring.ts";
import { inngest } from "../client.ts";

/** A fresh revocation list of every issuer each day, long before the last one's nextUpdate. */
export const publishCrl = inngest.createFunction(
  { id: "publish-crl", triggers: [cron("TZ=Asia/Tokyo 30 3 * * *")], retries: 12 },
  async ({ step }) => {
    await step.run("publish", () => localCa().publishAll());
  },
);
