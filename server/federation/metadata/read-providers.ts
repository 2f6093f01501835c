/**
 * Reads the identity providers out of metadata, from the events of a stream: a document may hold ten thousand. Where something counts is
 * said by its whole path in the table below; the same element anywhere else is somebody's extension and says nothing.
 */

import { attributeIn, type Tag, XmlFault } from "../xml/stream.ts";
import { ns } from "../xml/tree.ts";
import { type Provider, providerOf, type Sheet, sheetFor } from "./provider-sheet.ts";
import {
  certificateOf,
  imageUrl,
  isTrue,
  languageOf,
  mailOf,
  positiveOf,
  webUrl,
} from "./provider-values.ts";
import { timeOf } from "./times.ts";

export { type Provider, providerIdOf } from "./provider-sheet.ts";

/** Entities of a document, characters of one element. */
export type ReaderLimits = { entities: number; text: number };

export type Reader = {
  open: (tag: Tag) => void;
  text: (text: string) => void;
  close: (tag: Tag) => void;
  counted: () => { providers: number; leftOut: number };
};

const saml2 = "urn:oasis:names:tc:SAML:2.0:protocol";
const bindingRedirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
const bindingPost = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
const entityCategory = "http://macedir.org/entity-category";
const securityContact = "http://refeds.org/metadata/contactType/security";
const contactTypes = ["technical", "support", "administrative", "billing", "other"];

/** No scope is longer than a host name, and no expression for one takes more (scopes.ts). */
const longestScope = 512;

/** What is being read of the entity: the sheet, and what the elements around said. */
type At = { sheet: Sheet; signing: boolean; category: boolean; contact: string };

type Entry = {
  /** Whether nothing in it counts. */
  skipped?: (tag: Tag) => boolean;
  open?: (at: At, tag: Tag) => void;
  /** Its text, without the space around it, when it ends. */
  read?: (at: At, text: string, tag: Tag) => void;
};

const prefixes: Readonly<Record<string, string>> = {
  [ns.metadata]: "md",
  [ns.mdui]: "mdui",
  [ns.mdrpi]: "mdrpi",
  [ns.mdattr]: "mdattr",
  [ns.assertion]: "saml",
  [ns.shibmd]: "shibmd",
  [ns.signature]: "ds",
};

const scope: Entry = {
  read({ sheet }, value, tag) {
    if (value.length <= longestScope)
      sheet.scopes.push({ value, regexp: isTrue(attributeIn(tag, "regexp")) });
  },
};

/** Below md:EntityDescriptor. */
const table: Readonly<Record<string, Entry>> = {
  "md:Extensions/mdrpi:RegistrationInfo": {
    open: ({ sheet }, tag) => {
      sheet.registrationAuthority ??= attributeIn(tag, "registrationAuthority");
    },
  },
  "md:Extensions/shibmd:Scope": scope,
  "md:Extensions/mdattr:EntityAttributes/saml:Attribute": {
    open(at, tag) {
      at.category = attributeIn(tag, "Name") === entityCategory;
    },
  },
  "md:Extensions/mdattr:EntityAttributes/saml:Attribute/saml:AttributeValue": {
    read: ({ sheet, category }, value) => {
      if (category) sheet.categories.push(value);
    },
  },
  "md:IDPSSODescriptor": {
    skipped: (tag) => !(attributeIn(tag, "protocolSupportEnumeration") ?? "").split(/\s+/).includes(saml2),
    open(at, tag) {
      at.sheet.isIdp = true;
      at.sheet.errorUrl ??= attributeIn(tag, "errorURL");
      at.sheet.validUntil = sooner(at.sheet.validUntil, tag);
    },
  },
  "md:IDPSSODescriptor/md:Extensions/shibmd:Scope": scope,
  "md:IDPSSODescriptor/md:Extensions/mdui:UIInfo/mdui:DisplayName": {
    read: ({ sheet }, text, tag) => name(sheet.uiNames, text, tag),
  },
  "md:IDPSSODescriptor/md:Extensions/mdui:UIInfo/mdui:Keywords": {
    read({ sheet }, text) {
      sheet.keywords.push(
        ...text
          .split(/\s+/)
          .map((word) => word.replaceAll("+", " ").trim())
          .filter(Boolean),
      );
    },
  },
  "md:IDPSSODescriptor/md:Extensions/mdui:UIInfo/mdui:Logo": {
    read({ sheet }, text, tag) {
      const url = imageUrl(text);
      if (url)
        sheet.logos.push({
          url,
          language: languageOf(attributeIn(tag, "xml:lang")),
          height: positiveOf(attributeIn(tag, "height")),
        });
    },
  },
  "md:IDPSSODescriptor/md:Extensions/mdui:DiscoHints/mdui:DomainHint": {
    read({ sheet }, text) {
      if (/^[^\s/@]{1,253}$/.test(text)) sheet.domains.push(text.toLowerCase());
    },
  },
  "md:IDPSSODescriptor/md:KeyDescriptor": {
    open(at, tag) {
      at.signing = (attributeIn(tag, "use") ?? "signing") === "signing";
    },
  },
  "md:IDPSSODescriptor/md:KeyDescriptor/ds:KeyInfo/ds:X509Data/ds:X509Certificate": {
    read({ sheet, signing }, text) {
      const certificate = certificateOf(text);
      if (signing && certificate) sheet.certificates.push(certificate);
    },
  },
  "md:IDPSSODescriptor/md:SingleSignOnService": {
    open({ sheet }, tag) {
      const location = webUrl(attributeIn(tag, "Location"));
      if (attributeIn(tag, "Binding") === bindingRedirect) sheet.ssoRedirect ??= location;
      if (attributeIn(tag, "Binding") === bindingPost) sheet.ssoPost ??= location;
    },
  },
  "md:Organization/md:OrganizationDisplayName": {
    read: ({ sheet }, text, tag) => name(sheet.organizationNames, text, tag),
  },
  "md:ContactPerson": {
    open(at, tag) {
      const type = attributeIn(tag, "contactType") ?? "";
      const security = tag.attributes.some(
        ({ local, prefix, value }) => local === "contactType" && prefix !== "" && value === securityContact,
      );
      at.contact = security ? "security" : contactTypes.includes(type) ? type : "other";
    },
  },
  "md:ContactPerson/md:EmailAddress": {
    read({ sheet, contact }, text) {
      const mail = mailOf(text);
      if (mail) sheet.contacts.push({ type: contact, mail });
    },
  },
};

/** The table as a tree, so that an element costs one look. */
type Place = { entry: Entry; below: Map<string, Place> };

const entityPlace: Place = { entry: {}, below: new Map() };
for (const [path, entry] of Object.entries(table)) {
  let place = entityPlace;
  for (const step of path.split("/")) {
    const next = place.below.get(step) ?? { entry: {}, below: new Map() };
    place.below.set(step, next);
    place = next;
  }
  place.entry = entry;
}

/** An element of which nothing is read, whatever is in it. */
const elsewhere: Place = { entry: {}, below: new Map() };

/** `validUntil` is the document's: what is in it can only end sooner. Of several entities with one entityID the first counts. */
export function readerOfProviders(
  found: (provider: Provider) => void,
  validUntil: Date,
  limits: ReaderLimits,
): Reader {
  const seen = new Set<string>();
  const counts = { entities: 0, providers: 0, leftOut: 0 };
  /** Ends of the EntitiesDescriptors that are open. */
  const ends: Date[] = [validUntil];
  /** Elements that are open, from the entity on; or, outside of one, how many that are no EntitiesDescriptor. */
  const places: Place[] = [];
  let outside = 0;
  let at: At | null = null;
  let text = "";

  const openAbove = (tag: Tag) => {
    if (outside > 0 || tag.uri !== ns.metadata) outside += 1;
    else if (tag.local === "EntitiesDescriptor") ends.push(sooner(ends.at(-1) ?? validUntil, tag));
    else if (tag.local === "EntityDescriptor") {
      counts.entities += 1;
      if (counts.entities > limits.entities)
        throw new XmlFault("too_large", `more than ${limits.entities} entities`);
      const sheet = sheetFor(attributeIn(tag, "entityID") ?? "", sooner(ends.at(-1) ?? validUntil, tag));
      at = { sheet, signing: false, category: false, contact: "other" };
      places.push(entityPlace);
    } else outside += 1;
  };

  return {
    open(tag) {
      text = "";
      if (!at) return openAbove(tag);
      const step = `${prefixes[tag.uri] ?? ""}:${tag.local}`;
      const place = places.at(-1)?.below.get(step) ?? elsewhere;
      const skipped = place.entry.skipped?.(tag) ?? false;
      places.push(skipped ? elsewhere : place);
      if (!skipped) place.entry.open?.(at, tag);
    },
    text(piece) {
      const place = at && places.at(-1);
      if (!place?.entry.read) return;
      text += piece;
      if (text.length > limits.text)
        throw new XmlFault("too_large", `more than ${limits.text} characters in one element`);
    },
    close(tag) {
      if (!at) {
        if (outside > 0) outside -= 1;
        else ends.pop();
        return;
      }
      const place = places.pop();
      if (places.length > 0) {
        if (place?.entry.read) place.entry.read(at, text.trim(), tag);
        text = "";
        return;
      }
      const { sheet } = at;
      at = null;
      if (!sheet.isIdp) return;
      if (!isEntityId(sheet.entityId) || seen.has(sheet.entityId)) {
        counts.leftOut += 1;
        return;
      }
      seen.add(sheet.entityId);
      counts.providers += 1;
      found(providerOf(sheet));
    },
    counted: () => ({ providers: counts.providers, leftOut: counts.leftOut }),
  };
}

/** What is in something ends with it, or sooner; an end that cannot be read has been. */
function sooner(end: Date, tag: Tag): Date {
  const value = attributeIn(tag, "validUntil");
  if (value === null) return end;
  const own = timeOf(value) ?? new Date(0);
  return own < end ? own : end;
}

/** A URI of at most 1024 characters (SAML 2.0 Core §8.3.6); counted in octets, for no index of the database takes much more. */
function isEntityId(text: string): boolean {
  return text !== "" && Buffer.byteLength(text) <= 1024 && !/\s/.test(text);
}

/** Line ends and signs of direction would change how the text around a name reads. */
function name(names: Record<string, string>, value: string, tag: Tag) {
  const text = value
    .replace(/[\s\p{Cc}]+/gu, " ")
    .replace(/\p{Bidi_Control}/gu, "")
    .trim();
  if (text !== "") names[languageOf(attributeIn(tag, "xml:lang"))] ??= text;
}
