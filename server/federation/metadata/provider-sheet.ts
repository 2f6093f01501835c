/** What is noted of an identity provider while its metadata are read, and what becomes of it in the end. */
import { createHash } from "node:crypto";
import { foldForSearch } from "../discovery/fold.ts";
import type { Scope } from "../people/scopes.ts";
import { hostOf, webUrl } from "./provider-values.ts";

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

/** By language, in lower case and without a region; "" where none is said. */
type Texts = Record<string, string>;

export type Logo = { url: string; language: string; height: number | null };

export type Sheet = {
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
  logos: Logo[];
  errorUrl: string | null;
  contacts: { type: string; mail: string }[];
  categories: string[];
  registrationAuthority: string | null;
};

const hideFromDiscovery = "http://refeds.org/category/hide-from-discovery";
/** Longer names and lists are nobody's service. */
const longestName = 300;
const mostOf = { keywords: 100, domains: 500, contacts: 20, scopes: 500, expressions: 20, certificates: 20 };

/** The key of a provider everywhere in the portal. */
export function providerIdOf(entityId: string): string {
  return createHash("sha256").update(entityId, "utf8").digest("hex");
}

export function sheetFor(entityId: string, validUntil: Date): Sheet {
  return {
    entityId,
    validUntil,
    isIdp: false,
    uiNames: {},
    organizationNames: {},
    keywords: [],
    domains: [],
    scopes: [],
    ssoRedirect: null,
    ssoPost: null,
    certificates: [],
    logos: [],
    errorUrl: null,
    contacts: [],
    categories: [],
    registrationAuthority: null,
  };
}

export function providerOf(sheet: Sheet): Provider {
  const names: Texts = { ...sheet.organizationNames, ...sheet.uiNames };
  const { ja, en } = names;
  const fallback = Object.values(names)[0] ?? hostOf(sheet.entityId);
  const scopes = scopesOf(sheet);
  const literal = scopes.filter(({ regexp }) => !regexp).map(({ value }) => value);
  const spoken = [...Object.values(sheet.uiNames), ...Object.values(sheet.organizationNames)];
  const domains = sheet.domains.slice(0, mostOf.domains);
  const words = [...spoken, ...sheet.keywords.slice(0, mostOf.keywords), ...literal, ...domains].filter(
    (word) => word.length <= longestName,
  );
  const categories = [...new Set(sheet.categories)];
  return {
    id: providerIdOf(sheet.entityId),
    entityId: sheet.entityId,
    nameJa: cut(ja ?? en ?? fallback),
    nameEn: cut(en ?? ja ?? fallback),
    search: foldForSearch([...new Set(words)].join("\n")),
    scopes,
    ssoRedirect: sheet.ssoRedirect,
    ssoPost: sheet.ssoPost,
    certificates: [...new Set(sheet.certificates)].slice(0, mostOf.certificates),
    logoJa: bestLogo(sheet.logos, "ja"),
    logoEn: bestLogo(sheet.logos, "en"),
    domains: [...new Set([...domains, ...literal].map((domain) => domain.toLowerCase()))],
    errorUrl: webUrl(sheet.errorUrl),
    contacts: sheet.contacts.slice(0, mostOf.contacts),
    categories,
    registrationAuthority: sheet.registrationAuthority,
    hidden: categories.includes(hideFromDiscovery),
    validUntil: sheet.validUntil,
  };
}

/** At each login every value with a scope is held against all of them, and an expression takes a hundred times as long. */
function scopesOf({ scopes }: Sheet): Scope[] {
  const expressions = scopes.filter(({ regexp }) => regexp).slice(0, mostOf.expressions);
  return scopes
    .filter((scope) => scope.value !== "" && (!scope.regexp || expressions.includes(scope)))
    .slice(0, mostOf.scopes);
}

/** Not within a character: half of one is no text to the database, which would then take no institution at all. */
function cut(name: string): string {
  return name.slice(0, longestName).replace(/[\ud800-\udbff]$/, "");
}

/** Of the reader's language, else of none, else any; and of these the one nearest to the height at which it is shown. */
function bestLogo(logos: readonly Logo[], wanted: "ja" | "en"): string | null {
  const rank = ({ language }: Logo) => (language === wanted ? 0 : language === "" ? 1 : 2);
  const best = logos.toSorted((a, b) => rank(a) - rank(b) || farOff(a) - farOff(b))[0];
  return best?.url ?? null;
}

const shownHeight = 64;

/** In doublings; an unknown height comes behind those that fit and before those that do not. */
function farOff({ height }: Logo): number {
  return height === null ? 2 : Math.abs(Math.log2(height / shownHeight));
}
