/** OpenSSL as the other side: what it says of our files, in a folder that goes with the test. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "ca-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

/** Writes a file and gives its path. */
export function put(content: Uint8Array | string): string {
  files += 1;
  const path = join(folder, String(files));
  writeFileSync(path, content);
  return path;
}

/** Runs openssl; `said` is all that it wrote. */
export function openssl(...args: string[]): { ok: boolean; said: string } {
  const { status, stdout, stderr, error } = spawnSync("openssl", args, { encoding: "utf8" });
  if (error) throw error;
  return { ok: status === 0, said: `${stdout}${stderr}` };
}

export function pem(der: Uint8Array, label = "CERTIFICATE"): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** The certificates and the private key in a .p12, as PEM. */
export function unpack(file: Uint8Array, pin: string): { certificate: string; chain: string; key: string } {
  const path = put(file);
  const read = (...what: string[]) => {
    const { ok, said } = openssl("pkcs12", "-in", path, "-passin", `pass:${pin}`, ...what);
    if (!ok) throw new Error(said);
    return said;
  };
  return {
    certificate: read("-clcerts", "-nokeys"),
    chain: read("-cacerts", "-nokeys"),
    key: read("-nocerts", "-noenc"),
  };
}
