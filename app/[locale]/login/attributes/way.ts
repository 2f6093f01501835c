/** How a member logged in, in words: what institutions usually state as their AuthnContextClassRef (SAML 2.0 Authentication Context §3.4). */
import { aal2Context, refedsMfaContext } from "@/server/assurance.ts";

const classes = "urn:oasis:names:tc:SAML:2.0:ac:classes:";

const ways = {
  [`${classes}Password`]: "password",
  [`${classes}PasswordProtectedTransport`]: "password",
  [`${classes}TLSClient`]: "certificate",
  [`${classes}X509`]: "certificate",
  [`${classes}unspecified`]: "unspecified",
  [aal2Context]: "aal2",
  [refedsMfaContext]: "refedsMfa",
} as const;

type Way = (typeof ways)[keyof typeof ways];

/** The key of its words; null for what only the institution's staff knows. */
export function wayOf(context: string | null): Way | null {
  return context !== null && Object.hasOwn(ways, context) ? ways[context as keyof typeof ways] : null;
}
