/** CEL, the language of triggers, waits and idempotency keys: over `event`, and `async` for an event that comes later. */
import { createHash } from "node:crypto";
import { Environment } from "@marcbachmann/cel-js";

export type Scope = { event: unknown; async?: unknown };
type Compiled = (scope: Scope) => unknown;

/** More than this does not go into an index. */
const longest = 200;

const language = new Environment({ unlistedVariablesAreDyn: true });
const compiled = new Map<string, Compiled>();

/** Throws on a sentence that is not CEL. */
export function compile(expression: string): Compiled {
  let made = compiled.get(expression);
  if (!made) {
    made = language.parse(expression) as Compiled;
    // A function may write an id into its expression: then every run has its own.
    if (compiled.size > 1000) compiled.clear();
    compiled.set(expression, made);
  }
  return made;
}

/** No expression holds always; one that cannot be evaluated, as when a field is missing, does not hold. */
export function holds(expression: string | null | undefined, scope: Scope): boolean {
  if (!expression) return true;
  try {
    return compile(expression)(scope) === true;
  } catch {
    return false;
  }
}

/** What an idempotency expression gives; null when it gives nothing, and then nothing is held to be the same. */
export function keyOf(expression: string | null, scope: Scope): string | null {
  if (!expression) return null;
  try {
    const key = compile(expression)(scope);
    if (key === null || key === undefined) return null;
    const text = String(key);
    return text.length <= longest ? text : createHash("sha256").update(text).digest("hex");
  } catch {
    return null;
  }
}

const equality =
  /^\s*(?:event\.data\.(\w+)\s*==\s*async\.data\.\1|async\.data\.(\w+)\s*==\s*event\.data\.\2)\s*$/;

/**
 * The usual wait asks that one field of both events be equal. Its value can be looked up in an index, so that an
 * event meets the waits it may end and not every wait for its name; null when the expression is of another kind.
 */
export function matchValue(expression: string | null, event: { data?: unknown }): string | null {
  const found = expression && equality.exec(expression);
  if (!found) return null;
  const value = (event.data as Record<string, unknown> | undefined)?.[(found[1] ?? found[2]) as string];
  return typeof value === "string" && value.length <= longest ? value : null;
}
