/** The public door on a server of Node's, ahead of whatever else that server answers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { log } from "../../../log.ts";
import type { World } from "../world.ts";
import { answerPublic, isPublic } from "./http.ts";
import type { Body, PublicAnswer, PublicRequest } from "./http-answer.ts";

/** Milliseconds for a body of a few hundred octets. */
const patience = 10_000;

/** Answers and returns true, or returns false for what is somebody else's. */
export function answerAhead(world: World, request: IncomingMessage, response: ServerResponse): boolean {
  const target = targetOf(request.url ?? "/");
  if (!isPublic(target)) return false;
  if (arrived.push([world, request, response, target]) === 1) setImmediate(answerArrived);
  return true;
}

const arrived: [World, IncomingMessage, ServerResponse, string][] = [];

/** What came in one turn of the loop is answered at its end: a body that came in one piece with its head is there by then, whole. */
function answerArrived(): void {
  for (const [world, request, response, target] of arrived.splice(0))
    answerNow(world, request, response, target);
  sendReady();
}

function isRead({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}

/** Whatever goes wrong here is nobody else's trouble. */
function answerNow(world: World, request: IncomingMessage, response: ServerResponse, target: string): void {
  try {
    const answer = answerPublic(world, asked(request, target));
    if (answer instanceof Promise)
      answer.then((answer) => send(request, response, answer)).catch((err) => failed(response, err));
    else if (ready.push([request, response, answer]) === together) sendReady();
  } catch (err) {
    failed(response, err);
  }
}

function failed(response: ServerResponse, err: unknown): void {
  log.error({ err }, "A public request could not be answered.");
  response.destroy();
}

const ready: [IncomingMessage, ServerResponse, PublicAnswer][] = [];

/** Answers that leave one right after the other: whoever asks much is woken once for several, and has something to do while the next are made. */
const together = 8;

function sendReady(): void {
  for (const [request, response, answer] of ready.splice(0)) {
    try {
      send(request, response, answer);
    } catch (err) {
      failed(response, err);
    }
  }
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

/** Octets up to which a body goes to the socket in one write with its head, as a string: as octets it would need another. */
const small = 8 * 1024;

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: PublicAnswer,
): void {
  if (response.destroyed) return;
  // A body that nobody read would be taken for the next request.
  const close = !request.complete && !isRead(request);
  response.writeHead(status, close ? [...headers, "Connection", "close"] : (headers as string[]));
  if (!body) response.end();
  else if (body.length > small) response.end(body);
  else {
    const { buffer, byteOffset, byteLength } = body;
    response.end(Buffer.from(buffer, byteOffset, byteLength).toString("latin1"), "latin1");
  }
}

/** At once where all of it is there. */
function octetsOf(request: IncomingMessage, most: number): Body | Promise<Body> {
  if (Number(request.headers["content-length"] ?? 0) > most) return "long";
  if (!request.complete) return arriving(request, most);
  const octets: Buffer = request.read() ?? Buffer.alloc(0);
  return octets.length > most ? "long" : octets;
}

/** Reading stops where they are too many, or do not come. */
function arriving(request: IncomingMessage, most: number): Promise<Body> {
  return new Promise((done) => {
    const parts: Buffer[] = [];
    let size = 0;
    const late = setTimeout(end, patience, "late");
    function end(octets: Body): void {
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
