/** The settings of every institution as a file, part by part: however many there are, none waits for the last. */
import { admitted } from "../sent-file.ts";

const types = { csv: "text/csv; charset=utf-8", yaml: "application/yaml; charset=utf-8" };

export async function GET(
  request: Request,
  { params }: { params: Promise<{ locale: string }> },
): Promise<Response> {
  const settings = await admitted((await params).locale);
  if (settings instanceof Response) return settings;
  const format = new URL(request.url).searchParams.get("as") === "yaml" ? "yaml" : "csv";
  // Before anything is answered: what fails here is an answer of its own, and no file that ends in the middle.
  let part = await settings.exportPart({ format, place: null });
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      // A part without text asks for the next one at once: nothing else would.
      while (part.text === "" && part.next) part = await settings.exportPart({ format, place: part.next });
      controller.enqueue(encoder.encode(part.text));
      if (part.next) part = await settings.exportPart({ format, place: part.next });
      else controller.close();
    },
  });
  return new Response(body, {
    headers: {
      "Content-Type": types[format],
      "Content-Disposition": `attachment; filename="institutions.${format}"`,
      "Cache-Control": "no-store",
    },
  });
}
