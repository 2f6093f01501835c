/**
 * The public door of the CA, without a framework: from a request's line, headers and body to an answer. Two stand before it, a plain
 * server of Node's ahead of Next.js (`node-door.ts`) and Next's route handlers (`web-door.ts`); what they answer is the same.
 */
import { log, newReference } from "../../../log.ts";
import { ocspError } from "../../../pki/ocsp.ts";
import { type PublicFile, publicFile } from "../public-files.ts";
import type { World } from "../world.ts";
import { type Answer, answerOcsp, answerPath } from "./ocsp.ts";

export type PublicRequest = {
  method: string;
  /** As it stands in the request line, from the first slash on. */
  target: string;
  header: (
    name: "content-type" | "if-none-match" | "if-modified-since" | "x-forwarded-proto",
  ) => string | undefined;
  /** The body, unless it is longer than so many octets, or does not come. */
  body: (most: number) => Body | Promise<Body>;
};

export type Body = Uint8Array | "long" | "late";

export type PublicAnswer = {
  status: number;
  headers: Headers;
  /** Null where nothing follows, for HEAD as well. */
  body: Uint8Array | null;
};

/** Names and values in turn. */
type Headers = readonly string[];

/** Whether a request is for this door. */
export function isPublic(target: string): boolean {
  return target.startsWith("/pki/") || /^\/ocsp(?:[/?]|$)/.test(target);
}

/** Answers whatever comes; never throws. */
export function answerPublic(world: World, request: PublicRequest): PublicAnswer | Promise<PublicAnswer> {
  const [path = ""] = request.target.split("?", 1);
  return path.startsWith("/pki/")
    ? answerFile(world, request, path.slice(5))
    : answerQuestion(world, request, path);
}

/** As pages have them; next.config.ts says why. */
const always: Headers = Object.entries({
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
}).flat();
const overTls: Headers = [...always, "Strict-Transport-Security", "max-age=63072000; includeSubDomains"];

function answer(
  request: PublicRequest,
  status: number,
  headers: Headers,
  body: Uint8Array | null,
): PublicAnswer {
  const all =
    request.header("x-forwarded-proto") === "https" ? overTls.concat(headers) : always.concat(headers);
  if (body) all.push("Content-Length", String(body.length));
  return { status, headers: all, body: request.method === "HEAD" ? null : body };
}

async function answerFile(world: World, request: PublicRequest, name: string): Promise<PublicAnswer> {
  if (!isRead(request.method)) return notThisWay(request, "GET, HEAD");
  let file: PublicFile | "unknown" | "outdated";
  try {
    file = await publicFile(world, name);
  } catch (err) {
    const reference = newReference();
    log.error({ err, reference, name }, "A file of the CA could not be given.");
    return sorry(
      request,
      503,
      `今は提供できません（${reference}）。`,
      `Not available now (${reference}).`,
      later,
    );
  }
  if (file === "unknown")
    return sorry(request, 404, "そのようなファイルはありません。", "There is no such file.");
  if (file === "outdated") {
    return sorry(
      request,
      503,
      "失効リストを今は提供できません。しばらくしてからもう一度お試しください。",
      "There is no current revocation list. Please try again later.",
      later,
    );
  }
  const { body, type, etag, lastModified, maxAge, staleIfError } = file;
  const headers = [
    ...["ETag", etag],
    ...["Last-Modified", lastModified.toUTCString()],
    // Whoever cannot reach us goes on with what they have, and with a list until it has ended: it says itself when that is.
    ...["Cache-Control", `public, max-age=${maxAge}, stale-if-error=${staleIfError}`],
  ];
  if (isKnown(request, etag, lastModified)) return answer(request, 304, headers, null);
  return answer(request, 200, [...headers, "Content-Type", type], body);
}

const later = ["Retry-After", "60"];

/** Octets of a request; and characters of one in a path, which has some more. */
const mostInBody = 64 * 1024;
const mostInPath = 8 * 1024;
const requestType = "application/ocsp-request";
const responseType = ["Content-Type", "application/ocsp-response"];
const notKept = ["Cache-Control", "no-store"];
const signedForOne: Headers = [...responseType, ...notKept];
/** Seconds for which caches may give the answer that a certificate is good: a revocation is known everywhere after that. */
const maxAgeOfGood = 5 * 60;

function answerQuestion(
  world: World,
  request: PublicRequest,
  path: string,
): PublicAnswer | Promise<PublicAnswer> {
  const inPath = path.slice("/ocsp/".length);
  if (inPath === "") {
    if (request.method !== "POST") return notThisWay(request, "POST");
    return answerPosted(world, request);
  }
  if (!isRead(request.method)) return notThisWay(request, "GET, HEAD");
  if (inPath.length > mostInPath)
    return sorry(request, 414, "リクエストが長すぎます。", "The request is too long.");
  return told(world, request, () => answerPath(world, inPath));
}

function answerPosted(world: World, request: PublicRequest): PublicAnswer | Promise<PublicAnswer> {
  const [type = ""] = (request.header("content-type") ?? "").split(";", 1);
  if (type.trim().toLowerCase() !== requestType) {
    return sorry(
      request,
      415,
      `Content-Type: ${requestType} で送信してください。`,
      `Send it as ${requestType}.`,
      ["Accept", requestType],
    );
  }
  const body = request.body(mostInBody);
  return body instanceof Promise
    ? body.then((octets) => answerBody(world, request, octets))
    : answerBody(world, request, body);
}

function answerBody(
  world: World,
  request: PublicRequest,
  octets: Body,
): PublicAnswer | Promise<PublicAnswer> {
  if (octets === "long") return sorry(request, 413, "リクエストが長すぎます。", "The request is too long.");
  if (octets === "late")
    return sorry(request, 408, "リクエストが届きませんでした。", "The request did not arrive.");
  return told(world, request, () => answerOcsp(world, octets));
}

function told(
  world: World,
  request: PublicRequest,
  answer: () => Answer | Promise<Answer>,
): PublicAnswer | Promise<PublicAnswer> {
  try {
    const found = answer();
    if (!(found instanceof Promise)) return ocsp(request, found, world.now());
    return found.then(
      (answer) => ocsp(request, answer, world.now()),
      (error) => troubled(request, world, error),
    );
  } catch (error) {
    return troubled(request, world, error);
  }
}

/** Milliseconds. Thousands may ask while a database is away: the log tells of one a second. */
const toldEvery = 1000;
let toldAt = Number.NEGATIVE_INFINITY;

function troubled(request: PublicRequest, world: World, err: unknown): PublicAnswer {
  const answer = ocsp(request, { der: ocspError("tryLater"), kept: null }, world.now());
  if (performance.now() - toldAt < toldEvery) return answer;
  toldAt = performance.now();
  log.error(
    { err, reference: newReference() },
    "An OCSP request could not be answered; it was told to try later.",
  );
  return answer;
}

/** RFC 5019 §6: what a GET brings may be kept, and what is signed for one moment, or for nobody, may not. */
function ocsp(request: PublicRequest, { der, kept }: Answer, now: Date): PublicAnswer {
  if (!kept || request.method === "POST") return answer(request, 200, signedForOne, der);
  const { etag, since, until, status } = kept;
  const left = Math.max(0, Math.floor((until.getTime() - now.getTime()) / 1000));
  const maxAge = status.revoked ? left : Math.min(left, maxAgeOfGood);
  const headers = [
    ...["ETag", etag],
    ...["Last-Modified", kept.lastModified],
    ...["Expires", kept.expires],
    ...["Cache-Control", `max-age=${maxAge}, public, no-transform, must-revalidate`],
  ];
  if (isKnown(request, etag, since)) return answer(request, 304, headers, null);
  return answer(request, 200, responseType.concat(headers), der);
}

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

/** Whether the reader has it already (RFC 9110 §13.2.2: the entity tag decides where both are given). */
function isKnown(request: PublicRequest, etag: string, lastModified: Date): boolean {
  const tags = request.header("if-none-match");
  if (tags !== undefined)
    return tags.split(",").some((tag) => ["*", etag].includes(tag.trim().replace(/^W\//, "")));
  const since = request.header("if-modified-since");
  return since !== undefined && wholeSeconds(lastModified).getTime() <= Date.parse(since);
}

function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}

function notThisWay(request: PublicRequest, allowed: string): PublicAnswer {
  return sorry(request, 405, `使えるメソッド: ${allowed}`, `The method is to be ${allowed}.`, [
    "Allow",
    allowed,
  ]);
}

function sorry(
  request: PublicRequest,
  status: number,
  ja: string,
  en: string,
  headers: Headers = [],
): PublicAnswer {
  const body = Buffer.from(`${ja}\n${en}\n`);
  return answer(request, status, ["Content-Type", "text/plain; charset=utf-8", ...notKept, ...headers], body);
}
