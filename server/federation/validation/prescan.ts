/** Looks over a document as a stream before any work is put into it: its size and shape, and what must not be in it. */
import { SaxesParser } from "saxes";
import { LoginRefusal } from "../refusal.ts";
import { type Element, parseXml } from "../xml/tree.ts";

/** `keys`: encrypted ones, each of which costs as much as the rest of a response with every key of ours that it is tried with. */
export const limits = { bytes: 128 * 1024, depth: 40, elements: 3000, attributes: 3000, keys: 16 } as const;

/**
 * Comments and processing instructions are refused because libraries disagree on what text with one inside is;
 * a document type because it can define what the text means.
 */
export function prescan(xml: string) {
  if (Buffer.byteLength(xml) > limits.bytes)
    throw new LoginRefusal("response_too_large", { expected: `${limits.bytes}`, actual: `${xml.length}` });

  const seen = { depth: 0, elements: 0, attributes: 0, keys: 0 };
  const within = (name: keyof typeof seen) => {
    if (seen[name] > limits[name])
      throw new LoginRefusal("response_too_complex", { expected: `${limits[name]} ${name}` });
  };
  const forbidden = (what: string) => () => {
    throw new LoginRefusal("response_forbidden_markup", { actual: what });
  };

  const parser = new SaxesParser({ xmlns: true });
  parser.on("xmldecl", ({ version }) => {
    // In 1.1 other characters are allowed, and others end a line.
    if (version !== "1.0")
      throw new LoginRefusal("response_malformed", { expected: "XML 1.0", actual: version });
  });
  parser.on("doctype", forbidden("document type"));
  parser.on("processinginstruction", forbidden("processing instruction"));
  parser.on("comment", forbidden("comment"));
  parser.on("opentagstart", ({ name }) => {
    seen.elements += 1;
    seen.depth += 1;
    if (/(^|:)EncryptedKey$/.test(name)) seen.keys += 1;
    within("keys");
    within("elements");
    within("depth");
  });
  parser.on("attribute", () => {
    seen.attributes += 1;
    within("attributes");
  });
  parser.on("closetag", () => {
    seen.depth -= 1;
  });
  try {
    for (let at = 0; at < xml.length; at += 4096) parser.write(xml.slice(at, at + 4096));
    parser.close();
  } catch (cause) {
    if (cause instanceof LoginRefusal) throw cause;
    throw new LoginRefusal("response_malformed", { actual: "not well-formed" }, cause);
  }
}

/** What was looked over, or is written by ourselves, as a tree. */
export function parse(xml: string): Element {
  try {
    return parseXml(xml);
  } catch (cause) {
    throw new LoginRefusal("response_malformed", { actual: "not well-formed" }, cause);
  }
}
