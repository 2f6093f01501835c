/** Whom to ask at an institution when a login did not work, by its metadata. */
import type { Database } from "../../db.ts";
import { providerIdOf } from "../metadata/read-providers.ts";
import type { LoginCode } from "../refusal.ts";

export type Contact = { type: string; mail: string };

export type Help = {
  nameJa: string;
  nameEn: string;
  /** Its page for people whose login failed, about this very failure. */
  errorUrl: string | null;
  contact: Contact | null;
};

/** What a page of the institution may be told of a failure. */
export type Failure = { code: LoginCode | null; at: Date; reference: string | null };

/** Null when the institution has left the federation. `service` is our own entityID. */
export async function helpOf(
  db: Database,
  entityId: string,
  failure: Failure,
  service: string,
): Promise<Help | null> {
  const provider = await db.identityProvider.findUnique({
    where: { id: providerIdOf(entityId) },
    select: { nameJa: true, nameEn: true, errorUrl: true, contacts: true },
  });
  if (!provider) return null;
  const { nameJa, nameEn, errorUrl, contacts } = provider;
  return {
    nameJa,
    nameEn,
    errorUrl: errorUrl && filledIn(errorUrl, failure, service),
    contact: contactIn(contacts as Contact[]),
  };
}

/** Those who help its people before those who run its machines; an address that mail cannot be sent to is none. */
export function contactIn(contacts: readonly Contact[]): Contact | null {
  const usable = contacts.filter(({ mail }) => /^[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+$/.test(mail));
  const types = ["support", "technical", "administrative"];
  for (const type of types) {
    const found = usable.find((contact) => contact.type === type);
    if (found) return found;
  }
  return null;
}

/** REFEDS errorURL placeholders; an institution that uses none of them gets its address as it is. */
export function filledIn(template: string, { code, at, reference }: Failure, service: string): string {
  const places: Record<string, string> = {
    CODE: errorCodeOf(code),
    TS: String(Math.floor(at.getTime() / 1000)),
    RP: service,
    TID: reference ?? "",
    CTX:
      code === "no_identifier"
        ? "eduPersonUniqueId pairwise-id eduPersonTargetedID eduPersonPrincipalName"
        : "",
  };
  return template.replace(/ERRORURL_([A-Z]+)/g, (_, place: string) =>
    encodeURIComponent(places[place] ?? ""),
  );
}

function errorCodeOf(code: LoginCode | null): string {
  if (code === "no_identifier") return "IDENTIFICATION_FAILURE";
  if (code === "idp_login_failed" || code === "idp_no_context" || code?.startsWith("step_up_"))
    return "AUTHENTICATION_FAILURE";
  return code === "idp_refused" ? "AUTHORIZATION_FAILURE" : "OTHER_ERROR";
}
