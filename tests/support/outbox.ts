/** The mails that a portal has written into its data folder. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import PostalMime, { type Email } from "postal-mime";

/** Every mail to the address, the oldest first. */
export async function mailsTo(dataFolder: string, address: string): Promise<Email[]> {
  const outbox = join(dataFolder, "outbox");
  const names = (await readdir(outbox).catch(() => [])).filter((name) => name.endsWith(".eml"));
  const mails = await Promise.all(
    names.map(async (name) => PostalMime.parse(await readFile(join(outbox, name)))),
  );
  return mails
    .filter((mail) => mail.to?.some((to) => to.address === address))
    .sort((one, other) => String(one.date).localeCompare(String(other.date)));
}

/** 証明書取得URL of an acceptance mail; empty in any other. */
export function collectUrlIn(mail: Pick<Email, "text">): string {
  return /https?:\/\/\S+\/issue\/[\w-]{64}/.exec(mail.text ?? "")?.[0] ?? "";
}
