/** Sends a letter once, however often it is asked for and by however many processes, and writes down how it went. */
import { createHash } from "node:crypto";
import type { ReactElement } from "react";
import { renderMail } from "../../emails/render.tsx";
import type { MailLocale, MailSubject } from "../../emails/words.ts";
import { subjectOf } from "../../emails/words.ts";
import type { Database, Transaction } from "../db.ts";
import type { LetterKind } from "../enrollment/views.ts";
import type { Letter } from "../generated/prisma/client.ts";
import type { CertificateAuthority } from "../ports.ts";
import { parseMailbox } from "./address.ts";
import { type OutgoingLetter, type Post, PostError } from "./port.ts";

export type MailDeps = {
  db: Database;
  now: () => Date;
  post: Post;
  ca: Pick<CertificateAuthority, "collectUrl">;
  /** Without a slash at its end. */
  baseUrl: string;
  /** MAIL_FROM. */
  from: string;
  /** Whom members may ask. */
  supportContact?: string | undefined;
};

/** `permanent`: not sent, and never to be. A fault that may pass is thrown instead, for the workflow to try again. */
export type Sent = { sent: boolean; permanent: boolean };

export type LetterOrder = {
  /** `<kind>:<what it is about>`. */
  key: string;
  kind: LetterKind & MailSubject;
  enrollmentId: string;
  recipient: string;
  locale: MailLocale;
  /** The mail itself, in the given language, as of when it was first asked for; null when there is nothing to tell any more. */
  compose(locale: MailLocale, asOf: Date): Promise<ReactElement | null>;
};

/** The way of a letter: longer than any post waits for an answer, and for the attempt of another process before it. */
const patience = { maxWait: 30_000, timeout: 90_000 };

/** @throws PostError that may pass; whatever the database or the CA throws. */
export async function sendLetter(deps: MailDeps, order: LetterOrder): Promise<Sent> {
  const { db } = deps;
  const row = await findOrWrite(deps, order);
  if (row.status !== "waiting") return outcome(row.status);
  const locale = localeOf(row.locale);
  const element = await order.compose(locale, row.createdAt);
  if (!element) return drop(db, order);
  const { html, text } = await renderMail(element);
  // Sent once more it is another mail, to those who carry it too.
  const name = row.again === 0 ? order.key : `${order.key}#${row.again}`;
  const letter: OutgoingLetter = {
    key: name,
    messageId: messageIdOf(name, deps.from),
    from: deps.from,
    to: row.recipient,
    subject: subjectOf(order.kind, locale),
    html,
    text,
    headers: { "Auto-Submitted": "auto-generated", "Content-Language": locale },
  };
  return inTurn(() => attempt(deps, row, letter));
}

/** Ends a letter whose attempts are used up. One that was sent stays sent. `reason` must hold nothing of the letter. */
export async function markLetterFailed(db: Database, key: string, reason: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const { count } = await tx.letter.updateMany({
      where: { key, status: "waiting" },
      data: { status: "failed", error: reason.slice(0, 200) },
    });
    if (count === 0) return;
    const { enrollmentId } = await tx.letter.findUniqueOrThrow({ where: { key } });
    await grow(tx, enrollmentId);
  });
}

/** Language and recipient are settled when the letter is first asked for, so that every attempt says the same. */
async function findOrWrite({ db, now }: MailDeps, order: LetterOrder) {
  const { key, kind, enrollmentId, recipient, locale } = order;
  await db.$transaction(async (tx) => {
    const { count } = await tx.letter.createMany({
      data: { key, kind, enrollmentId, recipient, locale, createdAt: now() },
      skipDuplicates: true,
    });
    if (count > 0) await grow(tx, enrollmentId);
  }, patience);
  return db.letter.findUniqueOrThrow({ where: { key } });
}

/**
 * The row is held while the letter is under way: who comes meanwhile waits and finds it sent. A process that dies
 * leaves it waiting; the next attempt goes out under the same names.
 */
async function attempt(
  deps: MailDeps,
  { key, again, enrollmentId }: Pick<Letter, "key" | "again" | "enrollmentId">,
  letter: OutgoingLetter,
): Promise<Sent> {
  const result = await deps.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM "Letter" WHERE key = ${key} FOR UPDATE`;
    const row = await tx.letter.findUnique({ where: { key } });
    // Sent meanwhile, or asked for once more since this was written: that has its own way.
    if (row?.status !== "waiting" || row.again !== again) return outcome(row?.status ?? "failed");
    try {
      const { id } = await deps.post.send(letter);
      const data = { status: "sent", sentAt: deps.now(), providerId: id || null, error: null } as const;
      await tx.letter.update({ where: { key }, data });
    } catch (error) {
      if (!(error instanceof PostError)) throw error;
      await tx.letter.update({
        where: { key },
        data: { error: error.reason, ...(error.permanent ? { status: "failed" } : {}) },
      });
      if (!error.permanent) return error;
      await grow(tx, enrollmentId);
      return outcome("failed");
    }
    await grow(tx, enrollmentId);
    return outcome("sent");
  }, patience);
  if (result instanceof PostError) throw result;
  return result;
}

/** A letter that has nothing to tell any more leaves no trace; one that was sent before stays. */
async function drop(db: Database, { key, enrollmentId }: LetterOrder): Promise<Sent> {
  await db.$transaction(async (tx) => {
    const { count } = await tx.letter.deleteMany({ where: { key, status: "waiting", again: 0 } });
    if (count > 0) await grow(tx, enrollmentId);
  });
  return { sent: false, permanent: true };
}

/** Pages that show the application learn that something about it changed. */
async function grow(tx: Transaction, enrollmentId: string): Promise<void> {
  await tx.enrollment.update({ where: { id: enrollmentId }, data: { version: { increment: 1 } } });
}

function outcome(status: "waiting" | "sent" | "failed"): Sent {
  return { sent: status === "sent", permanent: status === "failed" };
}

export function localeOf(text: string): MailLocale {
  return text === "en" ? "en" : "ja";
}

/** One for each name: every attempt at a mail carries the same. */
export function messageIdOf(key: string, from: string): string {
  const domain = parseMailbox(from)?.address.split("@")[1] ?? "localhost";
  return `<${createHash("sha256").update(key).digest("hex").slice(0, 40)}@${domain}>`;
}

/** Letters under way hold a connection each: few at a time, so that pages never wait for a slow mail server. */
const atOnce = 3;
let underWay = 0;
const queue: (() => void)[] = [];

async function inTurn<T>(deed: () => Promise<T>): Promise<T> {
  if (underWay >= atOnce) await new Promise<void>((resolve) => queue.push(resolve));
  else underWay += 1;
  try {
    return await deed();
  } finally {
    const following = queue.shift();
    if (following) following();
    else underWay -= 1;
  }
}
