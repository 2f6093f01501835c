import { notFound } from "next/navigation";
import { readOutbox } from "@/server/mail/outbox.ts";
import { readableOutbox } from "../../outbox.ts";

/** The mail as it would have been sent, for opening it in a mail program. */
export async function GET(_request: Request, { params }: { params: Promise<{ name: string }> }) {
  const folder = await readableOutbox();
  const { name } = await params;
  const file = await readOutbox(folder, name);
  if (!file) notFound();
  return new Response(new Uint8Array(file), {
    headers: {
      "Content-Type": "message/rfc822",
      "Content-Disposition": `attachment; filename="${name}.eml"`,
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
    },
  });
}
