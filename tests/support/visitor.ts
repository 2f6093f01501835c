/** A member without a screen, over HTTP: keeps cookies, logs in at the demo federation, calls procedures, sends forms. */
import { demoInstitutions } from "@/server/federation/demo/institutions.ts";
import { providerIdOf } from "@/server/federation/metadata/read-providers.ts";
import { hiddenFields } from "./plain-browser.ts";

export class Visitor {
  readonly #base: string;
  readonly #reach: (url: string) => string;
  readonly #cookies = new Map<string, string>();

  /** `reach`: how to get to the base from this machine, where it has another name here. */
  constructor(base: string, reach = (url: string) => url) {
    this.#base = base;
    this.#reach = reach;
  }

  /** One request; redirects are left to the caller. */
  async send(path: string, init: RequestInit & { anonymous?: boolean } = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    if (cookie && !init.anonymous) headers.set("cookie", cookie);
    if (init.method === "POST" && !init.anonymous) headers.set("origin", this.#base);
    // A test that waits for another program stands still: a connection that the portal closes meanwhile would be used once more.
    headers.set("connection", "close");
    const answer = await fetch(this.#reach(new URL(path, this.#base).href), {
      ...init,
      headers,
      redirect: "manual",
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  }

  async post(path: string, fields: Record<string, string>, anonymous = false): Promise<Response> {
    return this.send(path, { method: "POST", body: new URLSearchParams(fields), anonymous });
  }

  /** A member of デモ大学A. */
  async logIn(user: string): Promise<void> {
    const idp = providerIdOf(demoInstitutions.a.entityId);
    await this.logInAt(idp, user, async (sso) => {
      const page = await (await this.send(sso)).text();
      const said = await this.post(sso, {
        ...hiddenFields(page),
        user,
        password: "password",
        action: "login",
      });
      return hiddenFields(await said.text());
    });
  }

  /** A member of an institution; `answer` gives what its page posts to the portal. */
  async logInAt(
    idp: string,
    user: string,
    answer: (sso: string) => Promise<Record<string, string>>,
  ): Promise<void> {
    const sso = locationOf(await this.post("/login/start", { idp, to: "/ja/certs", locale: "ja" }));
    const back = await this.post("/api/saml/acs", await answer(sso), true);
    const end = locationOf(await this.send(locationOf(back)));
    if (!end.endsWith("/ja/certs")) throw new Error(`${user} is not logged in but at ${end}`);
  }

  /** What a query answers. */
  async query<T>(procedure: string, input: unknown): Promise<T> {
    return result(
      await this.send(`/api/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`),
    );
  }

  /** What a mutation answers. */
  async mutate<T>(procedure: string, input: unknown): Promise<T> {
    const headers = { "content-type": "application/json" };
    return result(
      await this.send(`/api/trpc/${procedure}`, { method: "POST", headers, body: JSON.stringify(input) }),
    );
  }

  keep(cookie: string, value: string): void {
    this.#cookies.set(cookie, value);
  }
}

function locationOf(answer: Response): string {
  const location = answer.headers.get("location");
  if (!location) throw new Error(`no way on from ${answer.url}: ${answer.status}`);
  return location;
}

async function result<T>(answer: Response): Promise<T> {
  const body = (await answer.json()) as { result?: { data: T }; error?: { message: string } };
  if (!body.result) throw new Error(body.error?.message ?? String(answer.status));
  return body.result.data;
}
