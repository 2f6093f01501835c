/** A browser without a screen: keeps cookies, and reaches the portal's route handlers in process. */
type Handler = (request: Request, context: { params: Promise<never> }) => Promise<Response>;

export type Door = { pattern: RegExp; GET?: Handler; POST?: Handler };

export class PlainBrowser {
  readonly #base: string;
  readonly #doors: readonly Door[];
  readonly cookies = new Map<string, string>();

  constructor(base: string, doors: readonly Door[]) {
    this.#base = base;
    this.#doors = doors;
  }

  get(url: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(new Request(new URL(url, this.#base), { headers: this.#headers(headers) }));
  }

  /** Posts a form, from a page of the portal unless the headers say otherwise. `lax`: from another site, without our cookies. */
  post(
    url: string,
    fields: Record<string, string>,
    { headers = {}, lax = false }: { headers?: Record<string, string>; lax?: boolean } = {},
  ): Promise<Response> {
    const own = lax ? headers : this.#headers({ "sec-fetch-site": "same-origin", ...headers });
    const request = new Request(new URL(url, this.#base), {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...own },
      body: new URLSearchParams(fields),
    });
    return this.#send(request);
  }

  #headers(more: Record<string, string>): Record<string, string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return { "accept-language": "ja", ...(cookie && { cookie }), ...more };
  }

  async #send(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    for (const door of this.#doors) {
      const match = door.pattern.exec(pathname);
      const handler = request.method === "GET" ? door.GET : door.POST;
      if (!match || !handler) continue;
      const nextauth = match.groups?.nextauth?.split("/");
      const response = await handler(request, {
        params: Promise.resolve({ ...match.groups, nextauth }) as Promise<never>,
      });
      for (const line of response.headers.getSetCookie()) this.#keep(line);
      return response;
    }
    throw new Error(`no door for ${request.method} ${pathname}`);
  }

  #keep(line: string) {
    const [pair = "", ...attributes] = line.split(";");
    const at = pair.indexOf("=");
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const over = value === "" || attributes.some((attribute) => /max-age=0\b/i.test(attribute));
    if (over) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** What an HTML form would send: its hidden fields. */
export function hiddenFields(html: string): Record<string, string> {
  const inputs = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name = "", value = ""]) => [name, unescapeHtml(value)]));
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
