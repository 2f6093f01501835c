/** Mail by SMTP. A server that took a mail but could not say so may get it again, under the same Message-ID. */
import { createTransport } from "nodemailer";
import { mimeOf } from "./mime.ts";
import { type Post, PostError } from "./port.ts";

/** `url` as nodemailer reads it: `smtp://user:password@host:587`, `smtps://…`, its options as a query. */
export function smtpPost(url: string): Post & { close(): void } {
  const transport = createTransport(withDefaults(url));
  return {
    async send(letter) {
      try {
        const sent = await transport.sendMail(mimeOf(letter));
        return { id: sent.messageId };
      } catch (error) {
        throw error instanceof PostError ? error : faultOf(error);
      }
    },
    close: () => transport.close(),
  };
}

/** Beside a URL nodemailer takes no options, so they go into it. Few connections, kept and shared; no wait without end. */
function withDefaults(url: string): string {
  const whole = new URL(url);
  const defaults = {
    pool: "true",
    maxConnections: "3",
    connectionTimeout: "10000",
    greetingTimeout: "10000",
    socketTimeout: "20000",
    // A password never travels in clear.
    ...(whole.password ? { requireTLS: "true" } : {}),
  };
  for (const [name, value] of Object.entries(defaults)) {
    if (!whole.searchParams.has(name)) whole.searchParams.set(name, value);
  }
  return whole.href;
}

/** A refusal of the letter itself is final (RFC 5321 §4.2.1, 5yz); a refused login is a fault of the settings. */
function faultOf(error: unknown): PostError {
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  const final = (responseCode ?? 0) >= 500 && (code === "EENVELOPE" || code === "EMESSAGE");
  return new PostError(["smtp", responseCode, code].filter(Boolean).join(" "), final);
}
