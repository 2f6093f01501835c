/** 却下・取消通知: to the member, when a registrar has declined or cancelled the application; with the reason. */
import { createElement } from "react";
import TurnedDown from "../../emails/turned-down.tsx";
import { about, addressedTo, readEnrollment } from "./about.ts";
import { type MailDeps, type Sent, sendLetter } from "./send.ts";

export async function sendTurnedDown(deps: MailDeps, enrollmentId: string): Promise<Sent> {
  const enrollment = await readEnrollment(deps, enrollmentId);
  const { status } = enrollment;
  // Fetched at the very moment of the cancellation: there is a certificate, and nothing of the kind to tell.
  if (status !== "declined" && status !== "cancelled") return { sent: false, permanent: true };
  return sendLetter(deps, {
    ...addressedTo(enrollment),
    key: `${status}:${enrollmentId}`,
    kind: status,
    compose: async (locale) =>
      createElement(TurnedDown, {
        ...about(deps, enrollment, locale),
        how: status,
        reason: await reasonOf(deps, enrollmentId, status),
      }),
  });
}

async function reasonOf({ db }: MailDeps, enrollmentId: string, deed: string): Promise<string> {
  const entry = await db.historyEntry.findFirst({ where: { enrollmentId, deed }, orderBy: { id: "desc" } });
  const { reason } = (entry?.detail ?? {}) as { reason?: unknown };
  return typeof reason === "string" ? reason : "";
}
