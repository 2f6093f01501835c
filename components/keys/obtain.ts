/**
 * From a PIN to a certificate for a key that only this browser has. Every part can be cut off: what is kept before anything is sent leads,
 * the next time, to the same request and so to the same certificate.
 */
import type { CertifyAnswer, PackageEncryption } from "@/server/ca/local/views.ts";
import type { Code } from "@/server/errors.ts";
import { buildPkcs12 } from "@/server/pki/pkcs12.ts";
import { toBase64 } from "./base64.ts";
import { checkAnswer } from "./check-answer.ts";
import type { KeptRequests } from "./kept-requests.ts";
import { type KeyKind, makeRequest, type OwnRequest } from "./own-request.ts";
import { openRequest, type SealedRequest, sealRequest } from "./sealed-request.ts";
import { webSuite } from "./web-suite.ts";

/** What is being done, for the one who waits. */
export type Stage = "pin" | "opening" | "making" | "keeping" | "sending" | "checking" | "packing";
type Tell = (stage: Stage) => void;

/** `failed`: the server could not answer; `reference` is the number under which its log holds more. */
export type CertifyReply = CertifyAnswer | { result: "failed"; refused: Code; reference?: string };
/** `request`: base64 of the PKCS #10. */
export type Certify = (request: string) => Promise<CertifyReply>;

export type KeyWanted = {
  /** SHA-256 of the ticket, hexadecimal. */
  ticket: string;
  /** The right one. */
  pin: string;
  kind: KeyKind;
  /** For the request's common name. */
  name: string;
  /** There is a certificate already: a new key would be of no use. */
  isCertified: boolean;
  /** A sealed request that its holder kept as a file. */
  brought?: SealedRequest | null;
};

export type KeyAnswer =
  /** `unkept`: the browser keeps nothing, so that a file would be the only way back to this key. */
  | { result: "key"; request: OwnRequest; unkept: SealedRequest | null }
  | { result: "key_gone" }
  | { result: "not_made" };

/** The key that this browser has for the ticket, or a new one, kept before anybody hears of it. */
export async function obtainKey(
  kept: KeptRequests | null,
  wanted: KeyWanted,
  now: () => number,
  tell: Tell,
): Promise<KeyAnswer> {
  const { ticket, pin } = wanted;
  const sealedBefore = wanted.brought ?? (await kept?.find(ticket).catch(() => null)) ?? null;
  if (sealedBefore) {
    tell("opening");
    const request = await openRequest(sealedBefore, pin);
    if (request) return { result: "key", request, unkept: null };
    // The PIN is the right one, so it is the record that is spoiled.
    if (!wanted.brought) await kept?.forget(ticket).catch(() => undefined);
  }
  if (wanted.isCertified || wanted.brought) return { result: "key_gone" };

  tell("making");
  let request: OwnRequest;
  try {
    request = await makeRequest(wanted.kind, wanted.name);
  } catch {
    return { result: "not_made" };
  }
  tell("keeping");
  const sealed = await sealRequest(request, { pin, ticket, madeAt: now() });
  const first = await kept?.keepFirst(sealed).catch(() => null);
  if (!first) return { result: "key", request, unkept: sealed };
  if (first.sealed === sealed.sealed) return { result: "key", request, unkept: null };
  // Another tab was quicker: its key is the ticket's.
  const theirs = await openRequest(first, pin);
  return theirs ? { result: "key", request: theirs, unkept: null } : { result: "not_made" };
}

/** All that the .p12 is made of. */
export type OwnCertificate = {
  pkcs8: Uint8Array;
  certificate: Uint8Array;
  chain: readonly Uint8Array[];
  fileName: string;
  friendlyName: string;
};

export type CertificateOutcome =
  | { result: "certificate"; own: OwnCertificate }
  /** Nobody answered: it is not known whether there is a certificate now. */
  | { result: "unreached" }
  /** What came is no certificate of this key, or its issuers do not vouch for it. */
  | { result: "wrong_answer" }
  | Exclude<CertifyReply, { result: "certificate" }>;

/** Asks for the certificate of the key; asked again, it is the same one. */
export async function obtainCertificate(
  { pkcs8, spki, csr }: OwnRequest,
  certify: Certify,
  tell: Tell,
): Promise<CertificateOutcome> {
  tell("sending");
  let reply: CertifyReply;
  try {
    reply = await certify(toBase64(csr));
  } catch {
    return { result: "unreached" };
  }
  if (reply.result !== "certificate") return reply;
  tell("checking");
  const { certificate, chain, fileName, friendlyName } = reply;
  if ((await checkAnswer(spki, certificate, chain)) !== "fits") return { result: "wrong_answer" };
  return { result: "certificate", own: { pkcs8, certificate, chain, fileName, friendlyName } };
}

/** The .p12, in DER; as often as it is wanted, and in either encryption. */
export async function packageOf(
  own: OwnCertificate,
  { password, encryption }: { password: string; encryption: PackageEncryption },
): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(await buildPkcs12({ ...own, password, encryption }, webSuite));
}
