/** What the audit notes, how long it keeps it, and who else knows where its chain ends. */
import { z } from "zod";
import { say } from "./words.ts";

const years = say(
  "AUDIT_RETENTION_YEARS",
  "set it to a whole number of years from 1 to 100, or leave it out for ever",
);
const addresses = say("AUDIT_HEADS_TO", "set it to mail addresses, separated by commas, or leave it out");
const address = /^[^\s@<>,]+@[^\s@<>,]+$/;

export const audit = {
  AUDIT_RETENTION_YEARS: z.coerce
    .number({ error: years })
    .int({ error: years })
    .min(1, { error: years })
    .max(100, { error: years })
    .optional(),
  AUDIT_HEADS_TO: z
    .string()
    .transform((text) => text.split(",").map((one) => one.trim()))
    .refine((all) => all.every((one) => address.test(one)), { error: addresses })
    .optional(),
  TRUST_PROXY: z
    .enum(["true", "false"], { error: say("TRUST_PROXY", "set it to true or false") })
    .default("false")
    .transform((value) => value === "true"),
};
