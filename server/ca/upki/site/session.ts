/** Visits to one site: over TLS, with cookies, to no other host, each page bounded in size and in time. */
import { Readable } from "node:stream";
import { CookieJar } from "tough-cookie";
import { Agent, buildConnector, type Dispatcher, request } from "undici";
import { faultOfStatus, meaningOf, SiteFault } from "./faults.ts";
import { readPage } from "./page.ts";

export type SessionParts = {
  /** `https://host[:port]`: nothing else is visited. */
  origin: string;
  /** The client certificate, where the site asks for one; PEM. */
  credential?: { cert: string; key: string };
  /** PEM that the site's TLS certificate chains to; the system's when left out. */
  authorities?: readonly string[];
  /** Milliseconds for a page, from the first octet asked to the last one answered. */
  timeout?: number;
};

export type Asked = {
  /** For whoever reads of a fault: which page it is. */
  step: string;
  url: URL;
  /** Posts it; without, the page is only asked for. */
  form?: { type: string; octets: Uint8Array };
  /** What is posted may be done only once: a fault says whether it has left (`sent`). */
  once?: boolean;
  /** Octets of the answer. */
  largest?: number;
  /** The page is wanted whatever its status says. */
  anyStatus?: boolean;
};

export type Answer = { step: string; url: URL; status: number; type: string; octets: Uint8Array };

export type Session = {
  /** The page, after redirects within the site. @throws SiteFault */
  visit(asked: Asked): Promise<Answer>;
  close(): Promise<void>;
};

const patience = 60_000;
/** A host that does not answer at all is known sooner. */
const longestConnecting = 20_000;
const largestPage = 4 << 20;
const mostRedirects = 5;

export function openSession({ origin, credential, authorities, timeout = patience }: SessionParts): Session {
  const { cert, key } = credential ?? {};
  const connect = {
    ...(credential && { cert, key }),
    ...(authorities && { ca: [...authorities] }),
    timeout: Math.min(timeout, longestConnecting),
  };
  // One connection, as long as the site keeps it: it may know its visitor by it.
  const agent = new Agent({ connect: heard(buildConnector({ ...connect, allowH2: false })), connections: 1 });
  const firstWords: { error: unknown } = { error: null };
  const cookies = new CookieJar();

  /** In TLS 1.3 the site refuses a certificate when the connection stands, and hangs up; undici tells the latter only. */
  function heard(connector: buildConnector.connector): buildConnector.connector {
    return (options, callback) =>
      connector(options, (...made) => {
        firstWords.error = null;
        made[1]?.once("error", (error) => {
          firstWords.error = error;
        });
        callback(...made);
      });
  }

  async function visit(asked: Asked): Promise<Answer> {
    const sending = { hasBegun: false };
    const fault = (code: SiteFault["code"], what: string, unread?: SiteFault["unread"]) => {
      const sent = asked.once === true && sending.hasBegun;
      return new SiteFault(code, { sent, excerpt: `${asked.step}: ${what}`, unread });
    };
    let { url, form } = asked;
    for (let redirects = 0; ; redirects++) {
      if (url.origin !== origin) {
        throw fault("page_changed", `leads to another host, ${url.host}`, "another_host");
      }
      const answer = await ask(url, form, asked.largest ?? largestPage, sending).catch((error) => {
        if (error instanceof TooLarge) throw fault("page_changed", "is too large", "too_large");
        const { code, reason } = meaningOf(
          meaningOf(firstWords.error).code === "not_let_in" ? firstWords.error : error,
        );
        throw fault(code, reason);
      });
      await Promise.all(
        answer.cookies.map((line) => cookies.setCookie(line, url.href, { ignoreError: true })),
      );
      if (answer.location !== null) {
        if (redirects === mostRedirects) throw fault("page_changed", "leads in a circle");
        // These ask for the form once more, which cannot be told from posting it twice.
        if (form && [307, 308].includes(answer.status))
          throw fault("page_changed", `answers ${answer.status} to a form`);
        if (!URL.canParse(answer.location, url)) throw fault("page_changed", "leads nowhere");
        url = new URL(answer.location, url);
        form = undefined;
        continue;
      }
      const page = { step: asked.step, url, ...answer };
      const code = asked.anyStatus ? null : faultOfStatus(answer.status);
      if (code) throw fault(code, `answers ${answer.status}; shown: ${readPage(page).text}`);
      return page;
    }
  }

  async function ask(url: URL, form: Asked["form"], largest: number, sending: { hasBegun: boolean }) {
    const cookie = await cookies.getCookieString(url.href);
    const { statusCode, headers, body } = await request(url, {
      dispatcher: agent,
      signal: AbortSignal.timeout(timeout),
      method: form ? "POST" : "GET",
      headers: {
        accept: "*/*",
        "accept-language": "ja",
        ...(cookie && { cookie }),
        ...(form && { "content-type": form.type, "content-length": String(form.octets.length) }),
      },
      ...(form && { body: watched(form.octets, sending) }),
    });
    const location = statusCode > 300 && statusCode < 400 ? one(headers.location) : null;
    const octets = await whole(body, largest);
    return {
      status: statusCode,
      location,
      type: one(headers["content-type"]) ?? "",
      cookies: [headers["set-cookie"] ?? []].flat(),
      octets,
    };
  }

  return { visit, close: () => agent.destroy() };
}

/** Read only when there is a connection to write it to: until then nothing has been sent. */
function watched(octets: Uint8Array, sending: { hasBegun: boolean }): Readable {
  return new Readable({
    read() {
      sending.hasBegun = true;
      this.push(octets);
      this.push(null);
    },
  });
}

class TooLarge extends Error {}

async function whole(body: Dispatcher.ResponseData["body"], largest: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > largest) throw new TooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function one(header: string | string[] | undefined): string | null {
  return [header ?? []].flat()[0] ?? null;
}
