/** 失効完了通知: to the member, when the CA has revoked the certificate. */
import { createElement } from "react";
import Revocation from "../../emails/revocation.tsx";
import { writtenSerial } from "../enrollment/written.ts";
import { type RevocationReason, revocationReasons } from "../ports.ts";
import { about, addressedTo, readEnrollment } from "./about.ts";
import { type MailDeps, type Sent, sendLetter } from "./send.ts";

export const revocationKey = (enrollmentId: string) => `revocation:${enrollmentId}`;

export async function sendRevocation(deps: MailDeps, enrollmentId: string): Promise<Sent> {
  const enrollment = await readEnrollment(deps, enrollmentId);
  const { revokedAt, serial, revocations } = enrollment;
  // Told before the CA was done: the workflow comes again.
  if (!revokedAt) throw new Error(`application ${enrollmentId} is not revoked yet`);
  return sendLetter(deps, {
    ...addressedTo(enrollment),
    key: revocationKey(enrollmentId),
    kind: "revocation",
    compose: async (locale) =>
      createElement(Revocation, {
        ...about(deps, enrollment, locale),
        serial: serial ? writtenSerial(serial) : null,
        revokedAt,
        reason: reasonOf(revocations[0]?.reason),
        words: revocations[0]?.words ?? null,
      }),
  });
}

function reasonOf(word: string | undefined): RevocationReason {
  return revocationReasons.find((reason) => reason === word) ?? "unspecified";
}
