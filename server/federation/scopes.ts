/** Whose names an identity provider may speak for: the scopes that the federation registered for it (shibmd:Scope). */
export type Scope = { value: string; regexp: boolean };

export type Scoped = { local: string; scope: string };

/** `local@scope` with both parts; a local part that holds another `@` is no value at all. */
export function splitScoped(value: string): Scoped | null {
  const parts = value.split("@");
  const [local, scope] = parts;
  return parts.length === 2 && local && scope ? { local, scope } : null;
}

/** Compared without case; a regular expression has to match the whole scope. */
export function scopeAllowed(scope: string, allowed: readonly Scope[]): boolean {
  return allowed.some(({ value, regexp }) =>
    regexp ? wholeMatch(value, scope) : value.toLowerCase() === scope.toLowerCase(),
  );
}

function wholeMatch(pattern: string, scope: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "i").test(scope);
  } catch {
    return false;
  }
}
