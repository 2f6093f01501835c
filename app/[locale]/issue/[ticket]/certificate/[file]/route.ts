/** A certificate for a key of its holder's own making, as a file: DER, PEM, or PEM with those above it. */
import { api } from "@/server/api/caller.ts";
import type { CertifyAnswer } from "@/server/ca/local/views.ts";
import { browserKey } from "../../visit.ts";

type CertificateRoute = { params: Promise<{ ticket: string; file: string }> };
type Made = Extract<CertifyAnswer, { result: "certificate" }>;

export async function GET(_request: Request, { params }: CertificateRoute): Promise<Response> {
  const { ticket, file } = await params;
  const asked = { ticket: ticket.slice(0, 200), browser: (await browserKey(ticket)) ?? "" };
  const answer = await (await api()).issuing.certificate(asked);
  const body = answer.result === "certificate" ? contentOf(file, answer) : null;
  if (body === null) return new Response(null, { status: 404, headers: { "Cache-Control": "no-store" } });
  return new Response(body, {
    headers: {
      "Content-Type": file.endsWith(".cer") ? "application/pkix-cert" : "application/x-pem-file",
      "Content-Disposition": `attachment; filename="${file}"`,
      "Cache-Control": "no-store",
    },
  });
}

function contentOf(file: string, { friendlyName, certificate, chain }: Made): BodyInit | null {
  switch (file) {
    case `${friendlyName}.cer`:
      return certificate;
    case `${friendlyName}.pem`:
      return pemOf(certificate);
    case `${friendlyName}-chain.pem`:
      return [certificate, ...chain].map(pemOf).join("");
    default:
      return null;
  }
}

/** RFC 7468 §5. */
function pemOf(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
