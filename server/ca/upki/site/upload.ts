/** A file of requests goes to NII's site by the menu and its form. */
import { randomBytes } from "node:crypto";
import iconv from "iconv-lite";
import type { RequestKind } from "../tsv.ts";
import { SiteFault } from "./faults.ts";
import { loggedIn, type SiteParts } from "./login.ts";
import { changed, type Form, formOf, readPage } from "./page.ts";
import { submit } from "./walk.ts";

const applyTypes = { issue: "1", renew: "2", revoke: "3" } satisfies Record<RequestKind, string>;

export type Upload = {
  kind: RequestKind;
  /** The lines, in cp932. */
  file: Uint8Array;
  /** ASCII, ending in .tsv or .txt. */
  fileName: string;
};

/**
 * Uploads a file: all of it is taken, or nothing (`errorFlg` 0).
 * @returns the octets of the reply, a page in EUC-JP
 * @throws SiteFault while `sent` is false nothing has left and it may be tried again; when it is true, only the list tells what became of it
 */
export function uploadTsv(parts: SiteParts, { kind, file, fileName }: Upload): Promise<Uint8Array> {
  return loggedIn(parts, async (session, menu) => {
    const chosen = formOf(menu, "MainMenuForm", ({ name }) => name === "MainMenuForm");
    const page = readPage(await submit(session, chosen, { forwardName: "SP1011" }, { step: "upload form" }));
    const form = formOf(
      page,
      "SP1011",
      ({ name, action }) => name === "SP1011" || action.pathname.endsWith("/SP1011.do"),
    );
    for (const name of ["applyType", "errorFlg", "file"])
      if (!form.names.has(name)) throw changed(page, `field ${name}`);
    if (form.method !== "post") throw changed(page, "form that is posted");
    const filledIn = { applyType: applyTypes[kind], errorFlg: "0" };
    const body = multipart(form, filledIn, { name: "file", fileName, octets: file });
    const reply = await session.visit({ step: "upload", url: form.action, form: body, once: true });
    if (reply.octets.length === 0) throw new SiteFault("cut_off", { sent: true, excerpt: "upload: nothing" });
    return reply.octets;
  });
}

type File = { name: string; fileName: string; octets: Uint8Array };

/** multipart/form-data (RFC 7578) of everything in the form, what is filled in, and the file. */
function multipart(form: Form, filledIn: Readonly<Record<string, string>>, file: File) {
  if (!/^[\w.-]{1,100}$/.test(file.fileName)) throw new Error("The file's name is not plain ASCII.");
  const boundary = `----${randomBytes(16).toString("hex")}`;
  const quoted = (name: string) => name.replaceAll('"', "%22").replace(/[\r\n]/g, "");
  const part = (name: string, more: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"${more}\r\n\r\n`;
  const fields = [...new Map([...form.fields, ...Object.entries(filledIn)])];
  const octets = Buffer.concat([
    ...fields.map(([name, value]) => iconv.encode(`${part(name, "")}${value}\r\n`, form.encoding)),
    Buffer.from(part(file.name, `; filename="${file.fileName}"\r\nContent-Type: application/octet-stream`)),
    file.octets,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return { type: `multipart/form-data; boundary=${boundary}`, octets };
}
