/** A file of settings, as an operator has edited it: the page that follows shows what it would change. */
import { codeOf } from "@/server/api/errors.ts";
import { bounded } from "@/server/body.ts";
import { isFromOwnPage, seeOther } from "../../../../own-page.ts";
import { admitted, languageIn, told } from "../../sent-file.ts";

const most = 8 * 1024 * 1024;
/** Of the form beside the file. */
const forTheRest = 64 * 1024;

export async function POST(
  request: Request,
  { params }: { params: Promise<{ locale: string }> },
): Promise<Response> {
  const { locale } = await params;
  if (!isFromOwnPage(request)) return new Response(null, { status: 403 });
  const settings = await admitted(locale);
  if (settings instanceof Response) return settings;
  const asked = await bounded(request, most + forTheRest);
  if (!asked) return told(locale, { fault: "too_long" });
  try {
    const file = (await asked.formData()).get("file");
    if (!(file instanceof File) || file.size === 0) return told(locale, { fault: "no_file" });
    const format = formatOf(file.name);
    if (!format) return told(locale, { fault: "unknown_format", value: file.name.slice(0, 80) });
    const planned = await settings.plan({ format, octets: new Uint8Array(await file.arrayBuffer()) });
    if (planned.result === "planned") {
      return seeOther(`/${languageIn(locale)}/admin/institutions/import/${planned.id}`);
    }
    const { fault, line, value } = planned;
    return told(locale, { fault, value, ...(line !== null && { line: String(line) }) });
  } catch (error) {
    const code = codeOf(error);
    if (code === "not_found") return seeOther(`/${languageIn(locale)}/not-found`);
    if (code === "strong_login_needed") return told(locale, { fault: "proof_first" });
    return told(locale, { fault: code === "invalid_input" ? "too_long" : "failed" });
  }
}

function formatOf(name: string): "csv" | "yaml" | null {
  if (/\.(csv|txt)$/i.test(name)) return "csv";
  return /\.ya?ml$/i.test(name) ? "yaml" : null;
}
