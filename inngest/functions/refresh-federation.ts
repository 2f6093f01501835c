import { cron } from "inngest";
import { refreshFederation } from "../../server/federation/refresh.ts";
import { federation } from "../../server/federation/world.ts";
import { inngest } from "../client.ts";

/** The federation's metadata, read again every two hours (GakuNin asks for no more); the last good copy stays in force meanwhile. */
export const refreshFederationMetadata = inngest.createFunction(
  { id: "refresh-federation", triggers: [cron("17 */2 * * *")], retries: 3 },
  async ({ step }) => {
    await step.run("refresh", () => refreshFederation(federation()));
  },
);
