/** The beginning of a metadata document, up to the end of the root's signature: little, and kept until the signature has been looked at. */

import { SignatureFault } from "../xml/signature.ts";
import { type Tag, type XmlEvents, XmlFault } from "../xml/stream.ts";
import { ns } from "../xml/tree.ts";
import { MetadataRefusal } from "./refusal.ts";
import { type Branch, isRootSignature } from "./root-signature.ts";

export type Start = {
  root: Tag;
  signature: Branch;
  /** Instructions before the root. */
  before: [target: string, text: string][];
  /** What stood between the root's start and its signature: space, instructions. */
  held: ((to: XmlEvents) => void)[];
};

/** Characters and attributes that may be kept. */
const most = 256 * 1024;

export function beginning(done: (start: Start) => void): XmlEvents {
  const before: Start["before"] = [];
  const held: Start["held"] = [];
  const branches: Branch[] = [];
  let root: Tag | undefined;
  let kept = 0;
  const keep = (length: number) => {
    kept += length + 100;
    if (kept > most) throw new XmlFault("too_large", "before the end of the signature");
  };

  return {
    open(tag) {
      if (!root) {
        root = requireRoot(tag);
        return;
      }
      if (branches.length === 0 && !isRootSignature(tag))
        throw new SignatureFault("missing", `the root begins with ${tag.name}, not with its signature`);
      keep(tag.attributes.reduce((sum, { value }) => sum + value.length, 0));
      const branch: Branch = { tag, inside: [] };
      branches.at(-1)?.inside.push(branch);
      branches.push(branch);
    },
    text(text) {
      keep(text.length);
      const branch = branches.at(-1);
      if (branch) branch.inside.push(text);
      else held.push((to) => to.text(text));
    },
    instruction(target, text) {
      keep(target.length + text.length);
      if (branches.length > 0)
        throw new SignatureFault("misplaced", "a processing instruction in the signature");
      if (root) held.push((to) => to.instruction(target, text));
      else before.push([target, text]);
    },
    close() {
      const branch = branches.pop();
      if (!branch || !root) throw new SignatureFault("missing", "no signature");
      if (branches.length === 0) done({ root, signature: branch, before, held });
    },
  };
}

function requireRoot(tag: Tag): Tag {
  if (tag.uri !== ns.metadata || !["EntitiesDescriptor", "EntityDescriptor"].includes(tag.local))
    throw new MetadataRefusal("not_metadata", tag.name);
  return tag;
}
