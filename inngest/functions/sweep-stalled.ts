import { cron } from "inngest";
import { closeWithdrawn, lapseOrder, revokeAtCa, submitOrder } from "../../server/enrollment/carry-out.ts";
import { endAllTerms } from "../../server/enrollment/end-terms.ts";
import { findStalled } from "../../server/enrollment/stalled.ts";
import { log } from "../../server/log.ts";
import { letters, localCa, ports } from "../../server/wiring.ts";
import { inngest } from "../client.ts";

/** Takes up what was dropped: whatever the workflows should have done by now and have not. Each deed is one that they do as well. */
export const sweepStalled = inngest.createFunction(
  { id: "sweep-stalled", triggers: [cron("*/5 * * * *")], retries: 0 },
  async ({ step }) => {
    await step.run("outbox", () => ports().wakeOutbox());
    await step.run("terms", () => endAllTerms(ports()));
    await step.run("packages", () => localCa().tidy());
    await step.run("stalled", takeUp);
  },
);

export async function takeUp(): Promise<number> {
  const world = ports();
  const stalled = await findStalled(world);
  const deeds = [
    ...stalled.orders.map((id) => () => submitOrder(world, id)),
    ...stalled.overdue.map((id) => () => lapseOrder(world, id)),
    ...stalled.revocations.map((id) => () => revokeAtCa(world, id)),
    ...stalled.acceptances.map((id) => () => letters().acceptance(id)),
    ...stalled.holds.map((id) => () => letters().held(id)),
    ...stalled.acquisitions.map((id) => () => letters().acquisition(id)),
    ...stalled.revocationNotices.map((id) => () => letters().revocation(id)),
    ...stalled.turnedDown.map((id) => () => closeWithdrawn(world, id)),
    ...stalled.turnedDown.map((id) => () => letters().turnedDown(id)),
    ...stalled.again.map((id) => () => letters().waiting(id)),
  ];
  for (const deed of deeds) {
    try {
      await deed();
    } catch (err) {
      log.error({ err }, "the sweep could not take up what was dropped; it tries again");
    }
  }
  return deeds.length;
}
