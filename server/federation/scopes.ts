/** Whose names an identity provider may speak for: the scopes that the federation registered for it (shibmd:Scope). */
import { createContext, Script } from "node:vm";
import { log } from "../log.ts";

export type Scope = { value: string; regexp: boolean };

/** A registered expression is some dozen characters; no scope is longer than a host name. */
const longest = { expression: 200, scope: 253 };
/** Milliseconds. An ordinary expression takes a few microseconds; a machine that stood still meanwhile is forgiven once. */
const patience = 100;
const mostStalls = 2;

const match = new Script("new RegExp(expression) && new RegExp('^(?:' + expression + ')$', 'i').test(scope)");
/** One for all: nothing runs in it but the line above, and making one takes ten times as long as a match. */
const room = createContext({ expression: "", scope: "" });
/** How often an expression took too long. */
const stalls = new Map<string, number>();

/** Compared without case; a regular expression has to match the whole scope. */
export function scopeAllowed(scope: string, allowed: readonly Scope[]): boolean {
  const lower = scope.toLowerCase();
  return (
    allowed.some(({ value, regexp }) => !regexp && value.toLowerCase() === lower) ||
    allowed.some(({ value, regexp }) => regexp && wholeMatch(value, scope))
  );
}

/**
 * Expressions come from the metadata, and some need years for a scope made for it: one that does not answer at once matches
 * nothing. It has to be whole by itself, so that a bracket of its own cannot close the one that anchors it.
 */
function wholeMatch(expression: string, scope: string): boolean {
  if (expression.length > longest.expression || scope.length > longest.scope) return false;
  if ((stalls.get(expression) ?? 0) >= mostStalls) return false;
  try {
    Object.assign(room, { expression, scope });
    return match.runInContext(room, { timeout: patience }) === true;
  } catch (cause) {
    if ((cause as { code?: unknown }).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") {
      stalls.set(expression, (stalls.get(expression) ?? 0) + 1);
      log.warn({ expression }, "A scope of the metadata takes too long to match");
    }
    return false;
  }
}
