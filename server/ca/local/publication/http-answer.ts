/** Requests and answers of the public door, and what all answers have in common. */
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
export type Headers = readonly string[];

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

export const notKept: Headers = ["Cache-Control", "no-store"];

export function answer(
  request: PublicRequest,
  status: number,
  headers: Headers,
  body: Uint8Array | null,
): PublicAnswer {
  const all = (isOverTls(request) ? overTls : always).concat(headers);
  if (body) all.push("Content-Length", String(body.length));
  return { status, headers: all, body: request.method === "HEAD" ? null : body };
}

/** An answer that is the same for many, with all its headers. */
export type ReadyAnswer = Record<"plain" | "overTls", Headers> & { body: Uint8Array };

export function readyAnswer(headers: Headers, body: Uint8Array): ReadyAnswer {
  const own = [...headers, "Content-Length", String(body.length)];
  return { plain: [...always, ...own], overTls: [...overTls, ...own], body };
}

export function giveReady(request: PublicRequest, { plain, overTls, body }: ReadyAnswer): PublicAnswer {
  const headers = isOverTls(request) ? overTls : plain;
  return { status: 200, headers, body: request.method === "HEAD" ? null : body };
}

function isOverTls(request: PublicRequest): boolean {
  return request.header("x-forwarded-proto") === "https";
}

export function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

/** Whether the reader has it already (RFC 9110 §13.2.2: the entity tag decides where both are given). */
export function isKnown(request: PublicRequest, etag: string, lastModified: Date): boolean {
  const tags = request.header("if-none-match");
  if (tags !== undefined)
    return tags.split(",").some((tag) => ["*", etag].includes(tag.trim().replace(/^W\//, "")));
  const since = request.header("if-modified-since");
  return since !== undefined && wholeSeconds(lastModified).getTime() <= Date.parse(since);
}

function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}

export function notThisWay(request: PublicRequest, allowed: string): PublicAnswer {
  return sorry(request, 405, `使えるメソッド: ${allowed}`, `The method is to be ${allowed}.`, [
    "Allow",
    allowed,
  ]);
}

export function sorry(
  request: PublicRequest,
  status: number,
  ja: string,
  en: string,
  headers: Headers = [],
): PublicAnswer {
  const body = Buffer.from(`${ja}\n${en}\n`);
  return answer(request, status, ["Content-Type", "text/plain; charset=utf-8", ...notKept, ...headers], body);
}
