/** What passes between the portal and its threads: plain data, no classes. */
import type { Findings, LoginCode } from "../refusal.ts";
import type { Statement } from "../validation/assertion.ts";
import type { Expectation } from "../validation/validate.ts";

export type Question = { samlResponse: string; expected: Expectation };

export type Verdict =
  | { statement: Statement }
  | { refused: { code: LoginCode; findings: Findings } }
  | { failed: string };
