/** What goes wrong in the REST API, as programs are told it (RFC 9457). */

const statuses = {
  malformed: 400,
  key_missing: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  key_reused: 409,
  too_late: 409,
  too_large: 413,
  not_json: 415,
  invalid: 422,
  too_often: 429,
  internal: 500,
} as const;
export type ProblemCode = keyof typeof statuses;
export const problemCodes = Object.keys(statuses) as [ProblemCode, ...ProblemCode[]];

const titles: Record<ProblemCode, string> = {
  malformed: "The body is not JSON.",
  key_missing: "An Idempotency-Key is needed.",
  unauthorized: "A valid token is needed.",
  forbidden: "The institution does not let programs do this.",
  not_found: "There is no such off-boarding.",
  key_reused: "This Idempotency-Key was used for another request.",
  too_late: "The off-boarding can no longer be taken back.",
  too_large: "The body is too large.",
  not_json: "The body has to be application/json.",
  invalid: "The request cannot be carried out as it is.",
  too_often: "Too many requests.",
  internal: "Something unforeseen went wrong.",
};

/** `pointer`: where in the body (RFC 6901, as a URI fragment). */
export type Fault = { pointer: string; detail: string };

export class Problem extends Error {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    { errors = [], headers = {} }: { errors?: readonly Fault[]; headers?: Record<string, string> } = {},
  ) {
    super(code);
    this.name = "Problem";
    this.code = code;
    this.detail = detail;
    this.errors = errors;
    this.headers = headers;
  }
}

/** `type` leads to the description of the API; `reference` is what its log holds too. */
export function problemResponse(problem: Problem, baseUrl: string, reference: string): Response {
  const { code, detail, errors, headers } = problem;
  const body = {
    type: `${baseUrl}/api/v1/openapi.json#${code}`,
    title: titles[code],
    status: statuses[code],
    detail,
    code,
    reference,
    ...(errors.length > 0 && { errors }),
  };
  return new Response(JSON.stringify(body), {
    status: statuses[code],
    headers: { ...headers, "Content-Type": "application/problem+json", "Cache-Control": "no-store" },
  });
}
