/**
 * The file of access PINs that NII's service hands out once: a ZIP with one text of lines 利用者氏名, E-mail, PIN, DN between TABs, under a line
 * of headings. No PIN ever stands in what is said of a fault.
 */
import { crc32 } from "node:zlib";
import { type Entry, fromBufferPromise, type ZipFile } from "yauzl";
import { splitServiceDn } from "./dn.ts";

export type PinRow = { name: string; mail: string; pin: string; dn: string };
export type PinFileFault = {
  code: "not_a_zip" | "too_large" | "several_files" | "encrypted" | "encoding" | "no_rows" | "columns";
  what: string;
};

/** Ten thousand lines; also of the text while it is inflated, whatever the archive says of its size. */
const MOST_OCTETS = 2 * 1024 * 1024;
const MOST_ENTRIES = 8;

/** Reads the archive. Never throws; unpacks 2 MiB at most. */
export async function readPinFile(
  zip: Uint8Array,
): Promise<{ rows: readonly PinRow[] } | { fault: PinFileFault }> {
  const octets = await onlyFileOf(zip);
  if ("code" in octets) return { fault: octets };
  const text = decode(octets.content);
  return text === null ? fault("encoding", "The text is in none of the known encodings.") : readRows(text);
}

function fault(code: PinFileFault["code"], what: string): { fault: PinFileFault } {
  return { fault: { code, what } };
}

async function onlyFileOf(zip: Uint8Array): Promise<{ content: Uint8Array } | PinFileFault> {
  if (zip.length > MOST_OCTETS) return { code: "too_large", what: `The archive has ${zip.length} octets.` };
  try {
    const buffer = Buffer.from(zip.buffer, zip.byteOffset, zip.length);
    // Names are not looked at, so they are not decoded, for some are in encodings that an archive cannot say.
    const opened = await fromBufferPromise(buffer, { lazyEntries: true, decodeStrings: false });
    return await onlyEntryOf(opened);
  } catch {
    return { code: "not_a_zip", what: "This is not a ZIP archive, or a damaged one." };
  }
}

async function onlyEntryOf(zip: ZipFile): Promise<{ content: Uint8Array } | PinFileFault> {
  if (zip.entryCount > MOST_ENTRIES)
    return { code: "several_files", what: `${zip.entryCount} files are in it.` };
  const files: Entry[] = [];
  for await (const entry of zip.eachEntry()) if (entry.fileNameRaw.at(-1) !== SLASH) files.push(entry);
  const [entry] = files;
  if (!entry) return { code: "no_rows", what: "The archive is empty." };
  if (files.length > 1) return { code: "several_files", what: `${files.length} files are in it.` };
  if (entry.isEncrypted()) return { code: "encrypted", what: "The file in the archive is encrypted." };
  const content = await inflate(zip, entry);
  if (content === null) return { code: "too_large", what: `The text has more than ${MOST_OCTETS} octets.` };
  if (crc32(content) !== entry.crc32) return { code: "not_a_zip", what: "The archive is damaged." };
  return { content };
}

/** Marks the name of a folder. */
const SLASH = 0x2f;

/** Null: there is more in it than there may be. */
async function inflate(zip: ZipFile, entry: Entry): Promise<Buffer | null> {
  if (entry.uncompressedSize > MOST_OCTETS) return null;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    length += chunk.length;
    if (length > MOST_OCTETS) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Which one the service writes is not known: the first that fits and in which the headings can be read, else the first that fits. */
const encodings = ["utf-8", "iso-2022-jp", "shift_jis", "euc-jp", "utf-16le"] as const;

function decode(octets: Uint8Array): string | null {
  const texts = encodings.flatMap((encoding) => {
    try {
      return [new TextDecoder(encoding, { fatal: true }).decode(octets)];
    } catch {
      return [];
    }
  });
  return texts.find((text) => headings.name.test(text.split("\n", 1)[0] ?? "")) ?? texts[0] ?? null;
}

const headings: Readonly<Record<keyof PinRow, RegExp>> = {
  name: /氏名/,
  mail: /mail|メール/i,
  pin: /PIN/i,
  dn: /DN/,
};
const places: Readonly<Record<keyof PinRow, number>> = { name: 0, mail: 1, pin: 2, dn: 3 };

function readRows(text: string): { rows: readonly PinRow[] } | { fault: PinFileFault } {
  const lines = text.split(/\r?\n/).map((line) => line.split("\t"));
  const [head = [], ...body] = lines;
  // Without headings the first line is a PIN already, and it can be fetched only once.
  const isRow = splitServiceDn(head[places.dn] ?? "") !== null;
  const place = isRow ? places : placesIn(head);
  if (place === null)
    return fault("columns", "The headings are not those of names, addresses, PINs and DNs.");
  const rows: PinRow[] = [];
  for (const [at, columns] of (isRow ? lines : body).entries()) {
    if (columns.every((value) => value.trim() === "")) continue;
    const value = (column: keyof PinRow) => (columns[place[column]] ?? "").trim();
    const row = { name: value("name"), mail: value("mail"), pin: value("pin"), dn: value("dn") };
    if (!/^[!-~]{1,64}$/.test(row.pin) || row.dn === "") {
      return fault(
        "columns",
        `PIN or DN is missing in line ${at + (isRow ? 1 : 2)}, of ${columns.length} columns.`,
      );
    }
    rows.push(row);
  }
  return rows.length === 0 ? fault("no_rows", "The text has no line with a PIN.") : { rows };
}

function placesIn(head: readonly string[]): Record<keyof PinRow, number> | null {
  const find = (column: keyof PinRow) => head.findIndex((heading) => headings[column].test(heading));
  const found = { name: find("name"), mail: find("mail"), pin: find("pin"), dn: find("dn") };
  const distinct = new Set(Object.values(found));
  return distinct.size === 4 && !distinct.has(-1) ? found : null;
}
