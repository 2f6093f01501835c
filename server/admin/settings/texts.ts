/** How a setting is written in one line of a form or one cell of a table, and read again. What cannot be read is left to the setting's own schema to refuse. */

export type Text = { read(text: string): unknown; write(value: unknown): string };

/** Words apart by spaces; line ends, commas and semicolons do as well. */
const words = (text: string) => text.split(/[\s,;]+/).filter((word) => word !== "");

const numberOr = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : text);

/** `true` or `false`, also as Excel writes them. */
export const flag: Text = {
  read(text) {
    const word = text.trim().toLowerCase();
    return word === "true" ? true : word === "false" ? false : text.trim();
  },
  write: String,
};

export const number: Text = { read: (text) => numberOr(text.trim()), write: String };

/** Empty: none. */
export const numberOrNone: Text = {
  read: (text) => (text.trim() === "" ? null : numberOr(text.trim())),
  write: (value) => (value === null ? "" : String(value)),
};

export const list: Text = { read: words, write: (value) => (value as readonly string[]).join(" ") };

export const numbers: Text = {
  read: (text) => words(text).map(numberOr),
  write: (value) => (value as readonly number[]).join(" "),
};

export const word: Text = { read: (text) => text.trim(), write: String };

export const asItIs: Text = { read: (text) => text, write: String };

type Grant = { attribute: string; value: string; role: string };

/** A grant a line: `entitlement=…` or `isMemberOf=…`. */
export const grants: Text = {
  read: (text) =>
    text
      .split(/[\r\n]+/)
      .map((one) => one.trim())
      .filter((one) => one !== "")
      .map((one) => {
        const at = one.indexOf("=");
        return at < 0
          ? { attribute: one, value: "", role: "registrar" }
          : { attribute: one.slice(0, at).trim(), value: one.slice(at + 1).trim(), role: "registrar" };
      }),
  write: (value) => (value as readonly Grant[]).map((one) => `${one.attribute}=${one.value}`).join("\n"),
};
