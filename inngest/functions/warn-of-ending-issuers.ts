import { cron } from "inngest";
import { ownCa } from "../../server/wiring.ts";
import { inngest } from "../client.ts";

/** Once a day: CAs that end within a year, or are not there, are named in the log. */
export const warnOfEndingIssuers = inngest.createFunction(
  { id: "warn-of-ending-issuers", triggers: [cron("27 3 * * *")], retries: 3 },
  async ({ step }) => {
    await step.run("warn", async () => (await ownCa())?.warnOfEndings());
  },
);
