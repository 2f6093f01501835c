/** OpenSSL as somebody else's judgement of what the portal hands out. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What the command says; throws with its own words when it refuses. */
export async function openssl(args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run("openssl", [...args], { maxBuffer: 16 * 1024 * 1024 });
  return stdout + stderr;
}

export type Opened = { folder: string; certificate: string; key: string; serial: string; subject: string };

/** Opens a .p12 with its PIN into PEM files below `folder`. */
export async function openP12(folder: string, p12: string, pin: string): Promise<Opened> {
  const certificate = join(folder, "certificate.pem");
  const key = join(folder, "key.pem");
  const password = ["-passin", `pass:${pin}`];
  await openssl(["pkcs12", "-in", p12, ...password, "-clcerts", "-nokeys", "-out", certificate]);
  await openssl(["pkcs12", "-in", p12, ...password, "-nocerts", "-nodes", "-out", key]);
  const serial = (await openssl(["x509", "-in", certificate, "-noout", "-serial"]))
    .trim()
    .replace("serial=", "");
  const subject = await openssl([
    "x509",
    "-in",
    certificate,
    "-noout",
    "-subject",
    "-nameopt",
    "RFC2253,utf8,-esc_msb",
  ]);
  return { folder, certificate, key, serial: serial.toLowerCase(), subject: subject.trim() };
}

/** The CA certificates that the portal publishes, as PEM files: trust anchor and issuer. */
export async function fetchAuthorities(folder: string, portal: string, issuer: "client" | "smime") {
  const files: Record<string, string> = {};
  for (const name of ["root", issuer]) {
    const answer = await fetch(`${portal}/pki/${name}.cer`);
    const der = join(folder, `${name}.cer`);
    await writeFile(der, Buffer.from(await answer.arrayBuffer()));
    files[name] = join(folder, `${name}.pem`);
    await openssl(["x509", "-inform", "DER", "-in", der, "-out", files[name]]);
  }
  return { root: files.root as string, issuer: files[issuer] as string };
}

/** The revocation list that the portal publishes now, as a PEM file. */
export async function fetchCrl(folder: string, portal: string, issuer: "client" | "smime"): Promise<string> {
  const answer = await fetch(`${portal}/pki/${issuer}.crl`);
  const der = join(folder, `${issuer}.crl`);
  await writeFile(der, Buffer.from(await answer.arrayBuffer()));
  const pem = join(folder, `${issuer}-crl.pem`);
  await openssl(["crl", "-inform", "DER", "-in", der, "-out", pem]);
  return pem;
}
