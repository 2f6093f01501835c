/** Reads the identity providers out of a verified aggregate, as a stream: an aggregate may hold ten thousand. */
import { createHash } from "node:crypto";
import { SaxesParser, type SaxesTagNS } from "saxes";
import { foldForSearch } from "./fold.ts";
import type { Scope } from "./scopes.ts";
import { ns } from "./xml.ts";

export type Provider = {
  id: string;
  entityId: string;
  nameJa: string;
  nameEn: string;
  search: string;
  scopes: Scope[];
  ssoRedirect: string | null;
  ssoPost: string | null;
  certificates: string[];
  logoJa: string | null;
  logoEn: string | null;
  /** Mail domains of its people, lower case. */
  domains: string[];
  errorUrl: string | null;
  contacts: { type: string; mail: string }[];
  categories: string[];
  registrationAuthority: string | null;
  hidden: boolean;
  validUntil: Date;
};

const saml2 = "urn:oasis:names:tc:SAML:2.0:protocol";
const bindingRedirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
const bindingPost = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
const entityCategory = "http://macedir.org/entity-category";
const hideFromDiscovery = "http://refeds.org/category/hide-from-discovery";

/** The key of a provider everywhere in the portal. */
export function providerIdOf(entityId: string): string {
  return createHash("sha256").update(entityId, "utf8").digest("hex");
}

type Texts = Record<string, string>;

type Draft = {
  entityId: string;
  validUntil: Date;
  isIdp: boolean;
  uiNames: Texts;
  organizationNames: Texts;
  keywords: string[];
  domains: string[];
  scopes: Scope[];
  ssoRedirect: string | null;
  ssoPost: string | null;
  certificates: string[];
  logo: string | null;
  errorUrl: string | null;
  contacts: { type: string; mail: string }[];
  contactType: string;
  attributeName: string;
  categories: string[];
  registrationAuthority: string | null;
  keyUse: string;
};

/** `signed` is what `verifyAggregate` returned; `validUntil` the aggregate's, which an entity can only shorten. */
export function readProviders(signed: string, validUntil: Date): Provider[] {
  const providers: Provider[] = [];
  const path: string[] = [];
  let draft: Draft | null = null;
  let text = "";

  const parser = new SaxesParser({ xmlns: true });
  parser.on("opentag", (tag) => {
    path.push(tag.local);
    text = "";
    if (tag.uri === ns.metadata && tag.local === "EntityDescriptor") draft = begin(tag, validUntil);
    else if (draft) open(draft, tag, path);
  });
  parser.on("text", (piece) => {
    text += piece;
  });
  parser.on("closetag", (tag) => {
    if (draft) close(draft, tag, path, text.trim());
    if (draft && tag.uri === ns.metadata && tag.local === "EntityDescriptor") {
      if (draft.isIdp) providers.push(finish(draft));
      draft = null;
    }
    path.pop();
    text = "";
  });
  for (let at = 0; at < signed.length; at += 65_536) parser.write(signed.slice(at, at + 65_536));
  parser.close();
  return providers;
}

function begin(tag: SaxesTagNS, aggregateUntil: Date): Draft {
  const own = new Date(attributeIn(tag, "validUntil") ?? aggregateUntil);
  return {
    entityId: attributeIn(tag, "entityID") ?? "",
    validUntil: own < aggregateUntil ? own : aggregateUntil,
    isIdp: false,
    uiNames: {},
    organizationNames: {},
    keywords: [],
    domains: [],
    scopes: [],
    ssoRedirect: null,
    ssoPost: null,
    certificates: [],
    logo: null,
    errorUrl: null,
    contacts: [],
    contactType: "",
    attributeName: "",
    categories: [],
    registrationAuthority: null,
    keyUse: "",
  };
}

function open(draft: Draft, tag: SaxesTagNS, path: readonly string[]) {
  const inIdp = path.includes("IDPSSODescriptor");
  switch (`${tag.uri}|${tag.local}`) {
    case `${ns.metadata}|IDPSSODescriptor`:
      draft.isIdp ||= (attributeIn(tag, "protocolSupportEnumeration") ?? "").split(/\s+/).includes(saml2);
      draft.errorUrl ??= attributeIn(tag, "errorURL");
      break;
    case `${ns.metadata}|SingleSignOnService`:
      if (attributeIn(tag, "Binding") === bindingRedirect)
        draft.ssoRedirect ??= webUrl(attributeIn(tag, "Location"));
      if (attributeIn(tag, "Binding") === bindingPost) draft.ssoPost ??= webUrl(attributeIn(tag, "Location"));
      break;
    case `${ns.metadata}|KeyDescriptor`:
      draft.keyUse = inIdp ? (attributeIn(tag, "use") ?? "signing") : "";
      break;
    case `${ns.metadata}|ContactPerson`:
      draft.contactType = attributeIn(tag, "contactType") ?? "other";
      break;
    case `${ns.assertion}|Attribute`:
      draft.attributeName = attributeIn(tag, "Name") ?? "";
      break;
    case `${ns.mdrpi}|RegistrationInfo`:
      draft.registrationAuthority ??= attributeIn(tag, "registrationAuthority");
      break;
    case `${ns.shibmd}|Scope`:
      draft.scopes.push({ value: "", regexp: ["true", "1"].includes(attributeIn(tag, "regexp") ?? "") });
      break;
    case `${ns.mdui}|DisplayName`:
    case `${ns.mdui}|Keywords`:
    case `${ns.metadata}|OrganizationDisplayName`:
      draft.attributeName = tag.attributes["xml:lang"]?.value.toLowerCase() ?? "";
  }
}

function close(draft: Draft, tag: SaxesTagNS, path: readonly string[], text: string) {
  const inIdp = path.includes("IDPSSODescriptor");
  switch (`${tag.uri}|${tag.local}`) {
    case `${ns.signature}|X509Certificate`:
      if (inIdp && draft.keyUse === "signing") draft.certificates.push(text.replace(/\s+/g, ""));
      break;
    case `${ns.shibmd}|Scope`: {
      const scope = draft.scopes.at(-1);
      if (scope) scope.value = text;
      break;
    }
    case `${ns.mdui}|DisplayName`:
      if (inIdp) draft.uiNames[draft.attributeName] = text;
      break;
    case `${ns.metadata}|OrganizationDisplayName`:
      draft.organizationNames[draft.attributeName] = text;
      break;
    case `${ns.mdui}|Keywords`:
      if (inIdp) draft.keywords.push(...text.split(/\s+/).map((word) => word.replaceAll("+", " ")));
      break;
    case `${ns.mdui}|DomainHint`:
      draft.domains.push(text);
      break;
    case `${ns.mdui}|Logo`:
      if (inIdp && (text.startsWith("https://") || text.startsWith("data:image/"))) draft.logo ??= text;
      break;
    case `${ns.metadata}|EmailAddress`:
      draft.contacts.push({ type: draft.contactType, mail: text.replace(/^mailto:/i, "") });
      break;
    case `${ns.assertion}|AttributeValue`:
      if (draft.attributeName === entityCategory) draft.categories.push(text);
  }
}

function finish(draft: Draft): Provider {
  const { ja, en } = { ...draft.organizationNames, ...draft.uiNames };
  const fallback =
    Object.values({ ...draft.organizationNames, ...draft.uiNames })[0] ?? hostOf(draft.entityId);
  const scopes = draft.scopes.filter(({ value }) => value !== "");
  const literal = scopes.filter(({ regexp }) => !regexp).map(({ value }) => value);
  const names = [...Object.values(draft.uiNames), ...Object.values(draft.organizationNames)];
  return {
    id: providerIdOf(draft.entityId),
    entityId: draft.entityId,
    nameJa: ja ?? en ?? fallback,
    nameEn: en ?? ja ?? fallback,
    search: foldForSearch([...names, ...draft.keywords, ...literal, ...draft.domains].join("\n")),
    scopes,
    ssoRedirect: draft.ssoRedirect,
    ssoPost: draft.ssoPost,
    certificates: [...new Set(draft.certificates)],
    logoJa: draft.logo,
    logoEn: draft.logo,
    domains: [...new Set([...draft.domains, ...literal].map((domain) => domain.toLowerCase()))],
    errorUrl: webUrl(filledIn(draft.errorUrl)),
    contacts: draft.contacts,
    categories: draft.categories,
    registrationAuthority: draft.registrationAuthority,
    hidden: draft.categories.includes(hideFromDiscovery),
    validUntil: draft.validUntil,
  };
}

function attributeIn(tag: SaxesTagNS, name: string): string | null {
  return tag.attributes[name]?.value ?? null;
}

/** What a browser may be sent to: never `javascript:` or the like. */
function webUrl(value: string | null): string | null {
  return value && /^https?:\/\//i.test(value) && URL.canParse(value) ? value : null;
}

/** Places of a template (REFEDS errorURL) that only a single failure could fill. */
function filledIn(template: string | null): string | null {
  return template?.replaceAll("ERRORURL_CODE", "OTHER_ERROR").replace(/ERRORURL_[A-Z]+/g, "") ?? null;
}

function hostOf(entityId: string): string {
  return URL.canParse(entityId) ? new URL(entityId).hostname || entityId : entityId;
}
