/** Who stands behind the portal, as its metadata tell a federation: organisation, contacts, privacy statement. */

import { readContact } from "../../env/registration.ts";
import type { Env } from "../../env.ts";

export type Language = "ja" | "en";

/** Kinds of ContactPerson (SAML 2.0 Metadata §2.3.2.2), and REFEDS's for security incidents. */
export type ContactKind = "technical" | "support" | "administrative" | "security";
export type Contact = { kind: ContactKind; name: string | null; mail: string };

export type Registrant = {
  organization: readonly { language: Language; name: string; url: string }[];
  contacts: readonly Contact[];
  /** The institution's own, in place of the portal's page. */
  privacyStatementUrl?: string | undefined;
};

/** What is not set is left out. SUPPORT_CONTACT may be a page, which is no contact in metadata. */
export function registrantOf(settings: Env): Registrant {
  const organization = (
    [
      ["ja", "JA"],
      ["en", "EN"],
    ] as const
  ).flatMap(([language, suffix]) => {
    const name = settings[`ORGANIZATION_NAME_${suffix}`];
    const url = settings[`ORGANIZATION_URL_${suffix}`];
    return name && url ? [{ language, name, url }] : [];
  });
  const contacts = (
    [
      ["technical", settings.TECHNICAL_CONTACT],
      ["support", settings.SUPPORT_CONTACT],
      ["administrative", settings.ADMINISTRATIVE_CONTACT],
      ["security", settings.SECURITY_CONTACT],
    ] as const
  ).flatMap(([kind, value]) => {
    const contact = readContact(value ?? "");
    return contact ? [{ kind, ...contact }] : [];
  });
  return { organization, contacts, privacyStatementUrl: settings.PRIVACY_STATEMENT_URL };
}
