/** The story of an order, told once for the issue and the renewal. */
import { giveUpOrder, lapseOrder, lookAtOrder, submitOrder } from "../../server/enrollment/carry-out.ts";
import { letters, ports } from "../../server/wiring.ts";
import { orderChanged } from "../events.ts";
import { type Step, sendOrGiveUp } from "./send-or-give-up.ts";

/**
 * Order it, wait for the PIN, tell the member, wait for the download, tell the member, or let it lapse. Where the URL is held
 * until its member has proven who they are, they are told so, and it waits for that too.
 * An event may come before the wait for it begins, or be lost: each wait is between two looks. It cannot begin before the look, beside
 * it: the SDK finds steps that run beside each other by its timing, and may then not see what the look has found.
 */
export async function followOrder(step: Step, order: string): Promise<string> {
  try {
    await step.run("submit", () => submitOrder(ports(), order));
  } catch {
    await step.run("give-up", () => giveUpOrder(ports(), order, "ca_unreachable"));
    return "given up";
  }

  let now = await settled(step, order, "pin", "placed");
  if (now.urlHeld) {
    await sendOrGiveUp(step, ["held"], order, () => letters().held(order));
    now = await settled(step, order, "release", "pin_issued", ({ urlHeld }) => urlHeld);
  }
  if (now.status === "pin_issued" && !now.urlHeld) {
    await sendOrGiveUp(step, ["acceptance"], order, () => letters().acceptance(order));
    now = await settled(step, order, "download", "pin_issued");
  }
  if (now.status === "pin_issued") {
    await step.run("lapse", () => lapseOrder(ports(), order));
    now = await step.run("look-after-lapse", () => lookAtOrder(ports(), order));
  }
  if (now.status === "collected") {
    await sendOrGiveUp(step, ["acquisition", "renewal"], order, () => letters().acquisition(order));
  }
  return now.status;
}

type Look = Awaited<ReturnType<typeof lookAtOrder>>;

/** Waits until the order has left `status`, what else it `waits` for has come, or its time is over. */
async function settled(
  step: Step,
  order: string,
  what: string,
  status: string,
  waits: (now: Look) => boolean = () => true,
): Promise<Look> {
  for (let n = 1; ; n++) {
    const now = await step.run(`look-for-${what}-${n}`, () => lookAtOrder(ports(), order));
    if (now.status !== status || now.secondsLeft === 0 || !waits(now)) return now;
    await step.waitForEvent(`wait-for-${what}-${n}`, {
      event: orderChanged,
      if: "async.data.order == event.data.order",
      timeout: `${Math.min(now.secondsLeft, patience(status, n))}s`,
    });
  }
}

/**
 * Seconds until the next look: soon while the CA works, daily while the member takes their time. The first is soon for them too: who
 * downloads at once, or while the process is killed, may do so between the look and the wait.
 */
function patience(status: string, n: number): number {
  if (status === "placed") return Math.min(60 * n, 3600);
  return n === 1 ? 60 : 86_400;
}
