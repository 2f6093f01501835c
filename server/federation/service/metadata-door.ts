/** The address of our metadata: fetched by federations and institutions time and again, and by a registrar once. */
import { createHash } from "node:crypto";
import type { Federation } from "../world.ts";
import { spMetadata } from "./metadata.ts";

/** `?signed=false`: without signature and end, to be taken over by hand. */
export async function showMetadata(world: Federation, request: Request): Promise<Response> {
  const signed = new URL(request.url).searchParams.get("signed") !== "false";
  const document = await spMetadata(world, { signed });
  const etag = `"${createHash("sha256").update(document).digest("base64url")}"`;
  const headers = {
    // A rollover shows at once to whoever asks whether anything is new.
    "cache-control": "public, no-cache",
    etag,
  };
  if (asksFor(request, etag)) return new Response(null, { status: 304, headers });
  return new Response(document, {
    headers: {
      ...headers,
      "content-type": "application/samlmetadata+xml; charset=utf-8",
      "content-disposition": 'inline; filename="client-certificate-portal.xml"',
    },
  });
}

/** If-None-Match (RFC 9110 §13.1.2): what a proxy has made weak is the same document. */
function asksFor(request: Request, etag: string): boolean {
  const known = request.headers.get("if-none-match")?.split(",") ?? [];
  return known.some((one) => ["*", etag].includes(one.trim().replace(/^W\//, "")));
}
