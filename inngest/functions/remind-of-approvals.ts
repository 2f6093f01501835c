import { cron } from "inngest";
import { noteReminded, type Overdue, overdueApprovals } from "../../server/enrollment/approvals-waiting.ts";
import { log } from "../../server/log.ts";
import { letters, ports } from "../../server/wiring.ts";
import { inngest } from "../client.ts";
import { retries } from "./retries.ts";
import type { Step } from "./send-or-give-up.ts";

/** Every morning: registrars for whom applications wait longer than a day are told how many, once a day. */
export const remindOfApprovals = inngest.createFunction(
  { id: "remind-of-approvals", triggers: [cron("TZ=Asia/Tokyo 30 9 * * *")], retries },
  async ({ step }) => {
    const { day, due } = await step.run("find", async () => ({
      day: new Date().toISOString().slice(0, 10),
      due: await overdueApprovals(ports()),
    }));
    for (const one of due) {
      for (const to of one.tell) await remind(step, one, to, day);
      await step.run(`note-${one.institution}`, () => noteReminded(ports(), one.institution));
    }
  },
);

/** A mail that will not go holds up nobody else's: it comes again tomorrow, as long as anything waits. */
async function remind(
  step: Step,
  { institution, count }: Overdue,
  to: string | null,
  day: string,
): Promise<void> {
  try {
    await step.run(`remind-${institution}-${to ?? "contact"}`, () =>
      letters().remindOfApprovals({ institution, count, to, day }),
    );
  } catch {
    log.warn({ institution, to }, "a registrar was not reminded of what waits; it is due again tomorrow");
  }
}
