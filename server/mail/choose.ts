/** Which way mail goes, from the settings; and whether what lies in the outbox may be read by anyone who opens its page. */
import path from "node:path";
import { outboxPost } from "./outbox.ts";
import type { Post } from "./port.ts";
import { resendPost } from "./resend.ts";
import { smtpPost } from "./smtp.ts";

export type MailSettings = {
  RESEND_API_KEY?: string | undefined;
  RESEND_BASE_URL?: string | undefined;
  SMTP_URL?: string | undefined;
  DATA_DIR: string;
};

export function choosePost(settings: MailSettings): Post {
  if (settings.RESEND_API_KEY) {
    return resendPost({ apiKey: settings.RESEND_API_KEY, baseUrl: settings.RESEND_BASE_URL });
  }
  if (settings.SMTP_URL) return smtpPost(settings.SMTP_URL);
  return outboxPost(outboxFolder(settings));
}

export function outboxFolder(settings: Pick<MailSettings, "DATA_DIR">): string {
  return path.join(settings.DATA_DIR, "outbox");
}

/**
 * Whether the outbox page may exist. It shows everybody's mails without login, so only where mails stay in the outbox,
 * on a portal for trying out: at this machine's own name, or with the demo federation.
 * `host` is the one the request named: a page of another name that resolves to this machine may not read it.
 */
export function isOutboxReadable(
  settings: MailSettings & { BASE_URL: string; DEMO_FEDERATION: boolean },
  host: string | null,
): boolean {
  if (settings.RESEND_API_KEY || settings.SMTP_URL) return false;
  const base = new URL(settings.BASE_URL);
  return host === base.host && (isLocal(base.hostname) || settings.DEMO_FEDERATION);
}

function isLocal(hostname: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname) || hostname.endsWith(".localhost");
}
