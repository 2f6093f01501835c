import { cron } from "inngest";
import { warnOfEndingKeys } from "../../server/federation/service/rollover.ts";
import { federation } from "../../server/federation/world.ts";
import { inngest } from "../client.ts";

/** Once a day: the portal's own certificates in the federation that end soon are named in the log. */
export const warnOfEndingServiceKeys = inngest.createFunction(
  { id: "warn-of-ending-keys", triggers: [cron("17 3 * * *")], retries: 3 },
  async ({ step }) => {
    await step.run("warn", () => warnOfEndingKeys(federation()));
  },
);
