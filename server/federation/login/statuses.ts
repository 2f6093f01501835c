/** The status codes of SAML 2.0 (Core §3.2.2.2) that an institution can answer a login with, each with its sentence in messages, `LoginError.statuses`. */
export const knownStatuses = [
  "Requester",
  "Responder",
  "VersionMismatch",
  "AuthnFailed",
  "InvalidAttrNameOrValue",
  "InvalidNameIDPolicy",
  "NoAuthnContext",
  "NoAvailableIDP",
  "NoPassive",
  "NoSupportedIDP",
  "ProxyCountExceeded",
  "RequestDenied",
  "RequestUnsupported",
  "RequestVersionDeprecated",
  "RequestVersionTooHigh",
  "RequestVersionTooLow",
  "ResourceNotRecognized",
  "UnknownPrincipal",
  "UnsupportedBinding",
] as const;

export type KnownStatus = (typeof knownStatuses)[number];

const prefix = "urn:oasis:names:tc:SAML:2.0:status:";

/** The code without its prefix, when it is one of SAML's own. */
export function knownStatus(value: string | null): KnownStatus | null {
  return knownStatuses.find((known) => value === prefix + known) ?? null;
}
