/** The public repository of the CA: certificates and revocation lists, for machines that check certificates. */
import { localCa } from "@/server/wiring.ts";

export async function GET(
  request: Request,
  { params }: { params: Promise<{ file: string }> },
): Promise<Response> {
  const { file: name } = await params;
  const file = await localCa().publicFile(name);
  if (file === "unknown") return sorry(404, "そのようなファイルはありません。", "There is no such file.");
  if (file === "outdated") {
    return sorry(
      503,
      "失効リストを今は提供できません。しばらくしてからもう一度お試しください。",
      "There is no current revocation list. Please try again later.",
    );
  }

  const lastModified = new Date(Math.floor(file.lastModified.getTime() / 1000) * 1000);
  const headers = {
    ETag: file.etag,
    "Last-Modified": lastModified.toUTCString(),
    "Cache-Control": `public, max-age=${file.maxAge}`,
  };
  if (isKnown(request.headers, file.etag, lastModified)) return new Response(null, { status: 304, headers });
  return new Response(file.body, {
    headers: { ...headers, "Content-Type": file.type, "Content-Length": String(file.body.length) },
  });
}

/** Whether the reader has it already (RFC 9110 §13.2.2: the entity tag decides where both are given). */
function isKnown(headers: Headers, etag: string, lastModified: Date): boolean {
  const tags = headers.get("If-None-Match");
  if (tags !== null)
    return tags.split(",").some((tag) => ["*", etag].includes(tag.trim().replace(/^W\//, "")));
  const since = Date.parse(headers.get("If-Modified-Since") ?? "");
  return lastModified.getTime() <= since;
}

function sorry(status: number, ja: string, en: string): Response {
  return new Response(`${ja}\n${en}\n`, {
    status,
    headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" },
  });
}
