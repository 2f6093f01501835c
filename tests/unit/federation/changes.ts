/** Small changes of a response's text, for tables of right and wrong ones. A change that finds nothing to change throws. */
import { times } from "@/tests/support/saml.ts";

export const more = "http://www.w3.org/2001/04/xmldsig-more#";
export const replace = (from: string, to: string) => (xml: string) => {
  if (!xml.includes(from)) throw new Error(`nothing to replace: ${from}`);
  return xml.replaceAll(from, to);
};
const wholeTag = (name: string) => new RegExp(`<saml:${name}[ >].*</saml:${name}>|<saml:${name}[^>]*/>`);
export const without = (name: string) => (xml: string) => {
  const changed = xml.replace(wholeTag(name), "");
  if (changed === xml) throw new Error(`no ${name}`);
  return changed;
};
/** As an attribute of the response, counted from when it was issued. */
export const minutesFromNow = (minutes: number) =>
  new Date(new Date(times.issued).getTime() + minutes * 60_000).toISOString();
