/** Mail by Resend. Its idempotency key makes a repeated attempt within 24 hours no second mail. */
import { Resend } from "resend";
import { checkHeaders } from "./address.ts";
import { type Post, PostError } from "./port.ts";

const patience = 15_000;
/** Faults that are ours or of the moment (a wrong key, a quota, a race), so that a later attempt may succeed. */
const passing = [401, 403, 408, 409, 425, 429];

export function resendPost({ apiKey, baseUrl }: { apiKey: string; baseUrl?: string | undefined }): Post {
  const resend = new Resend(apiKey, baseUrl ? { baseUrl } : {});
  return {
    async send(letter) {
      checkHeaders(letter);
      const { key, messageId, from, to, subject, html, text, headers } = letter;
      const { data, error } = await resend.emails.send(
        { from, to, subject, html, text, headers: { ...headers, "Message-ID": messageId } },
        { idempotencyKey: key, signal: AbortSignal.timeout(patience) },
      );
      if (!error) return { id: data.id };
      // An earlier attempt with this key was accepted, with words that have changed since: the member has the mail.
      if (error.name === "invalid_idempotent_request") return { id: "" };
      const status = error.statusCode;
      throw new PostError(
        `resend ${status ?? "unreachable"} ${error.name}`,
        status !== null && status >= 400 && status < 500 && !passing.includes(status),
      );
    },
  };
}
