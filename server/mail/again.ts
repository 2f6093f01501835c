/** A mail that is sent once more: composed anew from what is true now, by the very function that composed it first. */
import { partsOf } from "../enrollment/send-again.ts";
import type { Letter } from "../generated/prisma/client.ts";
import { sendAcceptance } from "./acceptance.ts";
import { sendAcquisition } from "./acquisition.ts";
import { sendHeld } from "./held.ts";
import { sendLocked } from "./locked.ts";
import { reminderKey, sendReminder } from "./reminder.ts";
import { sendRevocation } from "./revocation.ts";
import { type MailDeps, markLetterFailed, type Sent } from "./send.ts";
import { sendTurnedDown } from "./turned-down.ts";

/** Sends a letter that waits, whatever it is. What has become untrue meanwhile is not sent, and is noted so. */
export async function sendWaiting(deps: MailDeps, letterId: string): Promise<Sent> {
  const letter = await deps.db.letter.findUnique({ where: { id: letterId } });
  if (letter?.status !== "waiting") return { sent: letter?.status === "sent", permanent: true };
  const sent = await write(deps, letter);
  if (sent.permanent) await markLetterFailed(deps.db, letter.key, "nothing to tell any more");
  return sent;
}

async function write(deps: MailDeps, letter: Letter): Promise<Sent> {
  const [about = "", ...rest] = partsOf(letter);
  switch (letter.kind) {
    case "acceptance":
      return sendAcceptance(deps, about);
    case "held":
      return sendHeld(deps, about);
    case "acquisition":
    case "renewal":
      return sendAcquisition(deps, about);
    case "locked":
      // A time of day has colons of its own.
      return sendLocked(deps, about, rest.join(":"));
    case "revocation":
      return sendRevocation(deps, about);
    case "declined":
    case "cancelled":
      return sendTurnedDown(deps, about);
    case "reminder":
      return remindAgain(deps, letter, about, Number(rest[1]));
    default:
      return { sent: false, permanent: true };
  }
}

/** Of the certificate that the letter is about; the next one of the same application has its own. */
async function remindAgain(deps: MailDeps, { key }: Letter, id: string, days: number): Promise<Sent> {
  const { serial } = await deps.db.enrollment.findUniqueOrThrow({ where: { id } });
  if (!serial || reminderKey(id, serial, days) !== key) return { sent: false, permanent: true };
  return sendReminder(deps, id, days);
}
