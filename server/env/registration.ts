/** The settings of what a federation registers: our name in it, who runs the portal, and whom to reach. */
import { text, url } from "./words.ts";

const mailbox = /^[^\s<>@",;:]+@[^\s<>@",;:]+\.[^\s<>@",;:]+$/;
const named = /^([^<>@\p{Cc}]{1,100}?)\s*<([^<>]+)>$/u;

/** `portal@example.ac.jp`, or with a name before it: `学術基盤課 <portal@example.ac.jp>`. Null when it is neither. */
export function readContact(value: string): { name: string | null; mail: string } | null {
  const [, name = null, mail = value.trim()] = named.exec(value.trim()) ?? [];
  return mailbox.test(mail) ? { name, mail } : null;
}

const contact = (name: string, whose: string) =>
  text(
    name,
    `set it to the mail address of ${whose}, such as portal@example.ac.jp or 学術基盤課 <portal@example.ac.jp>`,
    (value) => readContact(value) !== null,
  ).optional();

const organizationName = (name: string, example: string) =>
  text(
    name,
    `set it to the name of the organisation that runs the portal, such as ${example}`,
    (value) => value.length <= 200 && !/\p{Cc}/u.test(value),
  ).optional();

const organizationUrl = (name: string) =>
  url(name, "set it to the https:// URL of the organisation that runs the portal", [
    "https:",
    "http:",
  ]).optional();

export const registration = {
  SAML_ENTITY_ID: text(
    "SAML_ENTITY_ID",
    "set it to the https:// URL or the URN, of at most 1024 characters, under which the federation registers the portal, or leave it out",
    (value) =>
      value.length <= 1024 && (isHttpsUrl(value) || /^urn:[a-z0-9][a-z0-9-]{1,31}:[!-~]+$/i.test(value)),
  ).optional(),
  ORGANIZATION_NAME_JA: organizationName("ORGANIZATION_NAME_JA", "国立例大学"),
  ORGANIZATION_NAME_EN: organizationName("ORGANIZATION_NAME_EN", "Example University"),
  ORGANIZATION_URL_JA: organizationUrl("ORGANIZATION_URL_JA"),
  ORGANIZATION_URL_EN: organizationUrl("ORGANIZATION_URL_EN"),
  TECHNICAL_CONTACT: contact("TECHNICAL_CONTACT", "those who run the portal's machines"),
  ADMINISTRATIVE_CONTACT: contact("ADMINISTRATIVE_CONTACT", "those who answer for the portal"),
  SECURITY_CONTACT: contact("SECURITY_CONTACT", "those who answer to security incidents"),
  PRIVACY_STATEMENT_URL: url(
    "PRIVACY_STATEMENT_URL",
    "set it to the https:// URL of your own privacy statement, or leave it out for the portal's page",
    ["https:"],
  ).optional(),
};

function isHttpsUrl(value: string): boolean {
  return /^https:[!-~]+$/.test(value) && URL.canParse(value) && !new URL(value).hash && !/[<>"]/.test(value);
}

type Registration = { [name in keyof typeof registration]?: string | undefined };

/** A name without a page, or a page without a name, makes no Organization (SAML 2.0 Metadata §2.3.2.1). */
export function registrationConflicts(env: Registration): [boolean, string][] {
  return (["JA", "EN"] as const).map((language) => {
    const pair = [`ORGANIZATION_NAME_${language}`, `ORGANIZATION_URL_${language}`] as const;
    const [set, unset] = env[pair[0]] === undefined ? [pair[1], pair[0]] : pair;
    const broken = (env[pair[0]] === undefined) !== (env[pair[1]] === undefined);
    return [broken, `${unset} is missing: ${set} needs it beside it, so set both or neither.`];
  });
}
