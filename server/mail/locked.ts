/** ロック通知: to the member, each time ten wrong PINs have locked the ticket of an order. */
import { createElement } from "react";
import Locked from "../../emails/locked.tsx";
import { about, addressedTo, readOrder } from "./about.ts";
import { type MailDeps, type Sent, sendLetter } from "./send.ts";

export const lockedKey = (orderId: string, at: string) => `locked:${orderId}:${at}`;

/** `at`: when it was locked (ISO 8601), as the event tells it. A ticket unlocked may be locked again, and is told again. */
export async function sendLocked(deps: MailDeps, orderId: string, at: string): Promise<Sent> {
  const { enrollment } = await readOrder(deps, orderId);
  return sendLetter(deps, {
    ...addressedTo(enrollment),
    key: lockedKey(orderId, at),
    kind: "locked",
    compose: async (locale) =>
      createElement(Locked, { ...about(deps, enrollment, locale), lockedAt: new Date(at) }),
  });
}
