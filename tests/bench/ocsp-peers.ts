/** Other people's OCSP servers: `openssl ocsp` with an index of its own, and `cfssl ocspserve` with answers that were signed before. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export type OpensslCa = { certificate: string; command: (port: number) => [string, string[]] };

/** A CA with an RSA-3072 key, a responder with an RSA-2048 key, and an index that knows these serials (hexadecimal). */
export async function opensslCa(folder: string, serials: readonly string[]): Promise<OpensslCa> {
  const at = (name: string) => join(folder, name);
  const names = ["-subj", "/C=JP/O=Demo University A/CN=Bench CA", "-days", "30"];
  const newKey = (bits: number, name: string) => ["-newkey", `rsa:${bits}`, "-nodes", "-keyout", at(name)];
  await run("openssl", ["req", "-x509", ...newKey(3072, "ca.key"), ...names, "-out", at("ca.pem")]);
  const subject = ["-subj", "/C=JP/O=Demo University A/CN=Bench OCSP"];
  await run("openssl", [
    "req",
    "-new",
    ...newKey(2048, "responder.key"),
    ...subject,
    "-out",
    at("responder.csr"),
  ]);
  await writeFile(at("responder.ext"), "extendedKeyUsage=OCSPSigning\nnoCheck=yes\n");
  const signed = [
    "-CA",
    at("ca.pem"),
    "-CAkey",
    at("ca.key"),
    "-days",
    "14",
    "-extfile",
    at("responder.ext"),
  ];
  await run("openssl", ["x509", "-req", "-in", at("responder.csr"), ...signed, "-out", at("responder.pem")]);
  const rows = serials.map((serial, n) => `V\t301122000000Z\t\t${serial.toUpperCase()}\tunknown\t/CN=${n}\n`);
  await writeFile(at("ocsp-index.txt"), rows.join(""));
  const signer = ["-rsigner", at("responder.pem"), "-rkey", at("responder.key"), "-nmin", "60"];
  return {
    certificate: at("ca.pem"),
    command: (port) => [
      "openssl",
      ["ocsp", "-port", `${port}`, "-index", at("ocsp-index.txt"), "-CA", at("ca.pem"), ...signer],
    ],
  };
}

/** `answers` in DER, one for each serial. */
export async function cfsslServe(folder: string, answers: readonly Uint8Array[]) {
  const file = join(folder, "responses.txt");
  await writeFile(file, answers.map((der) => `${Buffer.from(der).toString("base64")}\n`).join(""));
  return (port: number): [string, string[]] => [
    "cfssl",
    ["ocspserve", "-address", "127.0.0.1", "-port", `${port}`, "-responses", file],
  ];
}

/** An OCSP request by OpenSSL, DER. */
export async function askedBy(
  folder: string,
  issuer: string,
  serial: string,
  nonce: boolean,
): Promise<Buffer> {
  const out = join(folder, `request-${serial}.der`);
  const how = ["-issuer", issuer, "-serial", `0x${serial}`, nonce ? "-nonce" : "-no_nonce"];
  await run("openssl", ["ocsp", ...how, "-reqout", out]);
  return readFile(out);
}
