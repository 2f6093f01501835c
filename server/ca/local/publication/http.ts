/**
 * The public door of the CA, without a framework: from a request's line, headers and body to an answer. Two stand before it, a plain
 * server of Node's ahead of Next.js (`node-door.ts`) and Next's route handlers (`web-door.ts`); what they answer is the same.
 */
import { log, newReference } from "../../../log.ts";
import { type PublicFile, publicFile } from "../public-files.ts";
import type { World } from "../world.ts";
import {
  answer,
  isKnown,
  isRead,
  notThisWay,
  type PublicAnswer,
  type PublicRequest,
  sorry,
} from "./http-answer.ts";
import { answerQuestion } from "./http-ocsp.ts";

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
