/** Pages as they are shown: their text, frames and forms. */
import iconv from "iconv-lite";
import { type HTMLElement, parse } from "node-html-parser";
import { SiteFault } from "./faults.ts";
import type { Answer } from "./session.ts";

export type Page = { step: string; url: URL; encoding: string; root: HTMLElement };

/** A form with what it holds before anybody fills it in. */
export type Form = {
  action: URL;
  method: "get" | "post";
  encoding: string;
  fields: ReadonlyMap<string, string>;
  /** Names of everything that can be filled in. */
  names: ReadonlySet<string>;
};

/** HTML's, and `frame`, which it no longer has. */
const withoutEnd = [
  ...["area", "base", "basefont", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta"],
  ...["param", "source", "track", "wbr"],
];
const reading = {
  voidTag: { tags: withoutEnd },
  blockTextElements: { script: false, style: false, noscript: false },
};

/** In the encoding that the answer names, or the page itself; else EUC-JP, as the service's are. */
export function readPage({ step, url, type, octets }: Answer): Page {
  const beginning = Buffer.from(octets.subarray(0, 2048)).toString("latin1");
  const encoding = charset(type) ?? charset(beginning) ?? "euc-jp";
  const root = parse(new TextDecoder(encoding).decode(octets), reading);
  const base = root.querySelector("base")?.getAttribute("href");
  return { step, url: base && URL.canParse(base, url) ? new URL(base, url) : url, encoding, root };
}

function charset(text: string): string | null {
  const [, name = ""] = /charset=["']?([\w.:-]{1,40})/i.exec(text) ?? [];
  try {
    const { encoding } = new TextDecoder(name || undefined);
    return name && iconv.encodingExists(encoding) ? encoding : null;
  } catch {
    return null;
  }
}

/** What a reader sees, in one line. */
export function visibleText({ root }: Page): string {
  return root.structuredText.replace(/[\s\u3000]+/g, " ").trim();
}

/** What is said of a page that is not as expected. @param missing what was looked for */
export function changed(page: Page, missing: string, sent = false): SiteFault {
  const excerpt = `${page.step}: no ${missing}; shown: ${visibleText(page)}`;
  return new SiteFault("page_changed", { sent, excerpt });
}

/** The address of a frame. @throws SiteFault `page_changed` */
export function frameOf(page: Page, name: string): URL {
  const frame = page.root
    .querySelectorAll("frame, iframe")
    .find((element) => element.getAttribute("name") === name);
  const source = frame?.getAttribute("src");
  if (!source || !URL.canParse(source, page.url)) throw changed(page, `frame ${name}`);
  return new URL(source, page.url);
}

/** The form that `is` knows by its name or its action. @throws SiteFault `page_changed`, called `what` */
export function formOf(page: Page, what: string, is: (form: { name: string; action: URL }) => boolean): Form {
  for (const element of page.root.querySelectorAll("form")) {
    // Without an action a form goes back to its page.
    const action = element.getAttribute("action") ?? "";
    if (!URL.canParse(action, page.url)) continue;
    const form = { name: element.getAttribute("name") ?? "", action: new URL(action, page.url) };
    if (!is(form)) continue;
    const method = element.getAttribute("method")?.toLowerCase() === "post" ? "post" : "get";
    return { action: form.action, method, encoding: page.encoding, ...controlsOf(element) };
  }
  throw changed(page, `form ${what}`);
}

/** What a browser would send along, buttons aside. */
function controlsOf(form: HTMLElement): Pick<Form, "fields" | "names"> {
  const fields = new Map<string, string>();
  const names = new Set<string>();
  for (const control of form.querySelectorAll("input, select, textarea")) {
    const name = control.getAttribute("name");
    if (!name) continue;
    names.add(name);
    const value = defaultOf(control);
    if (value !== null) fields.set(name, value);
  }
  return { fields, names };
}

function defaultOf(control: HTMLElement): string | null {
  if (control.tagName === "TEXTAREA") return control.text;
  if (control.tagName === "SELECT") {
    const options = control.querySelectorAll("option");
    const chosen = options.find((option) => option.hasAttribute("selected")) ?? options[0];
    return chosen ? (chosen.getAttribute("value") ?? chosen.text.trim()) : null;
  }
  const type = (control.getAttribute("type") ?? "text").toLowerCase();
  if (["submit", "button", "image", "reset", "file"].includes(type)) return null;
  const ticked = ["checkbox", "radio"].includes(type);
  if (ticked && !control.hasAttribute("checked")) return null;
  return control.getAttribute("value") ?? (ticked ? "on" : "");
}

/** `application/x-www-form-urlencoded`, in the page's own encoding as browsers send it. */
export function urlencoded({ fields, encoding }: Form, filledIn: Readonly<Record<string, string>>): string {
  const written = (text: string) =>
    [...iconv.encode(text, encoding)]
      .map((octet) => {
        const character = String.fromCharCode(octet);
        if (/[\w.*-]/.test(character)) return character;
        return octet === 0x20 ? "+" : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
      })
      .join("");
  return [...new Map([...fields, ...Object.entries(filledIn)])]
    .map(([name, value]) => `${written(name)}=${written(value)}`)
    .join("&");
}
