import { cron } from "inngest";
import {
  carryOutOverdue,
  carryOutSome,
  finishOffboarding,
  whenDue,
} from "../../server/admin/offboarding/carry-out.ts";
import { ports } from "../../server/wiring.ts";
import { inngest } from "../client.ts";
import { offboardingAsked } from "../events.ts";
import { retries } from "./retries.ts";

/** From a list of people who leave to nothing held any more, unless it is taken back before. */
export const carryOutOffboardings = inngest.createFunction(
  {
    id: "carry-out-offboarding",
    triggers: [{ event: offboardingAsked }],
    idempotency: "event.data.offboarding",
    retries,
  },
  async ({ event, step }) => {
    const { offboarding } = event.data;
    const asked = await step.run("look", () => whenDue(ports(), offboarding));
    if (!asked) return;
    if (!asked.isDue) {
      await step.sleepUntil("wait-for-its-time", asked.dueAt);
      if (!(await step.run("look-again", () => whenDue(ports(), offboarding)))) return;
    }
    let after: number | null = 0;
    for (let n = 1; after !== null; n++) {
      const from: number = after;
      after = await step.run(`some-${n}`, () => carryOutSome(ports(), offboarding, from));
    }
    await step.run("finish", () => finishOffboarding(ports(), offboarding));
  },
);

/** Every ten minutes: those that no workflow has carried out in their time. */
export const sweepOffboardings = inngest.createFunction(
  { id: "sweep-offboardings", triggers: [cron("*/10 * * * *")], retries: 0 },
  async ({ step }) => {
    await step.run("sweep", () => carryOutOverdue(ports()));
  },
);
