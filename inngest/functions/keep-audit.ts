import { cron } from "inngest";
import { audit } from "../../server/wiring.ts";
import { inngest } from "../client.ts";

/** Once an hour: the chain's end is signed, and sent to whom the settings say. */
export const signAudit = inngest.createFunction(
  { id: "sign-audit", triggers: [cron("7 * * * *")], retries: 3 },
  async ({ step }) => {
    await step.run("sign", async () => String((await audit().signHead())?.seq ?? ""));
    await step.run("send", () => audit().sendHeads());
  },
);

/** Every night: entries older than the policy says are taken away. */
export const forgetAudit = inngest.createFunction(
  { id: "forget-audit", triggers: [cron("37 3 * * *")], retries: 3 },
  async ({ step }) => {
    await step.run("forget", () => audit().forget());
  },
);
