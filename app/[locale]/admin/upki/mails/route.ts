/** Mails of the service, as files: each is dealt with by itself, and has a result of its own. */
import type { OperatorCaller } from "../../operator.ts";
import { octetsOf, told, withFiles } from "../sent-file.ts";

const mostMails = 20;
const mostOctets = 512 * 1024;
/** Enough of a file's name to know it again; all of them have to fit into an address. */
const nameLength = 40;

type MailsRoute = { params: Promise<{ locale: string }> };

export async function POST(request: Request, { params }: MailsRoute): Promise<Response> {
  const { locale } = await params;
  const wish = { locale, field: "mails", most: mostMails * mostOctets };
  return withFiles(request, wish, async (registrar, files) => {
    if (files.length > mostMails) return told(locale, "too_many");
    const results: [string, string][] = [];
    for (const file of files) {
      results.push(
        ["mail", await outcomeOf(registrar, file)],
        ["name", [...file.name].slice(0, nameLength).join("")],
      );
    }
    return told(locale, "mails", results);
  });
}

/** What failed for one does not keep the others from being taken in. */
async function outcomeOf(registrar: OperatorCaller["upki"], file: File): Promise<string> {
  if (file.size > mostOctets) return "too_long";
  try {
    const { status, reason, again } = await registrar.takeMail({ mail: await octetsOf(file) });
    if (status === "dead") return `dead.${reason}`;
    return status === "done" && again ? "done_again" : status;
  } catch {
    // The procedure has logged it.
    return "failed";
  }
}
