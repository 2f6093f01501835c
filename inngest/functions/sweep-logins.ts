import { cron } from "inngest";
import { sweepLogins } from "../../server/federation/login/sweep.ts";
import { federation } from "../../server/federation/world.ts";
import { inngest } from "../client.ts";

/** Once an hour: logins that nobody came back for, sessions that are over, and log rows older than 90 days. */
export const sweepLoginsPast = inngest.createFunction(
  { id: "sweep-logins", triggers: [cron("41 * * * *")], retries: 3 },
  async ({ step }) => {
    await step.run("sweep", () => sweepLogins(federation()));
  },
);
