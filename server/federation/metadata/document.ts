/**
 * A metadata document: whether it may be believed (SAML 2.0 Metadata §2.3, and the rules of GakuNin), and what it says. Both come from the
 * same events of one pass, so what is read is what was signed; nothing counts before the whole has proven genuine.
 */
import { createHash } from "node:crypto";
import { canonicalizer } from "../xml/canonical.ts";
import { SignatureFault } from "../xml/signature.ts";
import { attributeIn, type XmlEvents, type XmlLimits, xmlStream } from "../xml/stream.ts";
import { ns } from "../xml/tree.ts";
import { beginning, type Start } from "./beginning.ts";
import { type Provider, type ReaderLimits, readerOfProviders } from "./read-providers.ts";
import { MetadataRefusal, refusalOf } from "./refusal.ts";
import { isRootSignature, promisedBy } from "./root-signature.ts";
import { spanOf, timeOf } from "./times.ts";

/** What is known of a document that may be believed. */
export type Believed = {
  /** Of the root, where it is one entity. */
  entityId: string | null;
  validUntil: Date;
  /** mdrpi:PublicationInfo, where the federation says when it made this copy. */
  publishedAt: Date | null;
  /** How long the federation asks to keep it, in milliseconds. */
  cacheDuration: number | null;
  /** SHA-256 of the certificate that signed it. */
  signer: string;
  /** SHA-256 of its octets. */
  digest: string;
  providers: number;
  /** Entities that were left out: no entityID, or one that had been there before; of several the first counts. */
  leftOut: number;
};

export type Trust = {
  /** Base64 of DER: the only ones that may have signed it. */
  certificates: readonly string[];
  now: Date;
  /** Days that a copy may be in force at most. */
  maxDays?: number;
};

export type Limits = XmlLimits & ReaderLimits;

/** Some times what the largest federation of federations publishes. */
export const aggregateLimits: Limits = {
  octets: 400 * 1024 * 1024,
  depth: 64,
  attributes: 256,
  entities: 100_000,
  text: 1024 * 1024,
};

const day = 24 * 60 * 60 * 1000;

export type MetadataReader = { write: (octets: Uint8Array) => void; end: () => Believed };

/**
 * Reads a document as it arrives. Each identity provider is given to `found` as soon as it has been read, and may be believed only
 * once `end` has returned; whatever is wrong is thrown as a MetadataRefusal, as early as it shows.
 */
export function metadataReader(
  trust: Trust,
  found: (provider: Provider) => void,
  limits: Limits = aggregateLimits,
): MetadataReader {
  const octets = createHash("sha256");
  let body: Body | undefined;
  let events = beginning((start) => {
    body = begin(start, trust, found, limits);
    events = body.events;
  });
  const stream = xmlStream(
    {
      open: (tag) => events.open(tag),
      text: (text) => events.text(text),
      instruction: (target, text) => events.instruction(target, text),
      close: (tag) => events.close(tag),
    },
    limits,
  );
  return {
    write: (piece) =>
      refusing(() => {
        octets.update(piece);
        stream.write(piece);
      }),
    end: () =>
      refusing(() => {
        stream.end();
        if (!body) throw new SignatureFault("missing", "no signature");
        return { ...body.end(), digest: octets.digest("hex") };
      }),
  };
}

type Body = { events: XmlEvents; end: () => Omit<Believed, "digest"> };

/** The root's signature has been read: from here everything is digested, and read, as it passes. */
function begin(start: Start, trust: Trust, found: (provider: Provider) => void, limits: Limits): Body {
  const { root } = start;
  const promised = promisedBy(start.signature, root, trust.certificates);
  const validUntil = requireValidity(attributeIn(root, "validUntil"), trust);

  const hash = createHash(promised.digest);
  let waiting = "";
  const canonical = canonicalizer(
    (piece) => {
      waiting += piece;
      if (waiting.length < 65_536) return;
      hash.update(waiting, "utf8");
      waiting = "";
    },
    { prefixes: promised.prefixes },
  );
  const reader = readerOfProviders(found, validUntil, limits);
  let publishedAt: Date | null = null;
  let depth = 0;

  const events: XmlEvents = {
    open(tag) {
      depth += 1;
      if (depth === 2 && isRootSignature(tag))
        throw new SignatureFault("misplaced", "two signatures on the root");
      if (depth === 3 && tag.uri === ns.mdrpi && tag.local === "PublicationInfo")
        publishedAt ??= timeOf(attributeIn(tag, "creationInstant"));
      canonical.open(tag);
      reader.open(tag);
    },
    text(text) {
      canonical.text(text);
      reader.text(text);
    },
    instruction(target, text) {
      if (depth > 0) canonical.instruction(target, text);
      else if (promised.wholeDocument) {
        waiting += "\n";
        canonical.instruction(target, text);
      }
    },
    close(tag) {
      depth -= 1;
      canonical.close(tag);
      reader.close(tag);
    },
  };

  if (promised.wholeDocument)
    for (const [target, text] of start.before) {
      canonical.instruction(target, text);
      waiting += "\n";
    }
  events.open(root);
  for (const again of start.held) again(events);

  return {
    events,
    end() {
      hash.update(waiting, "utf8");
      if (!hash.digest().equals(promised.value))
        throw new SignatureFault("invalid", "what is there is not what was signed");
      const cacheDuration = spanOf(attributeIn(root, "cacheDuration"));
      const entityId = root.local === "EntityDescriptor" ? attributeIn(root, "entityID") : null;
      const { signer } = promised;
      return { entityId, validUntil, publishedAt, cacheDuration, signer, ...reader.counted() };
    },
  };
}

function requireValidity(value: string | null, { now, maxDays = 15 }: Trust): Date {
  if (!value) throw new MetadataRefusal("no_valid_until", "the root has no validUntil");
  const validUntil = timeOf(value);
  if (!validUntil) throw new MetadataRefusal("no_valid_until", `validUntil ${value.slice(0, 100)}`);
  if (validUntil <= now) throw new MetadataRefusal("expired", `validUntil ${value}`);
  if (validUntil.getTime() > now.getTime() + maxDays * day)
    throw new MetadataRefusal("valid_too_long", `validUntil ${value}, at most ${maxDays} days are allowed`);
  return validUntil;
}

function refusing<T>(deed: () => T): T {
  try {
    return deed();
  } catch (cause) {
    throw refusalOf(cause);
  }
}
