import { hasRevoked, isRevoked, revokeAtCa } from "../../server/enrollment/carry-out.ts";
import { letters, ports } from "../../server/wiring.ts";
import { inngest } from "../client.ts";
import { revocationAsked, revoked } from "../events.ts";
import { retries } from "./retries.ts";
import { sendOrGiveUp } from "./send-or-give-up.ts";

/** From 失効申請 to the certificate revoked at the CA, and the member told. */
export const carryOutRevocation = inngest.createFunction(
  {
    id: "carry-out-revocation",
    // Not once an application: what the CA refused may be asked for again.
    triggers: [{ event: revocationAsked }],
    retries,
  },
  async ({ event, step }) => {
    const { enrollment } = event.data;
    let done = await step.run("revoke", () => revokeAtCa(ports(), enrollment));
    for (let n = 1; !done; n++) {
      await step.waitForEvent(`wait-for-revocation-${n}`, {
        event: revoked,
        if: "async.data.enrollment == event.data.enrollment",
        timeout: `${Math.min(60 * n, 3600)}s`,
      });
      done = await step.run(`look-for-revocation-${n}`, () => isRevoked(ports(), enrollment));
    }
    // Refused: the certificate is as it was, and there is nothing to mail.
    if (!(await step.run("look-at-outcome", () => hasRevoked(ports(), enrollment)))) return;
    await sendOrGiveUp(step, ["revocation"], enrollment, () => letters().revocation(enrollment));
  },
);
