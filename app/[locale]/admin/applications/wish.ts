/** What is looked for among applications: as it stands in forms and addresses, and as the procedures take it. */
import { kindNames } from "@/server/enrollment/kind.ts";
import { statuses } from "@/server/enrollment/lifecycle.ts";
import { span } from "../days.ts";

export const wishFields = [
  "text",
  "institution",
  "kind",
  "status",
  "requestedFrom",
  "requestedTo",
  "expiresFrom",
  "expiresTo",
] as const;
export type FindWish = Record<(typeof wishFields)[number], string>;

/** As long as a distinguished name. */
const longest = 1000;

/** `read`: what the form or the address has under a name. */
export function wishOf(read: (name: string) => unknown): FindWish {
  const entries = wishFields.map((name) => {
    const value = read(name);
    return [name, typeof value === "string" ? value.replaceAll("\0", "").slice(0, longest) : ""];
  });
  return Object.fromEntries(entries) as FindWish;
}

/** What is not set, or is no kind, state or day, is left out. */
export function filterOf({ text, institution, ...wish }: FindWish) {
  const kind = kindNames.find((one) => one === wish.kind);
  const status = statuses.find((one) => one === wish.status);
  const requested = span(wish.requestedFrom, wish.requestedTo);
  const expires = span(wish.expiresFrom, wish.expiresTo);
  return {
    ...(text.trim() && { text }),
    ...(institution && { institution }),
    ...(kind && { kind }),
    ...(status && { status }),
    ...(requested.from && { requestedFrom: requested.from }),
    ...(requested.to && { requestedTo: requested.to }),
    ...(expires.from && { expiresFrom: expires.from }),
    ...(expires.to && { expiresTo: expires.to }),
  };
}
