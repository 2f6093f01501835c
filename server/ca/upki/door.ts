/** The way in for mails by HTTP. Whoever knows the secret may hand them on; what they say is believed only by its signature. */
import { createHash, timingSafeEqual } from "node:crypto";
import { octetsOf } from "../../body.ts";
import { mostOctets, receiveMail } from "./intake.ts";
import type { Upki } from "./upki.ts";

/**
 * 202 once the mail is kept, however often it comes, and whatever became of it: a mail server is to forget it then. 401 without the
 * secret, 404 where no secret is set, 413 for one that is too long, 400 for none at all.
 */
export async function takePosted(upki: Upki | null, request: Request): Promise<Response> {
  const secret = upki?.mailSecret;
  if (!upki || !secret) return answer(404, "Mails are not taken here: UPKI_MAIL_SECRET is not set.");
  if (!isSame(request.headers.get("authorization") ?? "", `Bearer ${secret}`)) {
    return answer(401, "The mail was not taken: send `Authorization: Bearer` with UPKI_MAIL_SECRET.");
  }
  const raw = await octetsOf(request, mostOctets);
  if (!raw) return answer(413, `The mail was not taken: it is longer than ${mostOctets} octets.`);
  if (raw.length === 0) return answer(400, "The mail was not taken: the request has no body.");
  const received = await receiveMail(upki.world, raw, "post");
  return answer(202, `Kept: ${received?.status ?? "no"}.`);
}

/** In equal time, whatever is different. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function answer(status: number, sentence: string): Response {
  return new Response(`${sentence}\n`, { status, headers: { "Cache-Control": "no-store" } });
}
