/** Revocation lists, version 2 (RFC 5280 §5). */
import { bitString, contextConstructed, type Der, integer, sequence, writeHeader } from "./der.ts";
import { PkiError } from "./errors.ts";
import { authorityKeyIdentifier, crlNumber, issuingDistributionPoint, reasonCode } from "./extension.ts";
import { encodeName, type Name } from "./name.ts";
import { checkSerial } from "./serial.ts";
import { type Signer, signatureAlgorithm } from "./signer.ts";
import { encodeTime, timeSize, wholeSeconds, writeTime } from "./validity.ts";

export type RevokedCertificate = {
  /** Hexadecimal, two digits an octet. */
  serial: string;
  at: Date;
  /** CRLReason (§5.3.1); unspecified, 0, is left out as the RFC asks. */
  reason?: number;
};

export type RevocationList = {
  issuerName: Name;
  authorityKeyIdentifier: Uint8Array;
  /** Greater than that of every list before. */
  number: number | bigint;
  thisUpdate: Date;
  nextUpdate: Date;
  entries: readonly RevokedCertificate[];
  /** Given, the list says, critically, that it is the one published at this address (§5.2.5). */
  url?: string;
};

/**
 * Makes and signs a revocation list.
 * @returns DER
 * @throws PkiError for a serial, reason, date or number that no list may carry
 */
export async function buildCrl(list: RevocationList, signer: Signer): Promise<Uint8Array> {
  if (wholeSeconds(list.nextUpdate) <= wholeSeconds(list.thisUpdate)) {
    throw new PkiError("validity_empty", "The next list comes after this one.");
  }
  const algorithm = signatureAlgorithm(signer.algorithm);
  const distributionPoint = list.url === undefined ? [] : [issuingDistributionPoint(list.url)];
  const tbs = sequence(
    integer(1),
    algorithm,
    encodeName(list.issuerName),
    encodeTime(list.thisUpdate),
    encodeTime(list.nextUpdate),
    // §5.1.2.6: absent, not empty.
    ...(list.entries.length === 0 ? [] : [encodeEntries(list.entries)]),
    contextConstructed(
      0,
      sequence(
        authorityKeyIdentifier(list.authorityKeyIdentifier),
        crlNumber(list.number),
        ...distributionPoint,
      ),
    ),
  );
  return sequence(tbs, algorithm, bitString(await signer.sign(tbs)));
}

/** Longer than any entry: a serial of 20 octets, a date, a reason, and what stands before each. */
const ENTRY_BOUND = 64;

/** revokedCertificates, in one pass over one buffer: lists grow to hundreds of thousands of entries. */
function encodeEntries(entries: readonly RevokedCertificate[]): Der {
  const target = Buffer.allocUnsafe(entries.length * ENTRY_BOUND);
  let end = 0;
  for (const entry of entries) end = writeEntry(target, end, entry);
  return sequence(target.subarray(0, end));
}

function writeEntry(target: Buffer, start: number, { serial: hex, at, reason }: RevokedCertificate): number {
  const serial = positive(hex);
  const serialLength = serial.length / 2;
  if (!(serialLength <= 20)) throw malformedSerial();
  const extensions = reasonExtensions(reason);
  let offset = writeHeader(target, start, 0x30, 2 + serialLength + timeSize(at) + extensions.length);
  offset = writeHeader(target, offset, 0x02, serialLength);
  if (target.write(serial, offset, "hex") !== serialLength) throw malformedSerial();
  checkSerial(target.subarray(offset, offset + serialLength));
  offset = writeTime(target, offset + serialLength, at);
  target.set(extensions, offset);
  return offset + extensions.length;
}

function malformedSerial(): PkiError {
  return new PkiError("serial_malformed", "Not a hexadecimal serial number of whole octets, 20 at most.");
}

/** The octets of an INTEGER: those of the number, and a zero before a set sign bit. */
function positive(serial: string): string {
  return /^[89a-f]/i.test(serial) ? `00${serial}` : serial;
}

/** crlEntryExtensions by reason: every CRLReason but 7, not used, and 8, removeFromCRL, which only delta lists know. */
const reasons = new Map<number, Uint8Array>([
  [0, new Uint8Array(0)],
  ...[1, 2, 3, 4, 5, 6, 9, 10].map((reason) => [reason, sequence(reasonCode(reason))] as const),
]);

function reasonExtensions(reason = 0): Uint8Array {
  const extensions = reasons.get(reason);
  if (extensions === undefined)
    throw new PkiError("reason_malformed", `Not a reason for a revocation: ${reason}`);
  return extensions;
}
