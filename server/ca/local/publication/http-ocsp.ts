/** OCSP over HTTP (RFC 6960 appendix A, RFC 5019): a question in a path or a body, and for how long its answer may be kept. */
import { log, newReference } from "../../../log.ts";
import { ocspError } from "../../../pki/ocsp.ts";
import type { World } from "../world.ts";
import { whenThere } from "./at-once.ts";
import {
  answer,
  type Body,
  giveReady,
  type Headers,
  isKnown,
  isRead,
  notKept,
  notThisWay,
  type PublicAnswer,
  type PublicRequest,
  readyAnswer,
  sorry,
} from "./http-answer.ts";
import { type Answer, answerOcsp, answerPath, type KeptAnswer } from "./ocsp.ts";

/** Octets of a request; and characters of one in a path, which has some more. */
const mostInBody = 64 * 1024;
const mostInPath = 8 * 1024;
const requestType = "application/ocsp-request";
const responseType = ["Content-Type", "application/ocsp-response"];
const signedForOne: Headers = [...responseType, ...notKept];
/** Seconds for which caches may give the answer that a certificate is good: a revocation is known everywhere after that. */
const maxAgeOfGood = 5 * 60;

export function answerQuestion(
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
  return whenThere(request.body(mostInBody), (octets) => answerBody(world, request, octets));
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
  find: () => Answer | Promise<Answer>,
): PublicAnswer | Promise<PublicAnswer> {
  try {
    const found = find();
    if (!(found instanceof Promise)) return ocsp(world, request, found);
    return found.then(
      (answer) => ocsp(world, request, answer),
      (error) => troubled(request, error),
    );
  } catch (error) {
    return troubled(request, error);
  }
}

/** Milliseconds. Thousands may ask while a database is away: the log tells of one a second. */
const toldEvery = 1000;
let toldAt = Number.NEGATIVE_INFINITY;

function troubled(request: PublicRequest, err: unknown): PublicAnswer {
  const later = answer(request, 200, signedForOne, ocspError("tryLater"));
  if (performance.now() - toldAt < toldEvery) return later;
  toldAt = performance.now();
  log.error(
    { err, reference: newReference() },
    "An OCSP request could not be answered; it was told to try later.",
  );
  return later;
}

/** RFC 5019 §6: what a GET brings may be kept, and what is signed for one moment, or for nobody, may not. */
function ocsp(world: World, request: PublicRequest, { der, kept }: Answer): PublicAnswer {
  if (!kept || request.method === "POST") return answer(request, 200, signedForOne, der);
  const maxAge = maxAgeOf(kept, world.now());
  if (isKnown(request, kept.etag, kept.since)) return answer(request, 304, headersOf(kept, maxAge), null);
  if (kept.ready?.maxAge !== maxAge)
    kept.ready = { maxAge, ...readyAnswer([...responseType, ...headersOf(kept, maxAge)], der) };
  return giveReady(request, kept.ready);
}

function maxAgeOf({ until, status }: KeptAnswer, now: Date): number {
  const left = Math.max(0, Math.floor((until.getTime() - now.getTime()) / 1000));
  return status.revoked ? left : Math.min(left, maxAgeOfGood);
}

function headersOf({ etag, since, until }: KeptAnswer, maxAge: number): Headers {
  return [
    ...["ETag", etag],
    ...["Last-Modified", since.toUTCString()],
    ...["Expires", until.toUTCString()],
    ...["Cache-Control", `max-age=${maxAge}, public, no-transform, must-revalidate`],
  ];
}
