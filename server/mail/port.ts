/** How a mail leaves the portal: the port, and what may go wrong behind it. */

export interface Post {
  /**
   * Hands a letter over. Called again with the same key it must, as far as the way allows, not deliver twice.
   * @throws PostError
   */
  send(letter: OutgoingLetter): Promise<{ id: string }>;
}

export type OutgoingLetter = {
  /** The same for every attempt at this letter, and for no other. */
  key: string;
  /** With its angle brackets (RFC 5322 §3.6.4). */
  messageId: string;
  /** An address, or `Name <address>`. */
  from: string;
  /** One bare address. */
  to: string;
  subject: string;
  html: string;
  text: string;
  headers: Readonly<Record<string, string>>;
};

/** `reason` is fit for the log and the database: it names the fault, and holds nothing of the letter. */
export class PostError extends Error {
  readonly reason: string;
  /** Whether another attempt would end the same way. */
  readonly permanent: boolean;

  constructor(reason: string, permanent: boolean) {
    super(`the mail was not sent: ${reason}`);
    this.name = "PostError";
    this.reason = reason;
    this.permanent = permanent;
  }
}
