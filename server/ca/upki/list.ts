/**
 * The service's list of all client certificates of an institution: TSV in Shift_JIS, under a line of headings. Columns are found by their
 * headings; where a heading is not known, by their number, as long as those that are known stand where they always stood.
 */
export type ListRow = {
  /** In the service's form; `splitServiceDn` reads it. */
  dn: string;
  state: "to_collect" | "issued" | "renewed" | "revoked" | "other";
  /** As the list has it. */
  stateText: string;
  holderMail: string;
  /** Decimal; "" where there is none yet. */
  serial: string;
  requestedAt: Date | null;
  notAfter: Date | null;
  /** Up to when the holder may download. */
  collectUntil: Date | null;
  requestId: string;
  /** All columns by their headings. */
  fields: Readonly<Record<string, string>>;
};
export type ListFault = {
  code: "not_a_list" | "too_large" | "encoding" | "missing_column" | "row";
  /** Counted from 1, the headings being the first. */
  line?: number;
  what: string;
};

/** Some 50,000 certificates. */
const MOST_OCTETS = 32 * 1024 * 1024;
const MOST_COLUMNS = 200;

type Column =
  | "dn"
  | "state"
  | "holderMail"
  | "serial"
  | "requestId"
  | "requestedAt"
  | "notAfter"
  | "collectUntil";

/** `number`: from 1 on, where it is known. */
const columns: Readonly<Record<Column, { heading?: string; number?: number }>> = {
  dn: { heading: "主体者DN", number: 4 },
  state: { heading: "状態", number: 12 },
  holderMail: { heading: "利用者E-mail", number: 15 },
  serial: { heading: "発行・更新申請-シリアル番号", number: 24 },
  requestId: { heading: "発行・更新申請-申請ID" },
  requestedAt: { heading: "発行・更新申請-日時" },
  notAfter: { number: 27 },
  collectUntil: { number: 28 },
};
const wanted = ["dn", "state", "serial"] as const;

/**
 * Reads the list; times are of Asia/Tokyo, a day without a time means its end. A line that is cut off, or has more columns
 * than there are headings, is a fault of the whole list: whoever asks whether a request is in it must not be told no for a list that is not whole.
 * Never throws.
 */
export function readList(octets: Uint8Array): { rows: readonly ListRow[] } | { fault: ListFault } {
  if (octets.length > MOST_OCTETS) return fault("too_large", `The list has ${octets.length} octets.`);
  const text = decode(octets);
  if (text === null) return fault("encoding", "The list is not in Shift_JIS.");
  const lines = text.split(/\r?\n/);
  const head = (lines[0] ?? "").split("\t", MOST_COLUMNS).map(plainHeading);
  const places = placesIn(head);
  const missing = wanted.filter((column) => places[column] === undefined);
  if (missing.length === wanted.length)
    return fault("not_a_list", "The first line has none of the list's headings.");
  const [first] = missing;
  if (first) return fault("missing_column", `The heading ${columns[first].heading} is not there.`, 1);
  const rows: ListRow[] = [];
  for (const [at, line] of lines.entries()) {
    if (at === 0 || line.trim() === "") continue;
    const values = line.split("\t", MOST_COLUMNS).map((value) => value.trim());
    if (values.length < head.length || values.slice(head.length).some((value) => value !== "")) {
      return fault("row", `There are ${values.length} columns under ${head.length} headings.`, at + 1);
    }
    const row = readRow(values, places, head);
    if (row.serial !== "" && !/^[0-9]{1,49}$/.test(row.serial)) {
      return fault("row", "The serial number is not decimal.", at + 1);
    }
    rows.push(row);
  }
  return { rows };
}

function fault(code: ListFault["code"], what: string, line?: number): { fault: ListFault } {
  return { fault: line === undefined ? { code, what } : { code, line, what } };
}

function decode(octets: Uint8Array): string | null {
  try {
    return new TextDecoder("shift_jis", { fatal: true }).decode(octets);
  } catch {
    return null;
  }
}

/** Hyphens, middle dots and letters of the other width are the same. */
function plainHeading(heading: string): string {
  return heading
    .normalize("NFKC")
    .replace(/\s/g, "")
    .replace(/[‐‑−–—]/g, "-");
}

function placesIn(head: readonly string[]): Partial<Record<Column, number>> {
  const places: Partial<Record<Column, number>> = {};
  for (const [column, { heading, number = 0 }] of Object.entries(columns) as [
    Column,
    { heading?: string; number?: number },
  ][]) {
    if (heading === undefined) continue;
    // Headings may be there twice: then that of the known number is meant.
    const place = head[number - 1] === heading ? number - 1 : head.indexOf(heading);
    if (place !== -1) places[column] = place;
  }
  const isAsEver = wanted.every((column) => places[column] === (columns[column].number as number) - 1);
  for (const column of ["notAfter", "collectUntil"] as const) {
    const { number = 0 } = columns[column];
    if (isAsEver && number <= head.length) places[column] = number - 1;
  }
  return places;
}

function readRow(
  values: readonly string[],
  places: Partial<Record<Column, number>>,
  head: readonly string[],
): ListRow {
  const value = (column: Column) => values[places[column] ?? -1] ?? "";
  const stateText = value("state");
  return {
    dn: value("dn"),
    state: stateOf(stateText),
    stateText,
    holderMail: value("holderMail"),
    serial: value("serial").replace(/^0+(?=[0-9])/, ""),
    requestedAt: timeOf(value("requestedAt")),
    notAfter: timeOf(value("notAfter")),
    collectUntil: timeOf(value("collectUntil")),
    requestId: value("requestId"),
    fields: Object.fromEntries(head.map((heading, at) => [heading, values[at] ?? ""])),
  };
}

const states: Readonly<Record<string, [word: string, state: ListRow["state"]]>> = {
  "4": ["取得待ち", "to_collect"],
  "5": ["発行済み", "issued"],
  "6": ["更新済み", "renewed"],
  "7": ["失効済み", "revoked"],
};

/** By its number, its word, or both. */
function stateOf(text: string): ListRow["state"] {
  const [, number = "", word = ""] = /^([0-9]*)[:. ]*(.*)$/.exec(text.normalize("NFKC").slice(0, 50)) ?? [];
  const known = Object.entries(states).find(
    ([its, [name]]) => (number === its || number === "") && (word === name || (word === "" && number !== "")),
  );
  return known?.[1][1] ?? "other";
}

const JAPAN_IS_AHEAD = 9 * 3_600_000;

/** `2026/04/01 12:34:56`, with `-` or 年月日, or only digits; null: no such time. */
function timeOf(text: string): Date | null {
  const separated =
    /^(\d{4})[/年.-](\d{1,2})[/月.-](\d{1,2})日?(?:[ T]?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d{1,9})?)?)?$/;
  const plain = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?$/;
  const found = separated.exec(text) ?? plain.exec(text);
  if (!found) return null;
  const [year = 0, month = 0, day = 0] = found.slice(1, 4).map(Number);
  const isDay = found[4] === undefined;
  const [hour, minute, second] = isDay
    ? [23, 59, 59]
    : [Number(found[4]), Number(found[5]), Number(found[6] ?? 0)];
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // What does not exist, such as February 30, would be another day.
  const exists =
    local.getUTCFullYear() === year &&
    local.getUTCMonth() === month - 1 &&
    local.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  return exists ? new Date(local.getTime() - JAPAN_IS_AHEAD) : null;
}
