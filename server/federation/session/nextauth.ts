/** NextAuth, called in process: it binds a login to the browser (state, PKCE) and keeps the session cookie. */
import type { OAuthTokenReq } from "@boxyhq/saml-jackson";
import NextAuthModule, { type NextAuthOptions } from "next-auth";
import BoxyHqSamlModule from "next-auth/providers/boxyhq-saml";
import { log } from "../../log.ts";
import { safePath } from "../login/safe-path.ts";
import type { Federation } from "../world.ts";
import { authCookies, type Jar, usesHttps } from "./cookies.ts";
import { callbackUrlOf, clientId, withJackson } from "./jackson.ts";
import { sessionSeconds } from "./sessions.ts";
import { unwrap } from "./unwrap.ts";

export type Answer = {
  status: number;
  location: string | null;
  setCookies: string[];
  body: unknown;
  faults: string[];
};

type Asked = {
  method: "GET" | "POST";
  /** What stands behind `/api/auth/`: `["callback", "boxyhq-saml"]`. */
  action: readonly string[];
  query?: Readonly<Record<string, string>>;
  body?: Readonly<Record<string, string>>;
  jar: Jar;
};

const NextAuth = unwrap(NextAuthModule);
const BoxyHqSaml = unwrap(BoxyHqSamlModule);

export async function askNextAuth(world: Federation, asked: Asked): Promise<Answer> {
  const answer: Answer = { status: 200, location: null, setCookies: [], body: null, faults: [] };
  const request = {
    method: asked.method,
    query: { ...asked.query, nextauth: [...asked.action] },
    body: asked.body ?? {},
    cookies: asked.jar,
    headers: {},
  };
  const response = {
    status: (code: number) => {
      answer.status = code;
      return response;
    },
    getHeader: (name: string) => (name === "Set-Cookie" ? answer.setCookies : undefined),
    setHeader: (name: string, value: string | string[]) => {
      if (name === "Set-Cookie") answer.setCookies = [value].flat();
      if (name === "Location") answer.location = String(value);
      return response;
    },
    json: (body: unknown) => {
      answer.body = body;
    },
    send: (body: unknown) => {
      answer.body = body;
    },
    end: () => {},
  };
  await NextAuth(request as never, response as never, optionsOf(world, answer.faults));
  return answer;
}

/** The words that only NextAuth and we exchange. */
export async function csrfOf(world: Federation): Promise<{ csrfToken: string; jar: Jar }> {
  const { body, setCookies } = await askNextAuth(world, { method: "GET", action: ["csrf"], jar: {} });
  const [name, value] =
    (setCookies.find((line) => line.includes("csrf-token")) ?? "").split(";")[0]?.split("=") ?? [];
  return {
    csrfToken: (body as { csrfToken: string }).csrfToken,
    jar: { [name ?? ""]: decodeURIComponent(value ?? "") },
  };
}

function optionsOf(world: Federation, faults: string[]): NextAuthOptions {
  const note = (code: string, detail: unknown) => {
    const error = (detail as { error?: unknown })?.error ?? detail;
    faults.push(`${code}: ${error instanceof Error ? error.message : "no message"}`);
    log.debug({ from: "next-auth", code }, "NextAuth noted a fault");
  };
  return {
    secret: world.secret,
    useSecureCookies: usesHttps(world),
    cookies: authCookies(world),
    providers: [providerOf(world)],
    session: { strategy: "jwt", maxAge: sessionSeconds },
    pages: { signIn: "/ja/login", error: "/ja/login/error", signOut: "/ja" },
    callbacks: {
      // Nothing goes into the cookie but which session it is, and when it began.
      jwt: ({ token, profile }) => {
        const { id: sessionId } = (profile ?? {}) as { id?: string };
        if (!sessionId) return token;
        const at = Math.floor(world.now().getTime() / 1000);
        return { sessionId, at };
      },
      session: ({ session }) => ({ expires: session.expires }),
      redirect: ({ url, baseUrl }) =>
        baseUrl + safePath(url.startsWith(baseUrl) ? url.slice(baseUrl.length) : url, "ja"),
    },
    logger: { error: note, warn: () => {}, debug: () => {} },
  };
}

function providerOf(world: Federation): NextAuthOptions["providers"][number] {
  const { baseUrl } = world;
  const provider = BoxyHqSaml({
    issuer: baseUrl,
    clientId,
    clientSecret: world.secret,
    authorization: { url: `${baseUrl}/api/saml/authorize`, params: {} },
    token: {
      url: `${baseUrl}/api/auth/not-offered`,
      request: async ({ params, checks }) => {
        const { code, state } = params;
        if (!state || state !== checks.state) throw new Error("state mismatch");
        const tokens = await withJackson(world, null, (oauth) =>
          oauth.token({
            grant_type: "authorization_code",
            code: code ?? "",
            client_id: clientId,
            client_secret: world.secret,
            redirect_uri: callbackUrlOf(world),
            code_verifier: checks.code_verifier ?? "",
          } as unknown as OAuthTokenReq),
        );
        return { tokens: { access_token: tokens.access_token, token_type: tokens.token_type } };
      },
    },
    userinfo: {
      url: `${baseUrl}/api/auth/not-offered`,
      request: async ({ tokens }) =>
        (await withJackson(world, null, (oauth) => oauth.userInfo(tokens.access_token ?? ""))) as never,
    },
    profile: ({ id }: { id: string }) => ({ id }),
  } as Parameters<typeof BoxyHqSaml>[0]);
  return provider;
}
