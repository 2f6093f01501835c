/** 書き出す: the audit of the chosen days as JSON Lines, with the proof that it belongs to the chain, sent as it is read. */
import { Readable } from "node:stream";
import { hasLocale } from "next-intl";
import { api } from "@/server/api/caller.ts";
import { codeOf } from "@/server/api/errors.ts";
import { bounded } from "@/server/body.ts";
import { routing } from "@/server/i18n/routing.ts";
import { isFromOwnPage, seeOther } from "../../../own-page.ts";
import { span } from "../../days.ts";

const mostOfForm = 4 * 1024;

type ExportRoute = { params: Promise<{ locale: string }> };

export async function POST(request: Request, { params }: ExportRoute): Promise<Response> {
  if (!isFromOwnPage(request)) return new Response(null, { status: 403 });
  const given = (await params).locale;
  const locale = hasLocale(routing.locales, given) ? given : routing.defaultLocale;
  const form = await (await bounded(request, mostOfForm))?.formData();
  if (!form) return new Response(null, { status: 413 });
  const [first, last] = [String(form.get("from") ?? ""), String(form.get("to") ?? "")];
  const { from, to } = span(first, last);
  const page = `/${locale}/admin/audit`;
  if (!from || !to) return seeOther(`${page}?export=nothing#export`);
  try {
    const { admin } = await api();
    const lines = await admin.audit.export({ from, to });
    return new Response(Readable.toWeb(Readable.from(lines, { objectMode: false })) as ReadableStream, {
      headers: {
        "Content-Type": "application/jsonl; charset=utf-8",
        "Content-Disposition": `attachment; filename="audit-${first}-${last}.jsonl"`,
        "Cache-Control": "no-store",
      },
    });
  } catch (error) {
    if (codeOf(error) === "not_signed_in")
      return seeOther(`/${locale}/login?${new URLSearchParams({ to: page })}`);
    if (codeOf(error) === "not_found" || codeOf(error) === "invalid_input")
      return seeOther(`/${locale}/not-found`);
    throw error;
  }
}
