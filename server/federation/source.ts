/** Where metadata comes from: the web or a file, and the certificates that may have signed it. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { certificatesIn } from "./keys.ts";
import { MetadataRefusal } from "./metadata.ts";

const largest = 100 * 1024 * 1024;

export async function fetchMetadata(url: string): Promise<string> {
  try {
    if (url.startsWith("file:")) return await readFile(fileURLToPath(url), "utf8");
    const response = await fetch(url, {
      headers: { accept: "application/samlmetadata+xml, application/xml;q=0.9, */*;q=0.1" },
      signal: AbortSignal.timeout(60_000),
    });
    if (!response.ok) throw new MetadataRefusal("unreachable", `${url} answered ${response.status}`);
    if (Number(response.headers.get("content-length") ?? 0) > largest)
      throw new MetadataRefusal("unreachable", `${url} is larger than ${largest} octets`);
    return await response.text();
  } catch (cause) {
    if (cause instanceof MetadataRefusal) throw cause;
    throw new MetadataRefusal("unreachable", `${url} could not be read`, cause);
  }
}

/** From PEM text, or from the paths of PEM files with commas between. */
export async function pinnedCertificates(setting: string): Promise<string[]> {
  if (setting.includes("-----BEGIN CERTIFICATE-----")) return certificatesIn(setting);
  const paths = setting
    .split(",")
    .map((path) => path.trim())
    .filter(Boolean);
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8")));
  return texts.flatMap(certificatesIn);
}
