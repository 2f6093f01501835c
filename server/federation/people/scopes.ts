/** Whose names an identity provider may speak for: the scopes that the federation registered for it (shibmd:Scope). */
import { createContext, Script } from "node:vm";
import { log } from "../../log.ts";

export type Scope = { value: string; regexp: boolean };

/** A registered expression is some dozen characters; no scope is longer than a host name. */
const longest = { expression: 200, scope: 253 };
/**
 * Milliseconds. An ordinary expression takes a fraction of one. What a match takes beyond that is summed up, and an expression that has
 * taken too much is left out until the hour is over: a machine that stood still now and then is forgiven.
 */
const patience = { ordinary: 5, match: 100, hour: 200 };
const hour = 60 * 60_000;

const match = new Script("new RegExp(expression) && new RegExp('^(?:' + expression + ')$', 'i').test(scope)");
/** One for all: nothing runs in it but the line above, and making one takes ten times as long as a match. */
const room = createContext({ expression: "", scope: "" });
/** Of an expression that is slow: since when, and how long it took in all. */
const slow = new Map<string, { since: number; took: number }>();

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
  if (isTooSlow(expression)) return false;
  const begun = performance.now();
  try {
    Object.assign(room, { expression, scope });
    return match.runInContext(room, { timeout: patience.match }) === true;
  } catch {
    return false;
  } finally {
    note(expression, performance.now() - begun);
  }
}

function isTooSlow(expression: string): boolean {
  const { since = 0, took = 0 } = slow.get(expression) ?? {};
  return took >= patience.hour && Date.now() - since < hour;
}

function note(expression: string, took: number) {
  if (took < patience.ordinary) return;
  const known = slow.get(expression);
  const now = Date.now();
  const isOver = !known || now - known.since >= hour;
  slow.set(expression, isOver ? { since: now, took } : { ...known, took: known.took + took });
  if (isTooSlow(expression)) log.warn({ expression }, "A scope of the metadata takes too long to match");
}
