/** The public door on a server of Node's, ahead of whatever else that server answers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { log } from "../../../log.ts";
import type { World } from "../world.ts";
import { answerPublic, isPublic, type PublicAnswer, type PublicRequest } from "./http.ts";

/** Milliseconds for a body of a few hundred octets. */
const patience = 10_000;

/** Answers and returns true, or returns false for what is somebody else's. */
export function answerAhead(world: World, request: IncomingMessage, response: ServerResponse): boolean {
  const target = targetOf(request.url ?? "/");
  if (!isPublic(target)) return false;
  const answer = answerPublic(world, asked(request, target));
  if (answer instanceof Promise) {
    answer.then(
      (answer) => sendSoon(request, response, answer),
      (err) => {
        log.error({ err }, "A public request could not be answered.");
        response.destroy();
      },
    );
  } else sendSoon(request, response, answer);
  return true;
}

/** Proxies may send the whole URL (RFC 9112 §3.2.2). */
function targetOf(url: string): string {
  return url.startsWith("/") ? url : url.replace(/^https?:\/\/[^/?#]*/i, "");
}

function asked(request: IncomingMessage, target: string): PublicRequest {
  return {
    method: request.method ?? "GET",
    target,
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    body: (most) => octetsOf(request, most),
  };
}

const ready: [IncomingMessage, ServerResponse, PublicAnswer][] = [];

/**
 * What is answered in one turn of the loop is sent together at its end: whoever asks much is woken once for many answers, which costs
 * the machine less than half of what one by one does.
 */
function sendSoon(...answer: [IncomingMessage, ServerResponse, PublicAnswer]): void {
  if (ready.push(answer) > 1) return;
  setImmediate(() => {
    for (const one of ready.splice(0)) send(...one);
  });
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: PublicAnswer,
): void {
  if (response.destroyed) return;
  // A body that nobody read would be taken for the next request.
  if (!request.complete && request.method !== "GET" && request.method !== "HEAD")
    headers.Connection = "close";
  response.writeHead(status, headers);
  if (body) response.end(body);
  else response.end();
}

/** Reading stops where they are too many, or do not come. */
function octetsOf(request: IncomingMessage, most: number): Promise<Uint8Array | "long" | "late"> {
  if (Number(request.headers["content-length"] ?? 0) > most) return Promise.resolve("long");
  return new Promise((done) => {
    const parts: Buffer[] = [];
    let size = 0;
    const late = setTimeout(end, patience, "late");
    function end(octets: Uint8Array | "long" | "late"): void {
      clearTimeout(late);
      request.off("data", take).off("end", all).off("close", gone).off("error", gone);
      if (typeof octets === "string") request.resume();
      done(octets);
    }
    function take(part: Buffer): void {
      size += part.length;
      if (size > most) end("long");
      else parts.push(part);
    }
    function all(): void {
      end(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
    }
    function gone(): void {
      end("late");
    }
    request.on("data", take).on("end", all).on("close", gone).on("error", gone);
  });
}
