import { cron } from "inngest";
import { sweepTally } from "../../server/admin/tally.ts";
import { ports } from "../../server/wiring.ts";
import { inngest } from "../client.ts";

/** Every ten minutes: the overview's counts are added up, so that who looks has little to add. */
export const sweepTallies = inngest.createFunction(
  { id: "sweep-tally", triggers: [cron("*/10 * * * *")], retries: 1 },
  async ({ step }) => {
    await step.run("sweep", () => sweepTally(ports().db));
  },
);
