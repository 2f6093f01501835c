/** Resend and a mail server, as a portal sees them. */
import { type AddressInfo, createServer, type Socket } from "node:net";
import PostalMime from "postal-mime";
import { listen } from "./listen.ts";

export type Mail = { to: string; subject: string; text: string };
export type MailServer = { url: string; mails: Mail[]; attempts: string[]; close(): Promise<void> };

/** Takes each Idempotency-Key once. The first mail it takes and then fails to say so. */
export async function openResend(apiKey: string): Promise<MailServer> {
  const taken = new Map<string, string>();
  const attempts: string[] = [];
  const mails: Mail[] = [];
  const server = await listen(async ({ method, path, headers, body }) => {
    if (method !== "POST" || path !== "/emails") return new Response(null, { status: 404 });
    if (headers.get("authorization") !== `Bearer ${apiKey}`) return new Response(null, { status: 401 });
    const key = headers.get("idempotency-key") ?? "";
    attempts.push(key);
    if (!taken.has(key)) {
      taken.set(key, `mail-${taken.size}`);
      mails.push(JSON.parse(body) as Mail);
      if (taken.size === 1)
        return Response.json({ name: "internal_server_error", message: "" }, { status: 500 });
    }
    return Response.json({ id: taken.get(key) });
  });
  return { url: server.url, mails, attempts, close: server.close };
}

/** Speaks SMTP. The first mail it asks to come again later. */
export async function openMailServer(): Promise<MailServer> {
  const attempts: string[] = [];
  const mails: Mail[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.setEncoding("latin1"));
    const say = (line: string) => socket.write(`${line}\r\n`);
    let pending = "";
    let isData = false;
    say("220 mail.example.ac.jp");
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      pending += chunk;
      for (;;) {
        const end = pending.indexOf(isData ? "\r\n.\r\n" : "\r\n");
        if (end < 0) return;
        const text = pending.slice(0, end);
        pending = pending.slice(end + (isData ? 5 : 2));
        if (isData) {
          isData = false;
          take(text.replace(/^\.\./gm, "."), say);
        } else {
          isData = /^DATA$/i.test(text);
          say(isData ? "354 go on" : "250 yes");
        }
      }
    });
  });
  const take = async (source: string, say: (line: string) => void) => {
    const mail = await PostalMime.parse(Buffer.from(source, "latin1"));
    attempts.push(mail.messageId ?? "");
    if (attempts.length === 1) return say("451 later");
    mails.push({ to: mail.to?.[0]?.address ?? "", subject: mail.subject ?? "", text: mail.text ?? "" });
    say("250 taken");
  };
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    attempts,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
