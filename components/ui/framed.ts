/**
 * A mail's HTML for a sandboxed frame: its links open in the whole window, and nothing in it may run or be loaded.
 */
export function framed(html: string): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  const head = `<meta http-equiv="Content-Security-Policy" content="${policy}"><base target="_top">`;
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, (tag) => tag + head) : head + html;
}
