import { cron } from "inngest";
import { refreshWhenDue } from "../../server/federation/metadata/refresh.ts";
import { federation } from "../../server/federation/world.ts";
import { inngest } from "../client.ts";

/**
 * Comes by often, so that the federation's metadata are read again as soon as two hours are over (GakuNin asks for no more), whichever
 * process read them last; a source that failed is asked sooner. The last good copy stays in force meanwhile.
 */
export const refreshFederationMetadata = inngest.createFunction(
  { id: "refresh-federation", triggers: [cron("7,22,37,52 * * * *")], retries: 0 },
  async ({ step }) => {
    await step.run("refresh", () => refreshWhenDue(federation()));
  },
);
