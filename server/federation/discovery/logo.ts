/** Institutions' logos (mdui:Logo). One that is within the metadata is served by the portal, so that no page has to carry it. */
import type { Database } from "../../db.ts";

const largest = 256 * 1024;
const kinds = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"];

/** Where a browser finds the logo, or null when there is none that it should ask for. */
export function shownLogo(id: string, language: "ja" | "en", logo: string | null): string | null {
  if (logo?.startsWith("data:")) return `/login/logo/${id}/${language}`;
  return logo?.startsWith("https://") && URL.canParse(logo) ? logo : null;
}

/** A day: institutions seldom change their looks, and a search shows the same ones again and again. */
const cached = "public, max-age=86400";

/** Drawings (SVG) may hold scripts: they are of no use here, and run nowhere. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

export async function logoAnswer(db: Database, id: string, language: string): Promise<Response> {
  const logo = await logoOf(db, id, language);
  const image = logo && imageOf(logo);
  if (!image) return new Response(null, { status: 404, headers: { "cache-control": cached } });
  return new Response(new Uint8Array(image.octets), {
    headers: {
      "content-type": image.kind,
      "cache-control": cached,
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
    },
  });
}

async function logoOf(db: Database, id: string, language: string): Promise<string | null> {
  if (!/^[0-9a-f]{64}$/.test(id)) return null;
  const row = await db.identityProvider.findUnique({
    where: { id },
    select: { logoJa: true, logoEn: true },
  });
  return (language === "en" ? row?.logoEn : row?.logoJa) ?? null;
}

/** What a `data:` URL holds (RFC 2397), if it is an image of a kind and size for a small logo. */
export function imageOf(logo: string): { kind: string; octets: Buffer } | null {
  const [, kind = "", parameters = "", data = ""] = /^data:([^;,]*)([^,]*),(.*)$/s.exec(logo) ?? [];
  if (!kinds.includes(kind.toLowerCase()) || data.length > largest * 2) return null;
  const octets = /;\s*base64\s*$/i.test(parameters)
    ? Buffer.from(data.replace(/\s+/g, ""), "base64")
    : unescaped(data);
  return octets && octets.length > 0 && octets.length <= largest
    ? { kind: kind.toLowerCase(), octets }
    : null;
}

function unescaped(data: string): Buffer | null {
  try {
    return Buffer.from(decodeURIComponent(data), "utf8");
  } catch {
    return null;
  }
}
