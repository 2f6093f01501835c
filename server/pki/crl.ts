/** Revocation lists, version 2: complete, in shards, and as deltas (RFC 5280 §5). */
import {
  bitString,
  contextConstructed,
  integer,
  joined,
  prependHeader,
  sequence,
  writeHeader,
} from "./der.ts";
import { PkiError } from "./errors.ts";
import {
  authorityKeyIdentifier,
  crlNumber,
  deltaCrlIndicator,
  freshestCrl,
  issuingDistributionPoint,
  reasonCode,
} from "./extension.ts";
import { encodeName, type Name } from "./name.ts";
import { type Signer, signatureAlgorithm } from "./signer.ts";
import { encodeTime, timeSize, wholeSeconds, writeTime } from "./validity.ts";

export type RevokedCertificate = {
  /** Hexadecimal, two digits an octet. */
  serial: string;
  at: Date;
  /** CRLReason (§5.3.1); unspecified, 0, is left out as the RFC asks. 8, removeFromCRL, in deltas only. */
  reason?: number;
};

export type RevocationList = {
  issuerName: Name;
  authorityKeyIdentifier: Uint8Array;
  /** Greater than that of every list of the same scope before; below 2^159. */
  number: number | bigint;
  thisUpdate: Date;
  nextUpdate: Date;
  /** Or what `encodeEntry` made of each, one after the other, in pieces. */
  entries: readonly RevokedCertificate[] | readonly Uint8Array[];
  /** Given, the list says, critically, that it speaks for the certificates that name this address (§5.2.5). A delta says what its complete list says. */
  url?: string;
  /** Given, the list is a delta: what changed since the complete list with this number (§5.2.4). */
  base?: number | bigint;
  /** Where the newest delta is; for complete lists (§5.2.6). */
  freshestUrl?: string;
};

/**
 * Makes and signs a revocation list, in one buffer: lists grow to a million entries.
 * @returns DER
 * @throws PkiError for a serial, reason, date or number that no list may carry
 */
export async function buildCrl(list: RevocationList, signer: Signer): Promise<Uint8Array> {
  check(list);
  const algorithm = signatureAlgorithm(signer.algorithm);
  const before = joined(
    integer(1),
    algorithm,
    encodeName(list.issuerName),
    encodeTime(list.thisUpdate),
    encodeTime(list.nextUpdate),
  );
  const after = contextConstructed(0, sequence(...extensionsOf(list)));
  // Lengths are known when all is written: headers go before their content, towards the beginning.
  const first = 3 * LONGEST_HEADER + before.length;
  const room = first + boundOf(list.entries) + after.length + SIGNATURE_BOUND;
  const target = new Uint8Array(Buffer.allocUnsafeSlow(room).buffer);
  let end = writeEntries(target, first, list);
  // §5.1.2.6: revokedCertificates is absent where there are none, not empty.
  let start = end === first ? first : prependHeader(target, 0x30, first, end);
  start -= before.length;
  target.set(before, start);
  target.set(after, end);
  end += after.length;
  start = prependHeader(target, 0x30, start, end);
  const signature = await signer.sign(target.subarray(start, end));
  const signed = joined(algorithm, bitString(signature));
  target.set(signed, end);
  end += signed.length;
  start = prependHeader(target, 0x30, start, end);
  return new Uint8Array(target.buffer, start, end - start);
}

/** One entry of revokedCertificates, to be kept and put beside others. @throws PkiError `serial_malformed`, `reason_malformed`, `time_malformed` */
export function encodeEntry(entry: RevokedCertificate): Uint8Array<ArrayBuffer> {
  const target = new Uint8Array(ENTRY_BOUND);
  return target.slice(0, writeEntry(target, 0, entry, reasons));
}

const LONGEST_HEADER = 6;
/** Longer than algorithm and signature of any signer: RSA keys end at 8192 bits. */
const SIGNATURE_BOUND = 2048;
/** As long as an entry gets: header, a serial of 20 octets, GeneralizedTime, a reason. */
const ENTRY_BOUND = 2 + 22 + 17 + 14;

function check(list: RevocationList): void {
  if (wholeSeconds(list.nextUpdate) <= wholeSeconds(list.thisUpdate)) {
    throw new PkiError("validity_empty", "The next list comes after this one.");
  }
  // §5.2.3: 20 octets at most.
  if (BigInt(list.number) >> 159n !== 0n) {
    throw new PkiError("number_malformed", "A list's number lies between 0 and 2^159.");
  }
  if (list.base === undefined) return;
  if (BigInt(list.base) > BigInt(list.number)) {
    throw new PkiError("number_malformed", "A delta follows the list that it adds to.");
  }
  if (list.freshestUrl !== undefined) {
    throw new PkiError("list_malformed", "A delta does not say where a delta is (RFC 5280 §5.2.6).");
  }
}

function extensionsOf(list: RevocationList): Uint8Array[] {
  return [
    authorityKeyIdentifier(list.authorityKeyIdentifier),
    crlNumber(list.number),
    ...(list.base === undefined ? [] : [deltaCrlIndicator(list.base)]),
    ...(list.url === undefined ? [] : [issuingDistributionPoint(list.url)]),
    ...(list.freshestUrl === undefined ? [] : [freshestCrl(list.freshestUrl)]),
  ];
}

function areEncoded(entries: RevocationList["entries"]): entries is readonly Uint8Array[] {
  return entries[0] instanceof Uint8Array;
}

function boundOf(entries: RevocationList["entries"]): number {
  if (!areEncoded(entries)) return entries.length * ENTRY_BOUND;
  return entries.reduce((size, piece) => size + piece.length, 0);
}

function writeEntries(target: Uint8Array, start: number, { entries, base }: RevocationList): number {
  let end = start;
  if (areEncoded(entries)) {
    for (const piece of entries) {
      checkEncoded(piece);
      target.set(piece, end);
      end += piece.length;
    }
    return end;
  }
  const allowed = base === undefined ? reasons : deltaReasons;
  for (const entry of entries) end = writeEntry(target, end, entry, allowed);
  return end;
}

/** That they are whole entries as `encodeEntry` writes them, and not the half of something. */
function checkEncoded(piece: Uint8Array): void {
  let offset = 0;
  while (offset < piece.length) {
    const length = piece[offset + 1] ?? 0x80;
    if (piece[offset] !== 0x30 || length > ENTRY_BOUND - 2 || piece[offset + 2] !== 0x02) break;
    offset += 2 + length;
  }
  if (offset !== piece.length) {
    throw new PkiError("list_malformed", "Not the encoded entries of a revocation list.");
  }
}

function writeEntry(
  target: Uint8Array,
  start: number,
  { serial, at, reason = 0 }: RevokedCertificate,
  allowed: ReadonlyMap<number, Uint8Array>,
): number {
  const extensions = allowed.get(reason);
  if (extensions === undefined) {
    throw new PkiError("reason_malformed", `Not a reason for a revocation in this list: ${reason}`);
  }
  // A zero before a set sign bit; what stands there twice, or not at all, is found when it is written.
  const padding = serial.charCodeAt(0) >= EIGHT ? 1 : 0;
  const size = padding + serial.length / 2;
  if (!(size >= 1 && size <= 20 && Number.isInteger(size))) throw malformedSerial();
  let offset = writeHeader(target, start, 0x30, 2 + size + timeSize(at) + extensions.length);
  offset = writeHeader(target, offset, 0x02, size);
  writeSerial(target, offset, serial, padding);
  offset = writeTime(target, offset + size, at);
  for (let i = 0; i < extensions.length; i++) target[offset++] = extensions[i] as number;
  return offset;
}

const EIGHT = "8".charCodeAt(0);

/** The value of each hexadecimal digit by its character, 16 for every other in ASCII. */
const digits = new Uint8Array(128).fill(16);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  digits[digit.charCodeAt(0)] = value;
  digits[digit.toUpperCase().charCodeAt(0)] = value;
}

function digitAt(text: string, at: number): number {
  const character = text.charCodeAt(at);
  return character < 128 ? (digits[character] as number) : 16;
}

/** In place, a digit at a time: a call of node's for each of a million serials costs more than the rest of the entry. */
function writeSerial(target: Uint8Array, start: number, serial: string, padding: number): void {
  let offset = start;
  if (padding === 1) target[offset++] = 0;
  let wrong = 0;
  for (let i = 0; i < serial.length; i += 2) {
    const high = digitAt(serial, i);
    const low = digitAt(serial, i + 1);
    wrong |= high | low;
    target[offset++] = (high << 4) | low;
  }
  // §4.1.2.2: positive, and in its shortest form.
  const superfluous = target[start] === 0 && (offset - start === 1 || (target[start + 1] as number) < 0x80);
  if (wrong > 15 || superfluous) throw malformedSerial();
}

function malformedSerial(): PkiError {
  return new PkiError("serial_malformed", "A serial is a positive number in hexadecimal, of 1 to 20 octets.");
}

/** crlEntryExtensions by reason: every CRLReason but 7, which is not used, and 8, removeFromCRL. */
const reasons = new Map<number, Uint8Array>([
  [0, new Uint8Array(0)],
  ...[1, 2, 3, 4, 5, 6, 9, 10].map((reason) => [reason, sequence(reasonCode(reason))] as const),
]);

const deltaReasons = new Map([...reasons, [8, sequence(reasonCode(8))] as const]);
