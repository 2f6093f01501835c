/** A small HTTP server of a test's, on a port of its own. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export type Received = { method: string; path: string; headers: Headers; body: string };

export async function listen(answer: (received: Received) => Promise<Response>) {
  const server = createServer(async (request, response) => {
    const said = await answer(await received(request)).catch(
      (error) => new Response(String(error), { status: 500 }),
    );
    // A redirect of several cookies is several headers.
    for (const [name, value] of said.headers) if (name !== "set-cookie") response.setHeader(name, value);
    if (said.headers.has("set-cookie")) response.setHeader("set-cookie", said.headers.getSetCookie());
    response.writeHead(said.status).end(Buffer.from(await said.arrayBuffer()));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function received(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    method: request.method ?? "GET",
    path: request.url ?? "/",
    headers: new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    body: Buffer.concat(chunks).toString("utf8"),
  };
}
