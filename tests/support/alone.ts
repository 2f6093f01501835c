/**
 * One worker at a time. Who applies for one member in two browsers at once has made one application, as with two tabs; so tests that want one
 * of their own take turns. The lock is a port: it is free again however its holder ends.
 */
import { createServer, type Server } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

export async function alone<T>(deed: () => Promise<T>): Promise<T> {
  const lock = await taken(Number(process.env.PORTAL_LOCK_PORT));
  try {
    return await deed();
  } finally {
    await new Promise((done) => lock.close(done));
  }
}

async function taken(port: number): Promise<Server> {
  for (;;) {
    const server = createServer();
    const isOurs = await new Promise<boolean>((answer) => {
      server.once("error", () => answer(false));
      server.listen(port, "127.0.0.1", () => answer(true));
    });
    if (isOurs) return server;
    await pause(50);
  }
}
