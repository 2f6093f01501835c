/**
 * XML as a stream of events, strictly: UTF-8, XML 1.0, namespaces, no document type, and no more of anything than the limits allow.
 * What is refused is thrown as an XmlFault.
 */
import { SaxesParser, type SaxesTagNS } from "saxes";

type Attribute = { name: string; prefix: string; local: string; uri: string; value: string };

export type Tag = {
  name: string;
  prefix: string;
  local: string;
  uri: string;
  /** Without the declarations of namespaces. */
  attributes: readonly Attribute[];
  /** Namespaces that this element declares: prefix and name. */
  declared: readonly (readonly [string, string])[];
};

export type XmlEvents = {
  open: (tag: Tag) => void;
  /** Characters, CDATA sections included; what stands together may come in several pieces. */
  text: (text: string) => void;
  instruction: (target: string, body: string) => void;
  close: (tag: Tag) => void;
};

export class XmlFault extends Error {
  readonly fault: "malformed" | "doctype" | "too_large";

  constructor(fault: XmlFault["fault"], found: string, cause?: unknown) {
    super(found, { cause });
    this.name = "XmlFault";
    this.fault = fault;
  }
}

/** Octets of the document, elements within each other, attributes of one element. */
export type XmlLimits = { octets: number; depth: number; attributes: number };

/** Written to in pieces as they arrive, then ended. */
export type XmlStream = { write: (octets: Uint8Array) => void; end: () => void };

/** A long piece is read in parts, so that a limit stops it in the middle. */
const partLength = 65_536;

export function xmlStream(events: XmlEvents, limits: XmlLimits): XmlStream {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: Tag[] = [];
  let octets = 0;

  // Thrown within `fault`, which lets an XmlFault through as it is and takes everything else for the parser's.
  parser.on("error", (error) => {
    throw new XmlFault("malformed", error.message);
  });
  parser.on("doctype", () => {
    throw new XmlFault("doctype", "a document type declaration");
  });
  parser.on("xmldecl", ({ version, encoding }) => {
    if (version !== "1.0") throw new XmlFault("malformed", `XML ${version}`);
    if (encoding && !/^utf-?8$/i.test(encoding)) throw new XmlFault("malformed", `encoding ${encoding}`);
  });
  parser.on("opentagstart", () => {
    if (open.length >= limits.depth)
      throw new XmlFault("too_large", `more than ${limits.depth} elements within each other`);
  });
  let attributes = 0;
  parser.on("attribute", () => {
    attributes += 1;
    if (attributes > limits.attributes)
      throw new XmlFault("too_large", `an element with more than ${limits.attributes} attributes`);
  });
  parser.on("opentag", (tag) => {
    attributes = 0;
    const own = tagOf(tag);
    open.push(own);
    events.open(own);
  });
  parser.on("text", (text) => {
    if (open.length > 0) events.text(text);
  });
  parser.on("cdata", (text) => events.text(text));
  parser.on("processinginstruction", ({ target, body }) => events.instruction(target, body));
  parser.on("closetag", () => {
    const own = open.pop();
    if (own) events.close(own);
  });

  const decoded = (piece?: Uint8Array) => {
    try {
      return piece ? decoder.decode(piece, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw new XmlFault("malformed", "not UTF-8", cause);
    }
  };
  return {
    write(piece) {
      octets += piece.length;
      if (octets > limits.octets) throw new XmlFault("too_large", `more than ${limits.octets} octets`);
      for (let at = 0; at < piece.length; at += partLength)
        parser.write(decoded(piece.subarray(at, at + partLength)));
    },
    end() {
      parser.write(decoded());
      parser.close();
    },
  };
}

function tagOf({ name, prefix, local, uri, attributes }: SaxesTagNS): Tag {
  const own: Attribute[] = [];
  const declared: (readonly [string, string])[] = [];
  for (const attribute of Object.values(attributes)) {
    if (attribute.prefix !== "xmlns" && attribute.name !== "xmlns") own.push(attribute);
    // The parser would take the space away, and the namespace would be another than the one that was signed.
    else if (attribute.value !== attribute.value.trim())
      throw new XmlFault("malformed", "space around the name of a namespace");
    else declared.push([attribute.prefix === "xmlns" ? attribute.local : "", attribute.value]);
  }
  return { name, prefix, local, uri, attributes: own, declared };
}

/** An attribute without a prefix, or null. */
export function attributeIn({ attributes }: Tag, name: string): string | null {
  return attributes.find((attribute) => attribute.name === name)?.value ?? null;
}
