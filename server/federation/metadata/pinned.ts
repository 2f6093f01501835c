/** The certificates that may have signed metadata: those that the settings name, and no other. */
import { readFile } from "node:fs/promises";
import { certificatesIn } from "../service/keys.ts";
import { MetadataRefusal } from "./refusal.ts";

/** From PEM text, or from the paths of PEM files with commas between; base64 of DER. */
export async function pinnedCertificates(setting: string): Promise<string[]> {
  if (setting.includes("-----BEGIN CERTIFICATE-----")) return certificatesIn(setting);
  const paths = setting
    .split(",")
    .map((path) => path.trim())
    .filter(Boolean);
  try {
    const texts = await Promise.all(paths.map((path) => readFile(path, "utf8")));
    return texts.flatMap(certificatesIn);
  } catch (cause) {
    throw new MetadataRefusal("no_signer", `a certificate of the signer: ${(cause as Error).message}`, cause);
  }
}
