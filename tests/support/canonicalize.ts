/** The canonical form of a document's root, written as the document passes by in pieces. */
import { aggregateLimits } from "../../server/federation/metadata/document.ts";
import { canonicalizer } from "../../server/federation/xml/canonical.ts";
import { type XmlLimits, xmlStream } from "../../server/federation/xml/stream.ts";

/** `prefixes` is the PrefixList of InclusiveNamespaces. */
export function canonicalize(
  pieces: Iterable<Uint8Array>,
  write: (text: string) => void,
  { prefixes = [], limits = aggregateLimits }: { prefixes?: readonly string[]; limits?: XmlLimits } = {},
): void {
  const canonical = canonicalizer(write, { prefixes });
  let depth = 0;
  const stream = xmlStream(
    {
      open(tag) {
        depth += 1;
        canonical.open(tag);
      },
      text: canonical.text,
      // Those around the root are no part of it.
      instruction: (target, body) => depth > 0 && canonical.instruction(target, body),
      close(tag) {
        depth -= 1;
        canonical.close(tag);
      },
    },
    limits,
  );
  for (const piece of pieces) stream.write(piece);
  stream.end();
}
