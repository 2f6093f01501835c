/** The connector's mailbox, read by IMAP (RFC 9051): what is unseen is handed on, and is seen only when it was taken. */
import { ImapFlow } from "imapflow";
import { homeHosts } from "../../env.ts";
import { log } from "../../log.ts";

export type Mailbox = {
  /** `imaps://user:password@host[:port]/folder`, percent-encoded; INBOX when no folder is named; `imap://` at localhost only. */
  url: string;
  /** PEM that the server's TLS certificate chains to; the system's when left out. */
  authorities?: readonly string[];
  /** Milliseconds the server may be silent. */
  timeout?: number;
};

export type Polled = {
  taken: number;
  /** Could not be taken now, and come again. */
  left: number;
  /** Are flagged for a person, and not read. */
  tooLarge: number;
};

/** Mails of the service have some thousand octets. */
const largestMail = 512 * 1024;

/**
 * Looks through the folder once, the oldest mail first. Two looks at a time hand mails on twice, and so does a connection that breaks
 * between taking and marking: `take` must not mind.
 * @param take given the octets as they came (RFC 5322); when it throws, the mail stays unseen and the next one is looked at
 * @throws Error one sentence about the setting or the connection, without user and password
 */
export async function pollMailbox(
  mailbox: Mailbox,
  take: (raw: Uint8Array) => Promise<void>,
): Promise<Polled> {
  const { folder, where, ...login } = read(mailbox);
  const client = new ImapFlow({ ...login, logger: false, disableAutoIdle: true });
  // A broken connection fails the command under way; told here too, it would end the process.
  client.on("error", () => {});
  try {
    await client.connect();
    await client.mailboxOpen(folder);
    return await takeUnseen(client, take);
  } catch (error) {
    throw new Error(`The mailbox at ${where} could not be read: ${reasonOf(error)}.`);
  } finally {
    await client.logout().catch(() => client.close());
  }
}

async function takeUnseen(client: ImapFlow, take: (raw: Uint8Array) => Promise<void>): Promise<Polled> {
  const polled = { taken: 0, left: 0, tooLarge: 0 };
  const unseen = await client.search({ seen: false }, { uid: true });
  if (!unseen) throw new Error("it cannot be searched");
  for (const number of unseen) {
    const uid = String(number);
    const known = await client.fetchOne(uid, { size: true, flags: true }, { uid: true });
    // Another look took or removed it meanwhile.
    if (!known || known.flags?.has("\\Seen")) continue;
    const { size = Number.POSITIVE_INFINITY } = known;
    if (size > largestMail) {
      polled.tooLarge += 1;
      if (known.flags?.has("\\Flagged")) continue;
      log.warn(
        { event: "upki", uid: number, size },
        "A mail is too large for one of the service and was flagged",
      );
      await client.messageFlagsAdd(uid, ["\\Flagged"], { uid: true });
      continue;
    }
    const message = await client.fetchOne(uid, { source: true }, { uid: true });
    if (message === false || message.source === undefined) continue;
    if (await isTaken(number, message.source, take)) {
      polled.taken += 1;
      await client.messageFlagsAdd(uid, ["\\Seen"], { uid: true });
    } else polled.left += 1;
  }
  return polled;
}

async function isTaken(uid: number, source: Uint8Array, take: (raw: Uint8Array) => Promise<void>) {
  try {
    await take(source);
    return true;
  } catch (err) {
    log.error({ event: "upki", uid, err }, "A mail could not be taken and stays unseen");
    return false;
  }
}

const wanted = "set it to imaps://user:password@host/folder, percent-encoded; imap:// is for localhost only";

function read({ url: text, authorities, timeout = 60_000 }: Mailbox) {
  const wrong = (fault: string) => new Error(`UPKI_IMAP_URL ${fault}: ${wanted}.`);
  if (!URL.canParse(text)) throw wrong("is no URL");
  const { protocol, hostname, port, username, password, pathname } = new URL(text);
  const secure = protocol === "imaps:";
  if (!secure && protocol !== "imap:") throw wrong("is not of IMAP");
  if (!secure && !homeHosts.includes(hostname)) throw wrong("would send the password in clear");
  if (!hostname || !username || !password) throw wrong("names no host, user or password");
  const [user, pass, folder] = [username, password, pathname.slice(1)].map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw wrong("is not percent-encoded as it should be");
    }
  }) as [string, string, string];
  const host = hostname.replace(/^\[|\]$/g, "");
  return {
    host,
    port: Number(port) || (secure ? 993 : 143),
    secure,
    // At localhost only, where nobody listens in.
    ...(!secure && { doSTARTTLS: false }),
    tls: authorities && { ca: [...authorities] },
    auth: { user, pass },
    folder: folder || "INBOX",
    where: `${hostname}${port && `:${port}`}`,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    // Beyond what is asked for, whatever the server says of sizes.
    maxLiteralSize: largestMail * 2,
    maxResponseSize: largestMail * 3,
  };
}

/** What the server or the network said; the command it answered may hold a password and is left out. */
function reasonOf(error: unknown): string {
  const { message, code, authenticationFailed, responseText } = error as {
    message?: string;
    code?: string;
    authenticationFailed?: boolean;
    responseText?: string;
  };
  if (authenticationFailed) return "it does not take the user or the password of UPKI_IMAP_URL";
  const said = responseText ?? message ?? String(error);
  return `${code ? `${code}: ` : ""}${said}`.replace(/\s+/g, " ").replace(/\.$/, "").slice(0, 300);
}
