/** Certificates as a setting: PEM text, in which `\n` may stand for line ends, or paths of PEM files with commas between. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Each certificate's PEM. @throws Error that says what is wrong; never what the setting holds, unless it is a path */
export function certificatesIn(value: string): string[] {
  if (value.includes("-----BEGIN")) {
    const found = read(value.replaceAll("\\n", "\n"));
    if (!found) throw new Error("its text holds no certificate that can be read");
    return found;
  }
  const paths = value
    .split(",")
    .map((path) => path.trim())
    .filter(Boolean);
  if (paths.length === 0) throw new Error("no file is named");
  return paths.flatMap((path) => {
    const found = read(textOf(path));
    if (!found) throw new Error(`the file ${path} cannot be read, or holds no certificate that can be`);
    return found;
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** At least one, and none that cannot be read. */
function read(text: string): string[] | null {
  const blocks = text.match(block) ?? [];
  return blocks.length > 0 && blocks.every(isCertificate) ? [...blocks] : null;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).publicKey !== undefined;
  } catch {
    return false;
  }
}
