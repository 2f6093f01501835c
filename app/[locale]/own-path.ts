/** The path with its query as a header can carry it, if it is one of this site; else the first page. */
export function ownPath(text: string): string {
  const here = "https://here.invalid";
  if (!text.startsWith("/") || !URL.canParse(text, here)) return "/";
  const { origin, pathname, search } = new URL(text, here);
  return origin === here && !pathname.startsWith("//") ? pathname + search : "/";
}
