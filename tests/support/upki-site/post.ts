/**
 * A mail server for the whole to be seen at work: mails for the portal's own mailbox are handed to the portal, all others become
 * files in its outbox. A mail with both kinds of recipients goes both ways.
 */
import { randomBytes } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

export type PostOptions = {
  /** 0 or none: any. */
  port?: number;
  /** The portal's own address. */
  mailbox: string;
  /** Where the portal is, and the secret of its mail intake. */
  portal: string;
  secret: string;
  /** The portal's data folder, which holds `outbox`. */
  folder: string;
};

export type Post = { url: string; close(): Promise<void> };

export async function openPost(options: PostOptions): Promise<Post> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    onData(stream, { envelope }, taken) {
      const addresses = envelope.rcptTo.map(({ address }) => address.toLowerCase());
      deliver(options, addresses, stream).then(
        () => taken(),
        (error) => taken(error),
      );
    },
  });
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(options.port ?? 0, "127.0.0.1", done);
  });
  server.on("error", (error) => process.stderr.write(`upki-post: ${error.message}\n`));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((done) => server.close(done)),
  };
}

async function deliver(options: PostOptions, addresses: string[], stream: Readable): Promise<void> {
  const raw = await buffer(stream);
  const isOurs = (address: string) => address === options.mailbox.toLowerCase();
  if (addresses.some(isOurs)) await handOver(options, raw);
  if (addresses.some((address) => !isOurs(address))) await putIntoOutbox(options.folder, raw);
}

/** What is wrong on the portal's side, or a portal that is not there, passes: the sender keeps the mail and comes again. What it will not have ends here. */
async function handOver({ portal, secret }: PostOptions, raw: Buffer): Promise<void> {
  const answer = await fetch(`${portal}/api/upki/mail`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "message/rfc822" },
    body: new Uint8Array(raw),
  }).catch(() => null);
  if (!answer || answer.status >= 500)
    throw Object.assign(new Error("the portal does not take mail now"), { responseCode: 451 });
  if (!answer.ok) process.stderr.write(`upki-post: the portal refused a mail (${answer.status})\n`);
}

/** The same mail sent twice is two files, as it would be two mails. */
async function putIntoOutbox(folder: string, raw: Buffer): Promise<void> {
  const outbox = join(folder, "outbox");
  await mkdir(outbox, { recursive: true, mode: 0o700 });
  const name = randomBytes(16).toString("hex");
  const half = join(outbox, `upki-${name}.part`);
  await writeFile(half, raw, { mode: 0o600 });
  await rename(half, join(outbox, `upki-${name}.eml`));
}
