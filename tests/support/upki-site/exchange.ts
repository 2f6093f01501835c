/** How a page is asked for and answered over TLS, with sessions, and with connections that break where a fault is armed. */
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server, type ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { toEucJp } from "./encodings.ts";
import { strike } from "./faults.ts";
import { type Form, readForm } from "./form.ts";
import type { Ledger } from "./ledger.ts";
import { changedPage, errorPage } from "./page.ts";

/** Where a visitor is in a series of pages, and what the pages before told. */
export type Session = { id: string; step: string; token: string };

export type Ask = {
  url: URL;
  form: Form;
  session: Session | null;
  /** Waits as long as an armed `slow` wants it. */
  slow: () => Promise<void>;
};

export type Answer = {
  body: Buffer | string;
  status?: number;
  /** Of a file to be saved. Without: a page in EUC-JP. */
  file?: { name: string; type: string };
  session?: Session;
  /** The connection breaks: without an answer, or in the middle of it. */
  cut?: "whole" | "half";
  /** What happens once the visitor has the answer, or was left without one. */
  after?: () => void;
};

export type Route = {
  method: "GET" | "POST";
  path: string;
  /** What faults call it. */
  page: string;
  /** The deed waits by itself where it is slow. */
  isSlowInside?: boolean;
  deed: (ask: Ask) => Promise<Answer> | Answer;
};

const uploadAtMost = 10 * 1024 * 1024;

export type Site = { port: number; close(): Promise<void> };

export async function serve(
  ledger: Ledger,
  tls: ServerOptions,
  port: number,
  routes: Route[],
): Promise<Site> {
  const sessions = new Map<string, Session>();
  const server = createServer(tls, (question, reply) => {
    answer(ledger, sessions, routes, question, reply).catch((error) => {
      process.stderr.write(`upki-site: ${error.stack}\n`);
      question.socket.destroy();
    });
  });
  await listening(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function answer(
  ledger: Ledger,
  sessions: Map<string, Session>,
  routes: Route[],
  question: IncomingMessage,
  reply: ServerResponse,
): Promise<void> {
  const url = new URL(question.url ?? "/", "https://localhost");
  const route = routes.find(({ method, path }) => method === question.method && path === url.pathname);
  if (!route) return write(reply, { status: 404, body: errorPage("ページが見つかりません。") });
  const { page } = route;
  if (strike(ledger, "reset", { page })) {
    underneath(question.socket).resetAndDestroy();
    return;
  }
  const slow = async () => {
    const fault = strike(ledger, "slow", { page });
    if (fault) await pause(fault.ms ?? 1000);
  };
  const form = await readForm(question, uploadAtMost);
  if (!route.isSlowInside) await slow();
  if (strike(ledger, "status500", { page }))
    return write(reply, { status: 500, body: errorPage("システムエラーが発生しました。") });
  if (strike(ledger, "session_lost", { page })) sessions.clear();
  const session = sessions.get(/JSESSIONID=(\w+)/.exec(question.headers.cookie ?? "")?.[1] ?? "") ?? null;
  const said = await route.deed({ url, form, session, slow });
  await ledger.save();
  if (said.session) sessions.set(said.session.id, said.session);
  if (said.after) whenOver(reply, said.after);
  if (said.cut === "whole") {
    question.socket.destroy();
    return;
  }
  if (strike(ledger, "cut", { page })) said.cut = "half";
  if (typeof said.body === "string" && strike(ledger, "page_changed", { page }))
    said.body = changedPage(said.body);
  write(reply, said);
}

/** A visitor may have gone while the answer was made. */
function whenOver(reply: ServerResponse, deed: () => void): void {
  if (reply.closed) deed();
  else reply.once("close", deed);
}

/** The TCP connection that carries the TLS one: only it can be reset. */
function underneath(socket: Socket): Socket {
  return (socket as Socket & { _parent?: Socket })._parent ?? socket;
}

function write(reply: ServerResponse, { body, status = 200, file, session, cut }: Answer): void {
  const octets = typeof body === "string" ? toEucJp(body) : body;
  reply.setHeader("Content-Type", file?.type ?? "text/html; charset=EUC-JP");
  reply.setHeader("Content-Length", octets.length);
  reply.setHeader("Cache-Control", "no-store");
  if (file) reply.setHeader("Content-Disposition", `attachment; filename="${file.name}"`);
  if (session) reply.setHeader("Set-Cookie", `JSESSIONID=${session.id}; Path=/upki-odcert; Secure; HttpOnly`);
  reply.writeHead(status);
  if (cut) reply.write(octets.subarray(0, octets.length / 2), () => reply.destroy());
  else reply.end(octets);
}

export function newSession(step: string, token = ""): Session {
  return { id: randomBytes(16).toString("hex").toUpperCase(), step, token };
}

async function listening(server: Server, port: number): Promise<void> {
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", done);
  });
}
