/** The certificates of whoever signs the federation's metadata, as a setting: PEM text, or paths of PEM files with commas between. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { say } from "./words.ts";

const name = "FEDERATION_SIGNING_CERT";
const advice =
  "set it to the certificate that signs the federation's metadata, as PEM text or as the paths of PEM files with commas between";

export const signers = z.string({ error: say(name, advice) }).superRefine((value, context) => {
  const fault = faultOf(value);
  if (fault) context.addIssue({ code: "custom", message: `${name} is not right: ${fault}; ${advice}.` });
});

function faultOf(value: string): string | null {
  if (value.includes("-----BEGIN"))
    return isPem(value) ? null : "its text holds no certificate that can be read";
  const paths = value
    .split(",")
    .map((path) => path.trim())
    .filter(Boolean);
  if (paths.length === 0) return "no file is named";
  const bad = paths.find((path) => !isPemFile(path));
  return bad === undefined ? null : `the file ${bad} cannot be read, or holds no certificate that can be`;
}

function isPemFile(path: string): boolean {
  try {
    return isPem(readFileSync(path, "utf8"));
  } catch {
    return false;
  }
}

/** At least one certificate, and none that cannot be read. Where a setting is one line, `\n` stands for its line ends. */
function isPem(text: string): boolean {
  const blocks =
    text.replaceAll("\\n", "\n").match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.length > 0 && blocks.every(isCertificate);
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).publicKey !== undefined;
  } catch {
    return false;
  }
}
