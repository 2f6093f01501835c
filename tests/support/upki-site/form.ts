/** What a form sends: application/x-www-form-urlencoded and multipart/form-data (RFC 7578). */
import type { IncomingMessage } from "node:http";

export type Form = { fields: Map<string, string>; files: Map<string, { name: string; octets: Buffer }> };

export async function readForm(question: IncomingMessage, atMost: number): Promise<Form> {
  const form: Form = { fields: new Map(), files: new Map() };
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of question) {
    length += chunk.length;
    if (length > atMost) throw new Error("the form is too large");
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const type = question.headers["content-type"] ?? "";
  if (type.startsWith("application/x-www-form-urlencoded"))
    for (const [name, value] of new URLSearchParams(body.toString("latin1"))) form.fields.set(name, value);
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)/.exec(type)?.[1];
  if (boundary) readParts(body, boundary, form);
  return form;
}

function readParts(body: Buffer, boundary: string, form: Form): void {
  const mark = Buffer.from(`\r\n--${boundary}`, "latin1");
  const whole = Buffer.concat([Buffer.from("\r\n"), body]);
  let start = whole.indexOf(mark);
  while (start >= 0) {
    const end = whole.indexOf(mark, start + mark.length);
    if (end < 0) return;
    const part = whole.subarray(start + mark.length + 2, end);
    start = end;
    const gap = part.indexOf("\r\n\r\n");
    const head = part.subarray(0, gap).toString("utf8");
    const octets = part.subarray(gap + 4);
    const name = /name="([^"]*)"/.exec(head)?.[1] ?? "";
    const fileName = /filename="([^"]*)"/.exec(head)?.[1];
    if (fileName === undefined) form.fields.set(name, octets.toString("latin1"));
    else form.files.set(name, { name: fileName, octets });
  }
}
