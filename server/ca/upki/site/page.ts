/** Pages as they are shown: their text, frames and forms, however old their HTML. */
import iconv from "iconv-lite";
import { type HTMLElement, parse } from "node-html-parser";
import { SiteFault } from "./faults.ts";
import type { Answer } from "./session.ts";

/** A form with what it holds before anybody fills it in. */
export type Form = {
  name: string;
  action: URL;
  method: "get" | "post";
  encoding: string;
  fields: ReadonlyMap<string, string>;
  /** Names of everything that can be filled in. */
  names: ReadonlySet<string>;
};

export type Page = {
  step: string;
  /** What a reader sees, in one line. */
  text: string;
  frames: ReadonlyMap<string, URL>;
  forms: readonly Form[];
};

/** HTML's, and `frame`, which it no longer has. */
const withoutEnd = [
  ...["area", "base", "basefont", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta"],
  ...["param", "source", "track", "wbr"],
];
const reading = {
  voidTag: { tags: withoutEnd },
  blockTextElements: { script: false, style: false, noscript: false },
  // Else what is not closed, as many an <option>, takes along all that it is in.
  parseNoneClosedTags: true,
  closeAllByClosing: true,
};

/** In the encoding that the answer names, or the page itself; else EUC-JP, as the service's are. What cannot be read is an empty page. */
export function readPage({ step, url, type, octets }: Answer): Page {
  const beginning = Buffer.from(octets.subarray(0, 2048)).toString("latin1");
  const encoding = charset(type) ?? charset(beginning) ?? "euc-jp";
  const html = new TextDecoder(encoding).decode(octets);
  try {
    const root = parse(html, reading);
    const base = addressIn(url, root.querySelector("base")?.getAttribute("href")) ?? url;
    return {
      step,
      text: root.structuredText.replace(/[\s\u3000]+/g, " ").trim(),
      frames: framesOf(root, base),
      forms: formsOf(root, html, { base, encoding }),
    };
  } catch (error) {
    // Elements within elements, more than the stack holds.
    if (!(error instanceof RangeError)) throw error;
    return { step, text: "", frames: new Map(), forms: [] };
  }
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

function addressIn(base: URL, address: string | undefined): URL | null {
  return address !== undefined && URL.canParse(address, base) ? new URL(address, base) : null;
}

/** What is said of a page that is not as expected. @param missing what was looked for */
export function changed(page: Page, missing: string): SiteFault {
  const excerpt = `${page.step}: no ${missing}; shown: ${page.text}`;
  return new SiteFault("page_changed", { sent: false, excerpt });
}

/** The address of a frame. @throws SiteFault `page_changed` */
export function frameOf(page: Page, name: string): URL {
  const address = page.frames.get(name);
  if (!address) throw changed(page, `frame ${name}`);
  return address;
}

/** The first form that `is` knows. @param what its name, for the fault @throws SiteFault `page_changed` */
export function formOf(page: Page, what: string, is: (form: Form) => boolean): Form {
  const form = page.forms.find(is);
  if (!form) throw changed(page, `form ${what}`);
  return form;
}

function framesOf(root: HTMLElement, base: URL): Map<string, URL> {
  const frames = new Map<string, URL>();
  for (const frame of root.querySelectorAll("frame, iframe")) {
    const [name, address] = [frame.getAttribute("name"), addressIn(base, frame.getAttribute("src"))];
    if (name && address) frames.set(name, address);
  }
  return frames;
}

function formsOf(root: HTMLElement, html: string, of: { base: URL; encoding: string }): Form[] {
  return root.querySelectorAll("form").flatMap((element) => {
    // Without an action a form goes back to its page.
    const action = addressIn(of.base, element.getAttribute("action") ?? "");
    if (!action) return [];
    // As in browsers, what stands between the form's two tags is its own, whatever else ends there (HTML §13.2.6.4.7).
    const [begin] = element.range;
    const length = html.slice(begin + 1).search(/<\/?form\b/i);
    const own = parse(length < 0 ? html.slice(begin) : html.slice(begin, begin + 1 + length), reading);
    return {
      name: element.getAttribute("name") ?? "",
      action,
      method: element.getAttribute("method")?.toLowerCase() === "post" ? ("post" as const) : ("get" as const),
      encoding: of.encoding,
      ...controlsOf(own),
    };
  });
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
