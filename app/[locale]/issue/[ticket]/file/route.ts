/** The .p12 itself: the answer to the download form, and to nothing else. */
import { hasLocale } from "next-intl";
import { api } from "@/server/api/caller.ts";
import { bounded } from "@/server/body.ts";
import type { PackageAnswer } from "@/server/ca/local/views.ts";
import { routing } from "@/server/i18n/routing.ts";
import { isFromOwnPage, seeOther } from "../../../own-page.ts";
import { browserKey } from "../visit.ts";

/** The form holds one word. */
const formLimit = 16 * 1024;

type FileRoute = { params: Promise<{ locale: string; ticket: string }> };

export async function POST(request: Request, { params }: FileRoute): Promise<Response> {
  const { locale, ticket } = await params;
  if (!isFromOwnPage(request)) return new Response(null, { status: 403 });
  const asked = await bounded(request, formLimit);
  if (!asked) return new Response(null, { status: 413 });
  const form = await asked.formData();
  // The page says so where it is meant. A browser that makes keys itself says nothing: it was pressed before the page's script was there.
  const isForServer = form.get("madeBy") === "server";
  const encryption = form.get("encryption") === "modern" ? "modern" : "compatible";
  const page = `/${hasLocale(routing.locales, locale) ? locale : routing.defaultLocale}/issue/${encodeURIComponent(ticket)}`;
  if (!isForServer) return seeOther(`${page}/download?early=1`);

  let answer: PackageAnswer;
  try {
    const browser = (await browserKey(ticket)) ?? "";
    answer = await (await api()).issuing.collect({ ticket: ticket.slice(0, 200), browser, encryption });
  } catch {
    // The procedure has logged it; nothing was used up, so the page may be asked again.
    return seeOther(`${page}/download?failed=1`);
  }
  if (answer.result === "refused" && answer.because === "not_allowed") return seeOther(`${page}/download`);
  if (answer.result === "refused" && answer.because === "no_issuer")
    return seeOther(`${page}/download?failed=no_issuer`);
  // The PIN page says what is wrong with the ticket, or asks for the PIN again.
  if (answer.result === "refused") return seeOther(`${page}?again=1`);
  return new Response(answer.file, {
    headers: {
      "Content-Type": "application/x-pkcs12",
      "Content-Disposition": `attachment; filename="${answer.fileName}"`,
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
    },
  });
}
