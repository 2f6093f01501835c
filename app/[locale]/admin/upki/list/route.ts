/** The service's list of certificates, as a registrar has downloaded it. */
import { octetsOf, told, withFiles } from "../sent-file.ts";

const most = 32 * 1024 * 1024;

type ListRoute = { params: Promise<{ locale: string }> };

export async function POST(request: Request, { params }: ListRoute): Promise<Response> {
  const { locale } = await params;
  return withFiles(request, { locale, field: "list", most }, async (registrar, [file]) => {
    const compared = await registrar.takeList({ list: await octetsOf(file as File) });
    if ("fault" in compared) return told(locale, "list_unreadable");
    return told(locale, "list_compared", [["count", String(compared.differences)]]);
  });
}
