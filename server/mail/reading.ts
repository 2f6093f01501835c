/** The letters of the outbox, read back from their files as a mail program would read them. */
import PostalMime, { type Email } from "postal-mime";
import { listOutbox, readOutbox } from "./outbox.ts";

export type LetterHead = { name: string; subject: string; to: string; from: string; date: Date | null };
export type LetterRead = LetterHead & {
  html: string;
  text: string;
  headers: readonly { name: string; value: string }[];
};

/** How many a list shows. */
const page = 200;

/** The newest letters, and how many there are in all. */
export async function readLetterHeads(folder: string): Promise<{ letters: LetterHead[]; total: number }> {
  const names = await listOutbox(folder);
  const letters = await Promise.all(names.slice(0, page).map((name) => readLetter(folder, name)));
  return {
    letters: letters.flatMap((letter) => (letter ? [headOf(letter)] : [])),
    total: names.length,
  };
}

/** Null where there is none of this name. */
export async function readLetter(folder: string, name: string): Promise<LetterRead | null> {
  const file = await readOutbox(folder, name);
  if (!file) return null;
  const mail = await PostalMime.parse(file);
  return {
    name,
    subject: mail.subject ?? "",
    to: (mail.to ?? []).map(mailboxOf).join(", "),
    from: mail.from ? mailboxOf(mail.from) : "",
    date: mail.date ? new Date(mail.date) : null,
    html: mail.html ?? "",
    text: mail.text ?? "",
    headers: mail.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
  };
}

function headOf({ name, subject, to, from, date }: LetterRead): LetterHead {
  return { name, subject, to, from, date };
}

function mailboxOf({ name, address }: NonNullable<Email["from"]>): string {
  return name ? `${name} <${address ?? ""}>` : (address ?? "");
}
