/** How a setting is checked, and what is said of one that is missing or not right. */
import { z } from "zod";
import { certificatesIn } from "./pem.ts";

/** In one sentence, what to do. Never what the setting holds: it may be a secret. */
export const say = (name: string, advice: string) => (issue: { input?: unknown }) =>
  `${name} is ${issue.input === undefined ? "missing" : "not right"}: ${advice}.`;

export const text = (name: string, advice: string, right: (value: string) => boolean = () => true) =>
  z.string({ error: say(name, advice) }).refine(right, { error: say(name, advice) });

export const url = (name: string, advice: string, protocols: string[]) =>
  text(name, advice, (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol));

/** Certificates in PEM, as `certificatesIn` reads them. */
export const certificates = (name: string, advice: string) =>
  z.string({ error: say(name, advice) }).superRefine((value, context) => {
    try {
      certificatesIn(value);
    } catch (error) {
      const fault = error instanceof Error ? error.message : "it cannot be read";
      context.addIssue({ code: "custom", message: `${name} is not right: ${fault}; ${advice}.` });
    }
  });
