/** A letter as nodemailer takes it: for SMTP and for the outbox. */
import type { SendMailOptions } from "nodemailer";
import { checkHeaders } from "./address.ts";
import type { OutgoingLetter } from "./port.ts";

/** @throws PostError before anything unsafe reaches a header. */
export function mimeOf(letter: OutgoingLetter): SendMailOptions {
  const from = checkHeaders(letter);
  return {
    from,
    to: { name: "", address: letter.to },
    subject: letter.subject,
    messageId: letter.messageId,
    headers: { ...letter.headers },
    text: letter.text,
    html: letter.html,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
