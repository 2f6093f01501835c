/** 発行受付通知: to the member, when the PIN of an order has been issued. */
import { createElement } from "react";
import Acceptance from "../../emails/acceptance.tsx";
import { isUrlHeld } from "../enrollment/release-url.ts";
import { about, addressedTo, readOrder } from "./about.ts";
import { type MailDeps, type Sent, sendLetter } from "./send.ts";

export const acceptanceKey = (orderId: string) => `acceptance:${orderId}`;

export async function sendAcceptance(deps: MailDeps, orderId: string): Promise<Sent> {
  const { enrollment, order } = await readOrder(deps, orderId);
  return sendLetter(deps, {
    ...addressedTo(enrollment),
    key: acceptanceKey(orderId),
    kind: "acceptance",
    compose: async (locale) => {
      // Whoever asks for it: before the member has let it go there is no URL in any mail.
      if (isUrlHeld(order)) return null;
      const collectUrl = await deps.ca.collectUrl(orderId, locale);
      if (!collectUrl || !order.collectUntil) return null;
      return createElement(Acceptance, {
        ...about(deps, enrollment, locale),
        months: order.months,
        renewal: order.purpose === "renew",
        collectUrl,
        collectUntil: order.collectUntil,
      });
    },
  });
}
