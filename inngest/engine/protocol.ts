/** The SDK's signed HTTP protocol, spoken in process: one request a step, so that each result is kept before the next begins. */
import { createHmac } from "node:crypto";
import canonicalize from "canonicalize";
import { type Due, retryAfter } from "./due.ts";

/** What `serve()` gives. */
export type Handler = (request: Request) => Promise<Response>;

/** No such host: requests to it are handed over as objects. */
export const origin = "http://jobs.internal";
const endpoint = `${origin}/api/inngest`;

/** `stepId` of a call that asks a function how it goes on. */
export const discover = "step";

/** Header in which the client's middleware names the steps a call came by (client.ts). */
export const stepsSeenHeader = "x-engine-steps-seen";

export type Result = { type: "data"; data: unknown } | { type: "error"; error: unknown };

export type Op = {
  id: string;
  op: string;
  name?: string;
  displayName?: string;
  opts?: { timeout?: string; if?: string };
  data?: unknown;
  error?: unknown;
};

export type Answer = { seen: ReadonlySet<string> | null } & (
  | { kind: "returned"; data: unknown }
  | { kind: "ops"; ops: Op[]; retry: Due | null }
  | { kind: "threw"; error: unknown; final: boolean; retry: Due | null }
  | { kind: "step unknown" }
);

export type Call = {
  functionId: string;
  /** The hashed id of a planned step, or `discover`. */
  stepId: string;
  runId: string;
  event: unknown;
  attempt: number;
  maxAttempts: number;
  /** Memoised steps in the order in which they ended. */
  steps: readonly { id: string; result: Result }[];
  /** Only say which steps there are; run none. */
  planOnly: boolean;
};

/** The handler does not take what we sign: no function can run. */
export class HandlerRefused extends Error {
  constructor(status: number) {
    super(`the Inngest handler answered ${status} to the engine's own request`);
    this.name = "HandlerRefused";
  }
}

/** Makes the SDK register its functions at the client's `fetch`. */
export async function register(handler: Handler, signingKey: string): Promise<void> {
  const response = await handler(
    new Request(endpoint, { method: "PUT", headers: headersFor("", signingKey) }),
  );
  if (!response.ok) throw new HandlerRefused(response.status);
}

export async function call(handler: Handler, signingKey: string, asked: Call): Promise<Answer> {
  const stack = asked.steps.map((step) => step.id);
  const body = canonicalize({
    version: 2,
    // Without fn_id, which would bring checkpoint calls back to a server that is not there.
    ctx: {
      run_id: asked.runId,
      attempt: asked.attempt,
      max_attempts: asked.maxAttempts,
      disable_immediate_execution: asked.planOnly,
      stack: { stack, current: stack.length },
    },
    event: asked.event,
    events: [asked.event],
    steps: Object.fromEntries(asked.steps.map((step) => [step.id, step.result])),
  }) as string;
  const query = new URLSearchParams({ fnId: asked.functionId, stepId: asked.stepId });
  const response = await handler(
    new Request(`${endpoint}?${query}`, {
      method: "POST",
      headers: headersFor(body, signingKey),
      body,
    }),
  );
  return read(response);
}

async function read(response: Response): Promise<Answer> {
  const seen = response.headers.get(stepsSeenHeader);
  const common = { seen: seen === null ? null : new Set(seen.split(",")) };
  if (response.status === 401) throw new HandlerRefused(401);
  const body = parse(await response.text());
  const retry = retryAfter(response.headers.get("retry-after"));
  if (response.status === 200) return { ...common, kind: "returned", data: body };
  if (response.status === 206)
    return { ...common, kind: "ops", ops: (Array.isArray(body) ? body : [body]) as Op[], retry };
  if (typeof body === "object" && body !== null && "requestedStep" in body)
    return { ...common, kind: "step unknown" };
  const final = response.headers.get("x-inngest-no-retry") === "true" || response.status === 400;
  return { ...common, kind: "threw", error: body, final, retry };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { name: "Error", message: text };
  }
}

function headersFor(body: string, signingKey: string): Record<string, string> {
  return {
    "content-type": "application/json",
    host: new URL(origin).host,
    "x-inngest-signature": sign(body, signingKey),
  };
}

/** `t=<seconds>&s=<HMAC-SHA256 over the canonical body and t, in hexadecimal>`; the key's prefix is not part of it. */
function sign(body: string, signingKey: string): string {
  const seconds = Math.round(Date.now() / 1000).toString();
  const key = signingKey.replace(/^signkey-\w+-/, "");
  return `t=${seconds}&s=${createHmac("sha256", key).update(body).update(seconds).digest("hex")}`;
}
