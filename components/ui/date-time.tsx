import { useLocale } from "next-intl";
import { formatDay, formatTime } from "./dates.ts";

/** A moment, to the second. */
export function Moment({ at }: { at: Date }) {
  return <time dateTime={at.toISOString()}>{formatTime(at, useLocale())}</time>;
}

/** A day. */
export function Day({ at }: { at: Date }) {
  return <time dateTime={at.toISOString()}>{formatDay(at, useLocale())}</time>;
}
