/** Next.js in this process: when the process ends, however it ends, the port is free. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, createServer as createPlainServer } from "node:net";
import type { Env } from "../server/env.ts";
import { Refusal } from "./refusal.ts";

export type Web = { close: () => Promise<void> };

/** The port as a number, once it is sure that it is free. */
export async function checkPort(text: string): Promise<number> {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw new Refusal(
      `PORT is not right: set it to a number from 1 to 65535, such as \`PORT=3001 npm start\`.`,
    );
  }
  const taken = new Refusal(
    `Port ${port} is taken: end the program that uses it, or choose another port with \`PORT=${port === 65535 ? port - 1 : port + 1} npm start\`.`,
  );
  if (await answers(port)) throw taken;
  const server = createPlainServer();
  await new Promise<void>((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      fail(
        error.code === "EACCES"
          ? new Refusal(
              `Port ${port} may not be opened by this user: choose one above 1023 with \`PORT=3000 npm start\`.`,
            )
          : taken,
      ),
    );
    server.listen(port, done);
  });
  await new Promise((done) => server.close(done));
  return port;
}

/** A program that listens on one address only does not always stand in the way of our own listening; it would of our users. */
function answers(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const socket = connect({ port, host: "localhost" });
    socket.setTimeout(1000, () => socket.destroy());
    socket.on("connect", () => {
      socket.destroy();
      answer(true);
    });
    socket.on("error", () => answer(false));
    socket.on("close", () => answer(false));
  });
}

/** The demo federation's passwords are public: such a portal is for this machine only, unless HOST says otherwise. */
export function hostsFor(env: Env): string[] {
  if (process.env.HOST) return [process.env.HOST];
  return env.DEMO_FEDERATION ? ["127.0.0.1", "::1"] : ["::", "0.0.0.0"];
}

/** `trustProxy`: who comes from where is what the proxy says that stands before this portal; else it is who has connected. */
type Options = { root: string; dev: boolean; port: number; hosts: string[]; trustProxy: boolean };

export async function openWeb({ root, dev, port, hosts, trustProxy }: Options): Promise<Web> {
  Object.assign(process.env, { NODE_ENV: dev ? "development" : "production", NEXT_TELEMETRY_DISABLED: "1" });
  const { default: next } = await import("next");
  // Next.js listens for upgrades (hot reload) on one server only: this one stands for all of ours.
  const upgrades = createServer();
  const app = next({ dev, dir: root, hostname: "localhost", port, httpServer: upgrades });
  await app.prepare();
  const handle = app.getRequestHandler();
  const servers: Server[] = [];
  for (const host of hosts) {
    const server = createServer((request, response) => {
      if (!trustProxy) request.headers["x-forwarded-for"] = request.socket.remoteAddress ?? "";
      if (!answeredAhead(request, response)) void handle(request, response);
    });
    server.on("upgrade", (...upgrade) => upgrades.emit("upgrade", ...upgrade));
    if (await listen(server, port, host)) servers.push(server);
  }
  if (servers.length === 0)
    throw new Refusal(`Port ${port} was taken in the meantime: choose another with \`PORT=… npm start\`.`);
  return {
    close: async () => {
      await Promise.all(servers.map(closeServer));
      const { portalStop } = globalThis as { portalStop?: () => Promise<void> };
      await portalStop?.();
      await app.close();
    },
  };
}

/** What the portal publishes for machines (`/pki`, `/ocsp`) costs too little to go through Next.js; server/prepare.ts leaves this behind. */
function answeredAhead(request: IncomingMessage, response: ServerResponse): boolean {
  const { portalAhead } = globalThis as { portalAhead?: (...asked: unknown[]) => boolean };
  return portalAhead?.(request, response) ?? false;
}

/** False when this machine does not have the address, as many have no IPv6. */
function listen(server: Server, port: number, host: string): Promise<boolean> {
  return new Promise((answer) => {
    server.once("error", () => answer(false));
    server.listen(port, host, () => answer(true));
  });
}

/** Lets answers under way finish, for three seconds. */
function closeServer(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 3000).unref();
  });
}
