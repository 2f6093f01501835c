/** Answers of an OCSP responder (RFC 6960 §4.2), as the lightweight profile wants them (RFC 5019, RFC 9654 for the nonce). */
import { hash, type KeyObject } from "node:crypto";
import {
  bitString,
  contextConstructed,
  type Der,
  enumerated,
  joined,
  octetString,
  oid,
  prependHeader,
  sequence,
} from "./der.ts";
import { DerReader } from "./der-reader.ts";
import { PkiError } from "./errors.ts";
import { keyIdentifier, spki } from "./keys.ts";
import { encodeName, type Name } from "./name.ts";
import type { CertId, OcspHash } from "./ocsp-request.ts";
import { readCertificate } from "./read.ts";
import { type Signer, signatureAlgorithm } from "./signer.ts";
import { encodeGeneralizedTime, wholeSeconds } from "./validity.ts";

/** What is known of one certificate. */
export type OcspAnswer = {
  /** As it was asked for. */
  certId: Pick<CertId, "encoded">;
  /** When this was known to be right, and when something newer will be, to the second. */
  thisUpdate: Date;
  nextUpdate: Date;
} & (
  | { status: "good" | "unknown" }
  /** `reason`: CRLReason (RFC 5280 §5.3.1); unspecified, 0, is left out. */
  | { status: "revoked"; at: Date; reason?: number }
);

export type OcspResponse = {
  /** One for each certificate asked for, in that order. */
  answers: readonly OcspAnswer[];
  /** That of the request. */
  nonce: Uint8Array | null;
  producedAt: Date;
};

/**
 * Makes and signs a response that brings the responder's certificate along.
 * @param response `certificate`: the responder's (`responderProfile`), DER
 * @returns DER
 * @throws PkiError for a date or reason that no answer may carry, or a signer that is not the responder
 */
export async function buildOcspResponse(
  { certificate, ...response }: OcspResponse & { certificate: Uint8Array },
  signer: Signer,
): Promise<Uint8Array> {
  return answering(certificate, signer)(response);
}

/**
 * The same for many responses of one responder: what they share is encoded and checked once, so that a response costs little more than
 * its signature. No promise where the signer needs none.
 */
export function answering(
  certificate: Uint8Array,
  signer: Signer,
): (response: OcspResponse) => Uint8Array | Promise<Uint8Array> {
  if (!readCertificate(certificate).publicKey.equals(signer.publicKey)) {
    throw new PkiError("issuer_mismatch", "The signer's key is not the responder's.");
  }
  const algorithm = signatureAlgorithm(signer.algorithm);
  const responderId = contextConstructed(2, octetString(keyIdentifier(signer.publicKey)));
  const certificates = contextConstructed(0, sequence(certificate));
  const after = algorithm.length + SIGNATURE_BOUND + certificates.length;

  return (response) => {
    const answers = encodeAnswers(response.answers);
    // From its end to its beginning: a header is written when what it announces is there.
    const middle = HEADERS + responderId.length + answers.length + NONCE_BOUND;
    const target = Buffer.allocUnsafeSlow(middle + after);
    const put = (part: Uint8Array, at: number) => {
      target.set(part, at - part.length);
      return at - part.length;
    };
    let start = response.nonce === null ? middle : put(nonceExtensions(response.nonce), middle);
    start = prependHeader(target, 0x30, put(answers, start), start);
    start = put(responderId, put(encodeGeneralizedTime(response.producedAt), start));
    start = prependHeader(target, 0x30, start, middle);

    const finish = (signature: Uint8Array) => {
      let end = middle;
      for (const part of [algorithm, bitString(signature), certificates]) {
        target.set(part, end);
        end += part.length;
      }
      start = prependHeader(target, 0x30, start, end);
      start = put(basicResponse, prependHeader(target, 0x04, start, end));
      start = prependHeader(target, 0xa0, prependHeader(target, 0x30, start, end), end);
      start = prependHeader(target, 0x30, put(successful, start), end);
      return new Uint8Array(target.buffer, start, end - start);
    };
    const signature = signer.sign(target.subarray(start, middle));
    return signature instanceof Promise ? signature.then(finish) : finish(signature);
  };
}

/** What goes around the three parts of the signed data: headers, and producedAt. */
const HEADERS = 128;
/** Longer than the BIT STRING of any signature: RSA keys end at 8192 bits. */
const SIGNATURE_BOUND = 1100;
/** A nonce of 128 octets, and what stands around it. */
const NONCE_BOUND = 160;

const successful = enumerated(0);
const basicResponse = oid("1.3.6.1.5.5.7.48.1.1");
const nonceId = oid("1.3.6.1.5.5.7.48.1.2");

const good = Uint8Array.of(0x80, 0x00);
const unknown = Uint8Array.of(0x82, 0x00);

function encodeAnswers(answers: readonly OcspAnswer[]): Uint8Array {
  if (answers.length === 0) throw new PkiError("list_malformed", "A response answers something.");
  const encoded = answers.map(encodeAnswer);
  return encoded.length === 1 ? (encoded[0] as Der) : joined(...encoded);
}

/** SingleResponse */
function encodeAnswer(answer: OcspAnswer): Der {
  if (wholeSeconds(answer.nextUpdate) <= wholeSeconds(answer.thisUpdate)) {
    throw new PkiError("validity_empty", "What is known next comes after what is known now.");
  }
  return sequence(
    answer.certId.encoded,
    statusOf(answer),
    encodeGeneralizedTime(answer.thisUpdate),
    contextConstructed(0, encodeGeneralizedTime(answer.nextUpdate)),
  );
}

function statusOf(answer: OcspAnswer): Der {
  if (answer.status !== "revoked") return answer.status === "good" ? good : unknown;
  const reason = reasons.get(answer.reason ?? 0);
  if (reason === undefined) {
    throw new PkiError("reason_malformed", `Not a reason for a revocation: ${answer.reason}`);
  }
  return contextConstructed(1, encodeGeneralizedTime(answer.at), reason);
}

/** revocationReason by CRLReason; 7 is not used, and 8 belongs to lists. */
const reasons = new Map<number, Uint8Array>([
  [0, new Uint8Array(0)],
  ...[1, 2, 3, 4, 5, 6, 9, 10].map((reason) => [reason, contextConstructed(0, enumerated(reason))] as const),
]);

function nonceExtensions(nonce: Uint8Array): Der {
  if (nonce.length < 1 || nonce.length > 128) {
    throw new PkiError("ocsp_malformed", "A nonce has 1 to 128 octets.");
  }
  return contextConstructed(1, sequence(sequence(nonceId, octetString(octetString(nonce)))));
}

const errors = { malformedRequest: 1, internalError: 2, tryLater: 3, unauthorized: 6 } as const;
export type OcspError = keyof typeof errors;

/** A response that answers nothing, unsigned (RFC 6960 §4.2.1). `unauthorized`: not ours to answer (RFC 5019 §2.2.3). DER. */
export function ocspError(error: OcspError): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(sequence(enumerated(errors[error])));
}

/** How requests name an issuer (RFC 6960 §4.1.1): the hashes of its name and of its public key's bits. */
export function hashesOf(
  issuer: { name: Name; publicKey: KeyObject },
  algorithm: OcspHash,
): { name: Uint8Array; key: Uint8Array } {
  const info = DerReader.of(spki(issuer.publicKey)).sequence();
  info.sequence();
  return {
    name: hash(algorithm, encodeName(issuer.name), "buffer"),
    key: hash(algorithm, info.bitString(), "buffer"),
  };
}
