/** Where metadata come from: the web or a file, piece by piece. */
import { createReadStream } from "node:fs";
import { fileURLToPath } from "node:url";
import { MetadataRefusal } from "./refusal.ts";

/** What the source said of its copy, to ask the next time whether there is another (RFC 9110 §13.1). */
export type Validators = { etag: string | null; lastModified: string | null };

export type Fetched =
  | { status: "same" }
  | { status: "absent" }
  | { status: "here"; octets: AsyncIterable<Uint8Array>; validators: Validators; maxAge: number | null };

export type Asking = {
  known?: Validators;
  /** Milliseconds that the source may be silent. */
  silence?: number;
  /** Milliseconds for the whole answer. */
  longest?: number;
};

const mostRedirects = 5;
const longestValidator = 1024;
const mediaTypes = "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1";

/** Begins to read; what cannot be read, now or further on, is a MetadataRefusal. */
export async function fetchMetadata(
  url: string,
  { known, silence = 30_000, longest }: Asking = {},
): Promise<Fetched> {
  if (url.startsWith("file:")) {
    const octets = reading(createReadStream(fileURLToPath(url)), url, () => {});
    return { status: "here", octets, validators: { etag: null, lastModified: null }, maxAge: null };
  }
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(new Error(`silent for ${silence} ms`)), silence);
  const signal = longest ? AbortSignal.any([patience.signal, AbortSignal.timeout(longest)]) : patience.signal;
  const headers = new Headers({ accept: mediaTypes });
  if (known?.etag) headers.set("if-none-match", known.etag);
  if (known?.lastModified) headers.set("if-modified-since", known.lastModified);
  let response: Response;
  try {
    response = await followed(url, { headers, signal });
  } catch (cause) {
    clearTimeout(timer);
    throw unreadable(url, cause);
  }
  const { status, body } = response;
  if (status === 200 && body) {
    const validators = {
      etag: validator(response, "etag"),
      lastModified: validator(response, "last-modified"),
    };
    const octets = reading(body, url, (over) => (over ? clearTimeout(timer) : timer.refresh()));
    return { status: "here", octets, validators, maxAge: maxAgeOf(response) };
  }
  clearTimeout(timer);
  await body?.cancel();
  if (status === 304 && (known?.etag || known?.lastModified)) return { status: "same" };
  if (status === 404) return { status: "absent" };
  throw new MetadataRefusal("unreachable", `${url} answered ${status}`);
}

async function followed(first: string, init: RequestInit): Promise<Response> {
  let url = first;
  for (let steps = 0; steps <= mostRedirects; steps++) {
    const response = await fetch(url, { ...init, redirect: "manual" });
    const location = response.headers.get("location");
    if (![301, 302, 303, 307, 308].includes(response.status) || !location) return response;
    await response.body?.cancel();
    const next = new URL(location, url);
    const plainer = new URL(url).protocol === "https:" && next.protocol !== "https:";
    if (plainer || !["https:", "http:"].includes(next.protocol))
      throw new MetadataRefusal("unreachable", `${url} points to a ${next.protocol} address`);
    url = next.href;
  }
  throw new MetadataRefusal("unreachable", `${first} points on more than ${mostRedirects} times`);
}

/** The pieces; `heard` is told of each, and of the end. */
async function* reading(
  pieces: AsyncIterable<Uint8Array>,
  url: string,
  heard: (over: boolean) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of pieces) {
      heard(false);
      yield piece;
    }
  } catch (cause) {
    throw unreadable(url, cause);
  } finally {
    heard(true);
  }
}

function unreadable(url: string, cause: unknown): MetadataRefusal {
  if (cause instanceof MetadataRefusal) return cause;
  return new MetadataRefusal("unreachable", `${url} could not be read: ${reasonOf(cause)}`, cause);
}

/** The innermost cause, which says more than `fetch failed`. */
function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error ? cause.cause : undefined;
  if (inner instanceof Error) return reasonOf(inner);
  return cause instanceof Error ? cause.message : String(cause);
}

function validator(response: Response, name: string): string | null {
  const value = response.headers.get(name);
  return value && value.length <= longestValidator ? value : null;
}

/** Seconds of Cache-Control as milliseconds. */
function maxAgeOf(response: Response): number | null {
  const control = response.headers.get("cache-control") ?? "";
  if (/\bno-(cache|store)\b/i.test(control)) return 0;
  const [, seconds] = /\bmax-age=(\d{1,9})\b/i.exec(control) ?? [];
  return seconds === undefined ? null : Number(seconds) * 1000;
}
