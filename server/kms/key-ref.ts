/** How a key that is elsewhere is named: `pkcs11:token=…;object=…` (RFC 7512), `aws-kms:<key>`, `gcp-kms:projects/…`. */
import { KeyFault } from "./fault.ts";

export type KeyRef =
  | { store: "pkcs11"; text: string; uri: Pkcs11Uri }
  | { store: "aws-kms"; text: string; key: string }
  | { store: "gcp-kms"; text: string; name: string };

/** What a token and a key in it must be called; what is absent may be anything. */
export type Pkcs11Uri = {
  token?: string;
  manufacturer?: string;
  model?: string;
  serial?: string;
  slotId?: number;
  /** CKA_LABEL. */
  object?: string;
  /** CKA_ID. */
  id?: Uint8Array;
};

/** @throws KeyFault `ref_malformed`, in a sentence that shows the form */
export function readKeyRef(text: string): KeyRef {
  if (text.startsWith("pkcs11:")) return { store: "pkcs11", text, uri: readUri(text) };
  if (text.startsWith("aws-kms:")) {
    const key = text.slice("aws-kms:".length);
    // A key id, `alias/…`, or the ARN of either.
    if (/^(arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:)?(key\/|alias\/)?[\w/-]{1,256}$/.test(key))
      return { store: "aws-kms", text, key };
    throw malformed(text, "aws-kms:arn:aws:kms:ap-northeast-1:111122223333:key/1234abcd-…");
  }
  if (text.startsWith("gcp-kms:")) {
    const name = text.slice("gcp-kms:".length);
    if (
      /^projects\/[^/\s]+\/locations\/[^/\s]+\/keyRings\/[^/\s]+\/cryptoKeys\/[^/\s]+(\/cryptoKeyVersions\/\d+)?$/.test(
        name,
      )
    )
      return { store: "gcp-kms", text, name };
    throw malformed(
      text,
      "gcp-kms:projects/<project>/locations/<location>/keyRings/<ring>/cryptoKeys/<key>/cryptoKeyVersions/1",
    );
  }
  throw malformed(text, "pkcs11:token=<token>;object=<key>, aws-kms:<key> or gcp-kms:projects/…");
}

function malformed(text: string, form: string): KeyFault {
  const shown = text.slice(0, 200).replaceAll(/pin-(\w+)=[^;&]*/g, "pin-$1=…");
  return new KeyFault("ref_malformed", `"${shown}" names no key: write it as ${form}.`);
}

const pathAttributes = ["token", "manufacturer", "model", "serial", "slot-id", "object", "id", "type"];

/** RFC 7512 §2.3. An attribute that is not known here could match the wrong key, so it is refused (§2.6). */
function readUri(text: string): Pkcs11Uri {
  const form = "pkcs11:token=<token>;object=<key>";
  const [path = "", query] = text.slice("pkcs11:".length).split("?");
  if (query !== undefined)
    throw new KeyFault(
      "ref_malformed",
      "A PKCS #11 URI here has nothing behind a question mark, for it is kept in the database: set PKCS11_MODULE and PKCS11_PIN instead.",
    );
  const found = new Map<string, Uint8Array>();
  for (const part of path.split(";")) {
    const at = part.indexOf("=");
    const name = part.slice(0, at);
    const value = at > 0 ? percentDecoded(part.slice(at + 1)) : null;
    if (value === null || found.has(name) || !pathAttributes.includes(name)) throw malformed(text, form);
    found.set(name, value);
  }
  const word = (name: string) => {
    const octets = found.get(name);
    return octets && Buffer.from(octets).toString("utf8");
  };
  const [slot, type] = [word("slot-id"), word("type")];
  if (type !== undefined && type !== "private") throw malformed(text, form);
  if (slot !== undefined && !/^\d{1,9}$/.test(slot)) throw malformed(text, form);
  const [token, manufacturer, model, serial, object] = [
    "token",
    "manufacturer",
    "model",
    "serial",
    "object",
  ].map(word);
  const id = found.get("id");
  if (object === undefined && id === undefined) throw malformed(text, form);
  return {
    ...(token !== undefined && { token }),
    ...(manufacturer !== undefined && { manufacturer }),
    ...(model !== undefined && { model }),
    ...(serial !== undefined && { serial }),
    ...(slot !== undefined && { slotId: Number(slot) }),
    ...(object !== undefined && { object }),
    ...(id && { id }),
  };
}

/** Null where it is no pk11-pchar (RFC 7512 §2.3). */
function percentDecoded(text: string): Uint8Array | null {
  if (!/^(%[0-9A-Fa-f]{2}|[\w\-.~:[\]@!$'()*+,=&])*$/.test(text)) return null;
  return Uint8Array.from(
    [...text.matchAll(/%([0-9A-Fa-f]{2})|(.)/g)].map(([, code, letter = ""]) =>
      code ? Number.parseInt(code, 16) : letter.charCodeAt(0),
    ),
  );
}
