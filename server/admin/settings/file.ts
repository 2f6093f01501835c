/** Settings of many institutions in a file: a table (CSV) or a document (YAML), written and read. Pure. */
import { parse } from "csv-parse/sync";
import { stringify as tableOf } from "csv-stringify/sync";
import { stringify as documentOf, isMap, isSeq, LineCounter, parseDocument } from "yaml";
import {
  type Fault,
  readTexts,
  readValues,
  type Settings,
  settingNames,
  settingsIn,
  type Texts,
  writeTexts,
} from "./declared.ts";
import type { Row } from "./rows.ts";

export const formats = ["csv", "yaml"] as const;
export type Format = (typeof formats)[number];

/** An institution in a file. `version`: on which its lines were written, where the file says so. `line`: counted from 1. */
export type FileRow = {
  line: number;
  entityId: string;
  version: number | null;
  values: Partial<Settings>;
  faults: readonly Fault[];
};

/** Why a file cannot be read as a whole: a key in messages (`Admin.settings.files.faults`). */
export type FileFault = { fault: FileFaultCode; line: number | null; value: string };
export const fileFaults = [
  "not_text",
  "empty",
  "malformed",
  "no_entity_id",
  "unknown_column",
  "column_twice",
  "version_malformed",
  "too_many",
] as const;
type FileFaultCode = (typeof fileFaults)[number];

/** More than any federation has. */
export const mostRows = 5000;

/** Said beside the settings: for people, and to notice that somebody else has changed something since. */
const told = ["entityId", "nameJa", "nameEn", "version"] as const;
const columns = [...told, ...settingNames];

/** What a file begins with. Excel takes a table for UTF-8 only where it begins with the mark. */
export function headOf(format: Format): string {
  return format === "csv" ? `\ufeff${tableOf([columns], { record_delimiter: "windows" })}` : "";
}

/** The part of a file that holds these institutions. */
export function writeRows(format: Format, rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const told = rows.map(({ entityId, nameJa, nameEn, version, ...row }) => ({
    head: { entityId, nameJa, nameEn, version },
    settings: settingsIn(row),
  }));
  if (format === "yaml") {
    return documentOf(
      told.map(({ head, settings }) => ({ ...head, ...settings })),
      { lineWidth: 0 },
    );
  }
  const cells = told.map(({ head, settings }) => {
    const row: Record<string, unknown> = { ...head, ...writeTexts(settings) };
    return columns.map((column) => harmless(String(row[column])));
  });
  return tableOf(cells, { record_delimiter: "windows" });
}

/** What a spreadsheet would take for a formula gets an apostrophe before it, and loses it when it is read. */
const formula = /^'*[=+\-@\t\r＝＋－＠]/;
const harmless = (cell: string) => (formula.test(cell) ? `'${cell}` : cell);
const asItWas = (cell: string) => (cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell);

export function readFile(format: Format, octets: Uint8Array): readonly FileRow[] | FileFault {
  const text = textIn(octets);
  if (text === null) return { fault: "not_text", line: null, value: "" };
  const rows = format === "csv" ? readTable(text) : readDocument(text);
  if ("fault" in rows) return rows;
  if (rows.length === 0) return { fault: "empty", line: null, value: "" };
  if (rows.length > mostRows) return { fault: "too_many", line: null, value: String(mostRows) };
  return rows;
}

/** UTF-8, or what Excel in Japanese writes (Windows-31J); null for neither. */
function textIn(octets: Uint8Array): string | null {
  for (const encoding of ["utf-8", "shift_jis"]) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(octets);
      return text.includes("\0") ? null : text;
    } catch {
      // Then the other one.
    }
  }
  return null;
}

type Line = { record: string[]; info: { lines: number } };

function readTable(text: string): readonly FileRow[] | FileFault {
  let records: readonly Line[];
  try {
    // A record is said to be at the line where it ends.
    records = parse(text, { info: true, relax_column_count: true, skip_empty_lines: true }) as never;
  } catch (error) {
    const { lines = null, message } = error as { lines?: number; message: string };
    return { fault: "malformed", line: lines, value: message.slice(0, 200) };
  }
  const [head, ...rows] = records;
  if (!head) return [];
  const names = head.record.map((name) => name.trim());
  const wrong = faultOfColumns(names);
  if (wrong) return wrong;
  const read: FileRow[] = [];
  for (const { record, info } of rows) {
    const line = info.lines;
    if (record.every((cell) => cell.trim() === "")) continue;
    if (record.length !== names.length) return { fault: "malformed", line, value: record[0] ?? "" };
    const cells = Object.fromEntries(names.map((name, index) => [name, asItWas(record[index] ?? "")]));
    const row = rowFrom(line, cells, readTexts(cells as Partial<Texts>));
    if ("fault" in row) return row;
    read.push(row);
  }
  return read;
}

function faultOfColumns(names: readonly string[]): FileFault | null {
  const strange = names.find((name) => !(columns as string[]).includes(name));
  if (strange !== undefined) return { fault: "unknown_column", line: 1, value: strange.slice(0, 80) };
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return { fault: "column_twice", line: 1, value: twice };
  return names.includes("entityId") ? null : { fault: "no_entity_id", line: 1, value: "" };
}

function readDocument(text: string): readonly FileRow[] | FileFault {
  const lines = new LineCounter();
  const lineAt = (offset: number | undefined) => lines.linePos(offset ?? 0).line;
  try {
    const document = parseDocument(text, { lineCounter: lines });
    const [error] = document.errors;
    if (error) return { fault: "malformed", line: lineAt(error.pos[0]), value: error.code };
    if (document.contents === null) return [];
    if (!isSeq(document.contents)) return { fault: "malformed", line: 1, value: "" };
    const read: FileRow[] = [];
    for (const item of document.contents.items) {
      const { range } = item as unknown as { range?: readonly [number] };
      const line = lineAt(range?.[0]);
      if (!isMap(item)) return { fault: "malformed", line, value: "" };
      // One that refers to another part of the file may grow without end.
      const given = item.toJS(document, { maxAliasCount: 0 }) as Record<string, unknown>;
      const strange = Object.keys(given).find((name) => !(columns as string[]).includes(name));
      if (strange !== undefined) return { fault: "unknown_column", line, value: strange.slice(0, 80) };
      const row = rowFrom(line, given, readValues(given));
      if ("fault" in row) return row;
      read.push(row);
    }
    return read;
  } catch {
    // Nested deeper than anybody writes, or with aliases.
    return { fault: "malformed", line: null, value: "" };
  }
}

function rowFrom(
  line: number,
  given: Readonly<Record<string, unknown>>,
  { values, faults }: { values: Partial<Settings>; faults: readonly Fault[] },
): FileRow | FileFault {
  const entityId = typeof given.entityId === "string" ? given.entityId.trim() : "";
  if (entityId === "") return { fault: "no_entity_id", line, value: "" };
  const version = String(given.version ?? "").trim();
  if (!/^\d{0,9}$/.test(version)) return { fault: "version_malformed", line, value: version.slice(0, 40) };
  return { line, entityId, version: version === "" ? null : Number(version), values, faults };
}
