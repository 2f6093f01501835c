/** Bodies of requests, read no further than they may be long: who sends them is not known yet. */

/** The octets, or null when there are more than `most`: reading stops there, whatever Content-Length says or leaves out. */
export async function octetsOf(request: Request, most: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(request.headers.get("content-length") ?? 0) > most) return null;
  const reader = request.body?.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > most) {
      await reader.cancel();
      return null;
    }
    parts.push(value);
  }
  return Uint8Array.from(Buffer.concat(parts));
}

/** The same request with its body in memory, or null when that is longer than `most` octets. */
export async function bounded(request: Request, most: number): Promise<Request | null> {
  if (request.body === null) return request;
  const body = await octetsOf(request, most);
  const { url, method, headers } = request;
  return body && new Request(url, { method, headers, body });
}
