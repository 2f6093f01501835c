/** The story of an order, told once for the issue and the renewal. */
import { giveUpOrder, lapseOrder, lookAtOrder, submitOrder } from "../../server/enrollment/carry-out.ts";
import { letters, ports } from "../../server/wiring.ts";
import { orderChanged } from "../events.ts";
import { type Step, sendOrGiveUp } from "./send-or-give-up.ts";

/**
 * Order it, wait for the PIN, tell the member, wait for the download, tell the member, or let it lapse. Where the URL is held
 * until its member has proven who they are, they are told so, and it waits for that too.
 * What an event tells may happen before the wait for it begins: so each wait begins before the look. An event may also be
 * lost: no wait is without an end.
 */
export async function followOrder(step: Step, order: string): Promise<string> {
  try {
    await step.run("submit", () => submitOrder(ports(), order));
  } catch {
    await step.run("give-up", () => giveUpOrder(ports(), order, "ca_unreachable"));
    return "given up";
  }

  let now = await settled(step, order, "pin", placed);
  if (now.urlHeld) {
    await sendOrGiveUp(step, ["held"], order, () => letters().held(order));
    now = await settled(step, order, "release", now, ({ urlHeld }) => urlHeld);
  }
  if (now.status === "pin_issued" && !now.urlHeld) {
    await sendOrGiveUp(step, ["acceptance"], order, () => letters().acceptance(order));
    now = await settled(step, order, "download", now);
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

const day = 86_400;
const placed: Look = { status: "placed", secondsLeft: day, urlHeld: false };

/** Waits until the order is no longer as it was `before`, what else it `waits` for has come, or its time is over. */
async function settled(
  step: Step,
  order: string,
  what: string,
  before: Look,
  waits: (now: Look) => boolean = () => true,
): Promise<Look> {
  const { status } = before;
  let { secondsLeft } = before;
  for (let n = 1; ; n++) {
    const change = step.waitForEvent(`wait-for-${what}-${n}`, {
      event: orderChanged,
      if: "async.data.order == event.data.order",
      timeout: `${Math.min(secondsLeft, patience(status, n))}s`,
    });
    const now = await step.run(`look-for-${what}-${n}`, () => lookAtOrder(ports(), order));
    if (now.status !== status || now.secondsLeft === 0 || !waits(now)) return now;
    await change;
    secondsLeft = now.secondsLeft;
  }
}

/** Seconds until the next look: soon while the CA works, daily while the member takes their time. */
function patience(status: string, n: number): number {
  return status === "placed" ? Math.min(60 * n, 3600) : day;
}
