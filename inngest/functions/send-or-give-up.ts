/** A mail as a step of a workflow. */
import type { GetStepTools } from "inngest";
import { letters } from "../../server/wiring.ts";
import type { inngest } from "../client.ts";

export type Step = GetStepTools<typeof inngest>;

/** A mail that will not go must not hold up what it tells of: after the last try it is marked as failed, and the story goes on. */
export async function sendOrGiveUp(
  step: Step,
  kinds: readonly string[],
  about: string,
  send: () => Promise<unknown>,
): Promise<void> {
  try {
    await step.run(`mail-${kinds[0]}`, async () => {
      await send();
    });
  } catch {
    await step.run(`give-up-mail-${kinds[0]}`, () => letters().giveUp(kinds, about));
  }
}
