/** A .p12 in the other encryption, in the page: the same key, certificate, chain and names under the same password. */
import { asMeant } from "@/server/ca/local/typed-pin.ts";
import { PkiError, type PkiErrorCode } from "@/server/pki/errors.ts";
import { glanceAt } from "@/server/pki/glance.ts";
import { largestPkcs12, type OpenedPkcs12, openPkcs12 } from "@/server/pki/open-pkcs12.ts";
import { buildPkcs12, type Pkcs12Encryption } from "@/server/pki/pkcs12.ts";
import { webSuite } from "./web-suite.ts";

/** `same`: it is in that encryption already, and nothing was made; `refused`: `about` names what is not supported. */
export type Rewrapped =
  | { result: "made"; file: Uint8Array<ArrayBuffer>; name: string; from: Pkcs12Encryption; holds: Holds }
  | { result: "same"; encryption: Pkcs12Encryption; holds: Holds }
  | { result: "refused"; because: Refusal; about: string };

export type Refusal = (typeof refusals)[keyof typeof refusals] | "fileUnreadable" | "failed";

const refusals = {
  password_wrong: "passwordWrong",
  password_unusable: "passwordUnusable",
  pkcs12_malformed: "malformed",
  pkcs12_too_large: "tooLarge",
  pkcs12_too_costly: "tooCostly",
  pkcs12_unsupported: "unsupported",
  pkcs12_incomplete: "incomplete",
  pkcs12_ambiguous: "ambiguous",
} as const satisfies Partial<Record<PkiErrorCode, string>>;

/** What the certificate is recognised by; null where it says so in no way that is known here. */
export type Holds = { commonName: string | null; notAfter: Date; serial: string } | null;

export type RewrapStage = "opening" | "making" | "checking";

/** WebCrypto is there at https addresses and at localhost only. */
export function canRewrap(): boolean {
  return globalThis.isSecureContext === true && globalThis.crypto?.subtle !== undefined;
}

type Wish = { file: File; typed: string; encryption: Pkcs12Encryption };

/**
 * The new file has been opened again before it is handed out: what cannot be read would cost its holder an application.
 * @param wish.typed the password; a PIN may be typed full-width and with blanks
 */
export async function rewrap(wish: Wish, tell: (stage: RewrapStage) => void): Promise<Rewrapped> {
  try {
    return await make(wish, tell);
  } catch (error) {
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): Rewrapped {
  if (error instanceof PkiError && error.code in refusals) {
    const because = refusals[error.code as keyof typeof refusals];
    return { result: "refused", because, about: error.about ?? "" };
  }
  // What a browser says of a file that is gone, or that a cloud did not bring.
  const isUnreadable = error instanceof DOMException && /^Not(Readable|Found)Error$/.test(error.name);
  return { result: "refused", because: isUnreadable ? "fileUnreadable" : "failed", about: "" };
}

async function make(of: Wish, tell: (stage: RewrapStage) => void): Promise<Rewrapped> {
  if (of.file.size > largestPkcs12) throw new PkiError("pkcs12_too_large", "Too large for a .p12.");
  tell("opening");
  const octets = new Uint8Array(await of.file.arrayBuffer());
  const { opened, password } = await open(octets, of.typed);
  try {
    const holds = recognised(opened.certificate);
    if (opened.encryption === of.encryption) return { result: "same", encryption: of.encryption, holds };
    tell("making");
    const file = await buildPkcs12({ ...opened, password, encryption: of.encryption }, webSuite);
    tell("checking");
    await check(file, password, opened);
    const name = newName(of.file.name, of.encryption);
    return { result: "made", file: Uint8Array.from(file), name, from: opened.encryption, holds };
  } finally {
    opened.pkcs8.fill(0);
  }
}

/** As it was typed, for that may be the password of a file from elsewhere; then as a PIN is meant. */
async function open(file: Uint8Array, typed: string): Promise<{ opened: OpenedPkcs12; password: string }> {
  const meant = asMeant(typed);
  try {
    return { opened: await openPkcs12(file, typed, webSuite), password: typed };
  } catch (error) {
    if (!(error instanceof PkiError) || error.code !== "password_wrong" || meant === typed) throw error;
    return { opened: await openPkcs12(file, meant, webSuite), password: meant };
  }
}

async function check(file: Uint8Array, password: string, before: OpenedPkcs12): Promise<void> {
  const after = await openPkcs12(file, password, webSuite);
  const whole = (opened: OpenedPkcs12) =>
    [opened.pkcs8, opened.certificate, ...opened.chain].map(String).join();
  const isWhole = whole(after) === whole(before);
  after.pkcs8.fill(0);
  if (!isWhole) throw new Error("The new file holds something else.");
}

function recognised(certificate: Uint8Array): Holds {
  try {
    const { commonName, notAfter, serial } = glanceAt(certificate);
    return { commonName, notAfter, serial };
  } catch {
    return null;
  }
}

const endings = { modern: "AES256", compatible: "3DES" } satisfies Record<Pkcs12Encryption, string>;

/** The old name and the format: `client-11.p12` becomes `client-11-3DES.p12`, and that `client-11-AES256.p12`. */
function newName(name: string, encryption: Pkcs12Encryption): string {
  const stem = name.replace(/\.(p12|pfx)$/i, "").replace(/-(AES256|3DES)$/, "");
  return `${stem || "certificate"}-${endings[encryption]}.p12`;
}
