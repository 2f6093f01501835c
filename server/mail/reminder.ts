/** 有効期限通知: to the member, some days before the certificate expires. */
import { createElement } from "react";
import Reminder from "../../emails/reminder.tsx";
import { writtenSerial } from "../enrollment/written.ts";
import { about, addressedTo, readEnrollment } from "./about.ts";
import { type MailDeps, type Sent, sendLetter } from "./send.ts";

/** Of one certificate: the next one of the same application is reminded of again. */
export const reminderKey = (enrollmentId: string, serial: string, days: number) =>
  `reminder:${enrollmentId}:${serial}:${days}`;

/**
 * `days`: the reminder due that many days before the expiry; a late one says how many are really left.
 * Nothing is sent where nothing needs renewing.
 */
export async function sendReminder(deps: MailDeps, enrollmentId: string, days: number): Promise<Sent> {
  const enrollment = await readEnrollment(deps, enrollmentId);
  const { serial, notAfter, status } = enrollment;
  if (status !== "active" || !serial || !notAfter) return { sent: false, permanent: true };
  return sendLetter(deps, {
    ...addressedTo(enrollment),
    key: reminderKey(enrollmentId, serial, days),
    kind: "reminder",
    compose: async (locale, asOf) =>
      createElement(Reminder, {
        ...about(deps, enrollment, locale),
        days: daysBetween(asOf, notAfter),
        notAfter,
        serial: writtenSerial(serial),
      }),
  });
}

function daysBetween(from: Date, to: Date): number {
  return Math.max(1, Math.ceil((to.getTime() - from.getTime()) / 86_400_000));
}
