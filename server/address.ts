/** From where a request comes: what the nearest proxy, or the portal's own server, has noted. */

/** The address that came last to the list: those before it are what others say (RFC 7239 §5.2, X-Forwarded-For). */
export function addressIn(headers: Pick<Headers, "get">): string | null {
  const last = headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  return last && /^[0-9a-f.:]{2,45}$/i.test(last) ? last : null;
}
