/**
 * The page that answers an upload, in EUC-JP: a sentence that it is done and a table of lines that are all OK, or a table with what
 * is wrong in which line. Whatever else comes is taken for neither, since then nobody knows whether the upload was taken.
 */
import { type Element, elementsOf, readPage, textOf } from "./page.ts";

export type UploadReply =
  | { outcome: "taken" }
  | { outcome: "refused"; rows: readonly RefusedRow[] }
  /** `excerpt`: of the visible text, 300 characters at most. */
  | { outcome: "not_understood"; excerpt: string };

/** `seq`: which line of the upload, from 1 on; 0: the file as a whole. */
export type RefusedRow = { seq: number; errors: readonly RowError[] };
/** `code`: "" where the service gave none. `column`: of the TSV, from 1 on; null where none is named. */
export type RowError = { code: string; column: number | null; message: string };

const done = "ファイルのアップロード処理が完了しました";
const LONGEST_EXCERPT = 300;
const LONGEST_MESSAGE = 300;
const MOST_ERRORS = 20;

/** What came of an upload. Never throws. */
export function readUploadReply(octets: Uint8Array): UploadReply {
  const page = readPage(octets, "euc-jp");
  if (page === null) return { outcome: "not_understood", excerpt: "" };
  const text = textOf(page, 20_000);
  const notUnderstood: UploadReply = {
    outcome: "not_understood",
    excerpt: text.replace(/\s+/g, " ").trim().slice(0, LONGEST_EXCERPT),
  };
  const tables = resultTables(page);
  const results = tables.flatMap(({ rows }) => rows);
  if (results.length === 0 || results.some(({ result }) => result !== "OK" && result !== "NG"))
    return notUnderstood;
  const refused = results.filter(({ result }) => result === "NG");
  // Names of members stand in the table: what they are must not decide what came of it.
  const isDone = textOf(page, 20_000, new Set(tables.map(({ table }) => table)))
    .replace(/\s/g, "")
    .includes(done);
  if (refused.length === 0) return isDone ? { outcome: "taken" } : notUnderstood;
  // All or nothing is asked for, so nothing is done while a line is wrong.
  return isDone ? notUnderstood : { outcome: "refused", rows: refusedRows(refused) };
}

type Result = { seq: number; result: string; errors: RowError[] };

/** The tables with headings SEQ, 処理結果 and エラー内容, and their lines. */
function resultTables(page: Element): { table: Element; rows: Result[] }[] {
  const found = new Map<Element, { place: Record<"seq" | "result" | "errors", number>; rows: Result[] }>();
  for (const row of elementsOf(page, "tr")) {
    const table = tableOf(row);
    const known = found.get(table);
    const cells = row.childNodes.flatMap((node) =>
      "tagName" in node && /^t[dh]$/i.test(String(node.tagName)) ? [node as Element] : [],
    );
    if (known) {
      const cell = (at: number) => (cells[at] ? textOf(cells[at], 10_000).trim() : "");
      const { seq, result, errors } = known.place;
      // A line across the whole table is none of its rows.
      if (cells.length <= Math.max(seq, result)) continue;
      known.rows.push({
        seq: numberIn(cell(seq)) ?? 0,
        result: cell(result).toUpperCase(),
        errors: errorsIn(cell(errors)),
      });
      continue;
    }
    const headings = cells.map((cell) => textOf(cell, 100).replace(/\s/g, ""));
    const place = {
      seq: headings.indexOf("SEQ"),
      result: headings.indexOf("処理結果"),
      errors: headings.indexOf("エラー内容"),
    };
    if (!Object.values(place).includes(-1)) found.set(table, { place, rows: [] });
  }
  return [...found].map(([table, { rows }]) => ({ table, rows }));
}

function tableOf(row: Element): Element {
  let element = row.parentNode;
  while (element && element.tagName !== "TABLE" && element.parentNode) element = element.parentNode;
  return element ?? row;
}

/** What a line has in several rows is put together. */
function refusedRows(results: readonly Result[]): RefusedRow[] {
  const rows = new Map<number, RowError[]>();
  for (const { seq, errors } of results)
    rows.set(seq, [...(rows.get(seq) ?? []), ...errors].slice(0, MOST_ERRORS));
  return [...rows].map(([seq, errors]) => ({
    seq,
    errors: errors.length > 0 ? errors : [{ code: "", column: null, message: "" }],
  }));
}

/** `<code>:<n>,<column>,<message>`, one a line; what is written in another way is kept as a message. */
function errorsIn(cell: string): RowError[] {
  const errors: RowError[] = [];
  for (const line of cell.split("\n").slice(0, MOST_ERRORS)) {
    const written = line.trim();
    if (written === "") continue;
    const [, code, column, message] = /^([0-9]{1,6}):[^,]*,([^,]*),(.*)$/.exec(written) ?? [];
    const [, codeAlone, rest] = /^([0-9]{1,6}):(.*)$/.exec(written) ?? [];
    const said = (message ?? rest ?? written).trim().slice(0, LONGEST_MESSAGE);
    errors.push({ code: code ?? codeAlone ?? "", column: numberIn(column ?? ""), message: said });
  }
  return errors;
}

function numberIn(text: string): number | null {
  const digits = text.normalize("NFKC").trim();
  return /^[0-9]{1,6}$/.test(digits) ? Number(digits) : null;
}
