/** What stands before a portal in production: people know one name, and any of several servers may answer any request. */
import { listen, type Received } from "./listen.ts";

export async function openProxy(publicUrl: string) {
  const { host } = new URL(publicUrl);
  const behind: string[] = [];
  let turn = 0;

  async function forward({ method, path, headers, body }: Received): Promise<Response> {
    const forwarded = new Headers(headers);
    forwarded.set("host", host);
    forwarded.set("x-forwarded-host", host);
    forwarded.set("x-forwarded-proto", "https");
    forwarded.set("accept-encoding", "identity");
    forwarded.delete("connection");
    forwarded.delete("content-length");
    const server = behind[turn++ % behind.length];
    const answer = await fetch(`${server}${path}`, {
      method,
      headers: forwarded,
      body: method === "GET" ? null : body,
      redirect: "manual",
    });
    const passed = new Headers(answer.headers);
    passed.delete("transfer-encoding");
    return new Response(await answer.arrayBuffer(), { status: answer.status, headers: passed });
  }

  const server = await listen(forward);
  return {
    behind,
    /** Where this machine finds what everybody else finds at the public name. */
    reach: (url: string) => url.replace(publicUrl, server.url),
    close: server.close,
  };
}
