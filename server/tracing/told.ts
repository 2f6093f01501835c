/** What of a span leaves the portal. Libraries write addresses into theirs, and those of the issuing site are tickets. */
import type { Attributes } from "@opentelemetry/api";
import { routeOf } from "../metrics/route-of.ts";

/** Patterns and words; of a query its text, in which values are `$1`. */
const tellable = [
  "http.method",
  "http.route",
  "http.status_code",
  "next.route",
  "next.span_type",
  "db.system",
  "db.system.name",
  "db.query.text",
  "method",
  "model",
  "name",
];

export function attributesTold(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => tellable.includes(name)));
}

/** Its name without an address: with the pattern that the address fits instead, where there is one. */
export function nameTold(name: string, attributes: Attributes): string {
  const [words = name, address] = name.split(/ (?=\/|[a-z]+:\/\/)/, 2);
  if (address === undefined && !/^(\/|[a-z]+:\/\/)/.test(name)) return name;
  const pattern = attributes["http.route"] ?? attributes["next.route"];
  return `${address === undefined ? "request" : words} ${pattern ?? routeOf(address ?? name)}`;
}
