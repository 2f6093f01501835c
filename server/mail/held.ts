/** 本人確認のお願い: to the member, where their institution asks for a proof before the mail with the URL goes out. Holds no URL of the ticket. */
import { createElement } from "react";
import Held from "../../emails/held.tsx";
import { isUrlHeld } from "../enrollment/release-url.ts";
import { about, addressedTo, readOrder } from "./about.ts";
import { type MailDeps, type Sent, sendLetter } from "./send.ts";

export const heldKey = (orderId: string) => `held:${orderId}`;

export async function sendHeld(deps: MailDeps, orderId: string): Promise<Sent> {
  const { enrollment, order } = await readOrder(deps, orderId);
  return sendLetter(deps, {
    ...addressedTo(enrollment),
    key: heldKey(orderId),
    kind: "held",
    compose: async (locale) => {
      // Released or over meanwhile: the other mails tell what is to be told.
      if (!isUrlHeld(order) || !order.collectUntil) return null;
      return createElement(Held, {
        ...about(deps, enrollment, locale),
        months: order.months,
        renewal: order.purpose === "renew",
        collectUntil: order.collectUntil,
      });
    },
  });
}
