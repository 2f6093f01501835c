/** A list as people have one: pasted, or a file of a spreadsheet (CSV), in UTF-8 or in what Excel writes in Japan. Pure. */
import { parse } from "csv-parse/sync";
import iconv from "iconv-lite";

/** A line that is not empty. `line`: counted from 1, where it begins. */
export type GivenLine = { line: number; cells: readonly string[] };

/** Why a list cannot be read as a whole; each has its sentence in messages (`Admin.given.faults`). */
export const listFaults = ["not_text", "malformed", "empty", "too_many", "too_long"] as const;
export type ListFault = { fault: (typeof listFaults)[number]; line: number | null };

/** More people than leave or come to one institution at once; more octets than they take. */
export const mostLines = 10_000;
export const mostOctets = 2 * 1024 * 1024;
const longestCell = 300;

export function readList(octets: Uint8Array): readonly GivenLine[] | ListFault {
  const text = textIn(octets);
  if (text === null || text.includes("\0")) return { fault: "not_text", line: null };
  try {
    const rows = parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      delimiter: [",", "\t"],
      info: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return checked(rows, text);
  } catch (error) {
    const { lines } = error as { lines?: unknown };
    return { fault: "malformed", line: typeof lines === "number" ? lines : null };
  }
}

function checked(rows: readonly { record: string[]; info: { lines: number } }[], text: string) {
  const crumbs = text.split(/\r\n|\n|\r/);
  const given = rows
    .map(({ record, info }) => ({
      line: beginOf(info.lines, record, crumbs.length),
      cells: record.map(plain),
    }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
  if (given.length === 0) return { fault: "empty", line: null } as const;
  if (given.length > mostLines) return { fault: "too_many", line: given[mostLines]?.line ?? null } as const;
  const long = given.find(({ cells }) => cells.some((cell) => cell.length > longestCell));
  return long ? ({ fault: "too_long", line: long.line } as const) : given;
}

/** The parser names the line that a record ends on. */
function beginOf(end: number, record: readonly string[], most: number): number {
  const within = record.reduce((sum, cell) => sum + cell.split(/\r\n|\n|\r/).length - 1, 0);
  return Math.max(1, Math.min(most, end - within));
}

/** As it was meant: full-width letters of Japanese keyboards are ordinary ones. */
function plain(cell: string): string {
  return cell.normalize("NFKC").replaceAll(/\s+/g, " ").trim();
}

/** UTF-8 where it is that; else Windows-31J (cp932), of which every octet has to mean something. */
function textIn(octets: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    const text = iconv.decode(Buffer.from(octets), "cp932");
    return text.includes("\ufffd") ? null : text;
  }
}

/** Whether the first line names the columns: a head is no person. */
export function withoutHead(lines: readonly GivenLine[], first: string): readonly GivenLine[] {
  return lines[0]?.cells[0]?.toLowerCase() === first ? lines.slice(1) : lines;
}
