/** 取得通知, or 更新通知 for a renewal: to the member, when the .p12 of an order was downloaded. */
import { createElement } from "react";
import Acquisition from "../../emails/acquisition.tsx";
import Renewal from "../../emails/renewal.tsx";
import { writtenSerial } from "../enrollment/written.ts";
import type { Order } from "../generated/prisma/client.ts";
import { about, addressedTo, readOrder, type Subject } from "./about.ts";
import { type MailDeps, type Sent, sendLetter } from "./send.ts";

export const acquisitionKey = (orderId: string) => `acquisition:${orderId}`;
export const renewalKey = (orderId: string) => `renewal:${orderId}`;

export async function sendAcquisition(deps: MailDeps, orderId: string): Promise<Sent> {
  const { enrollment, order } = await readOrder(deps, orderId);
  const { serial } = order;
  // Told before the download was: the workflow comes again.
  if (!serial) throw new Error(`order ${orderId} has no certificate yet`);
  const isRenewal = order.purpose === "renew";
  return sendLetter(deps, {
    ...addressedTo(enrollment),
    key: isRenewal ? renewalKey(orderId) : acquisitionKey(orderId),
    kind: isRenewal ? "renewal" : "acquisition",
    compose: async (locale) => {
      const props = {
        ...about(deps, enrollment, locale),
        months: order.months,
        serial: writtenSerial(serial),
        validity: validityOf({ enrollment, order }),
      };
      if (!isRenewal) return createElement(Acquisition, props);
      const before = await serialBefore(deps, order);
      return createElement(Renewal, { ...props, oldSerial: before ? writtenSerial(before) : null });
    },
  });
}

/** The application keeps the dates of its newest certificate only. */
function validityOf({ enrollment, order }: Subject): { notBefore: Date; notAfter: Date } | null {
  const { serial, notBefore, notAfter } = enrollment;
  return serial === order.serial && notBefore && notAfter ? { notBefore, notAfter } : null;
}

async function serialBefore({ db }: MailDeps, { enrollmentId, sequence }: Order): Promise<string | null> {
  const before = await db.order.findFirst({
    where: { enrollmentId, sequence: { lt: sequence }, serial: { not: null } },
    orderBy: { sequence: "desc" },
  });
  return before?.serial ?? null;
}
