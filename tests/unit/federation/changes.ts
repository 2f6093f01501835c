/** Small changes of a response's text, for tables of right and wrong ones. A change that finds nothing to change throws. */
import { times } from "@/tests/support/saml.ts";

export const more = "http://www.w3.org/2001/04/xmldsig-more#";
export const replace = (from: string, to: string) => (xml: string) => {
  if (!xml.includes(from)) throw new Error(`nothing to replace: ${from}`);
  return xml.replaceAll(from, to);
};
/** One change after the other. */
export const both =
  (...changes: ((xml: string) => string)[]) =>
  (xml: string) =>
    changes.reduce((text, change) => change(text), xml);
const wholeTag = (name: string) => new RegExp(`<saml:${name}[ >].*</saml:${name}>|<saml:${name}[^>]*/>`);
export const without = (name: string) => (xml: string) => {
  const changed = xml.replace(wholeTag(name), "");
  if (changed === xml) throw new Error(`no ${name}`);
  return changed;
};
/** An attribute of the first element of this name: set, added, or with null taken away. */
export const attribute = (element: string, name: string, value: string | null) => (xml: string) => {
  const tag = new RegExp(`<${element}(?= |>)[^>]*>`).exec(xml)?.[0];
  if (!tag) throw new Error(`no ${element}`);
  const bare = tag.replace(new RegExp(` ${name}="[^"]*"`), "");
  if (value === null && bare === tag) throw new Error(`no ${name} at ${element}`);
  const changed = value === null ? bare : bare.replace(`<${element}`, `<${element} ${name}="${value}"`);
  return xml.replace(tag, changed);
};
/** As an attribute of the response, counted from when it was issued. */
export const minutesFromNow = (minutes: number) =>
  new Date(new Date(times.issued).getTime() + minutes * 60_000).toISOString();
