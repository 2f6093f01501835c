/** What a form or a query holds, as the values the procedures take. What does not fit becomes a value they refuse. */

export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

export function numberOf(form: FormData, name: string): number {
  return toNumber(textOf(form, name));
}

/** 0 for what is no plain number: no application, term or sequence has it. */
export function toNumber(text: string | string[] | undefined): number {
  return typeof text === "string" && /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : 0;
}

/** The one of the names that the value is. */
export function oneOf<Name extends string>(names: readonly Name[], value: unknown): Name | undefined {
  return names.find((name) => name === value);
}
