/** A file for the service: handed out to whoever carries it there, and the page that it was answered with, as they have saved it. */
import { codeOf } from "@/server/api/errors.ts";
import { seeOther } from "../../../../own-page.ts";
import { admitted, languageIn, octetsOf, told, withFiles } from "../../sent-file.ts";

const mostOfReply = 4 * 1024 * 1024;

type FileRoute = { params: Promise<{ locale: string; upload: string }> };

export async function GET(_request: Request, { params }: FileRoute): Promise<Response> {
  const { locale, upload } = await params;
  const registrar = await admitted(locale);
  if (registrar instanceof Response) return registrar;
  try {
    const { kind, octets } = await registrar.file({ upload });
    return new Response(Uint8Array.from(octets), {
      headers: {
        "Content-Type": "text/tab-separated-values; charset=Shift_JIS",
        "Content-Disposition": `attachment; filename="${kind}-${upload.slice(0, 8)}.tsv"`,
        "Cache-Control": "no-store",
      },
    });
  } catch (error) {
    const isNotThere = codeOf(error) === "not_found" || codeOf(error) === "invalid_input";
    return isNotThere ? seeOther(`/${languageIn(locale)}/not-found`) : told(locale, "failed");
  }
}

export async function POST(request: Request, { params }: FileRoute): Promise<Response> {
  const { locale, upload } = await params;
  const wish = { locale, field: "reply", most: mostOfReply };
  return withFiles(request, wish, async (registrar, [file]) => {
    const taken = await registrar.enterReply({ upload, page: await octetsOf(file as File) });
    if (taken.outcome === "not_understood") return told(locale, "reply_not_understood");
    if (taken.outcome === "taken" && taken.lines === 0) return told(locale, "file_gone");
    const did = taken.outcome === "taken" ? "taken" : "reply_refused";
    return told(locale, did, [["count", String(taken.lines)]]);
  });
}
