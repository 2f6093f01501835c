/**
 * .p12 files a second of CPU, user and system: RSA-2048, two certificates above, 2,048 iterations, beside `openssl pkcs12 -export`, a process
 * a file as a CA by script has it. A process costs its start; so, where Python's cryptography is installed, its making of the same file is told too,
 * which is OpenSSL's library without one.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueCertificate } from "../../server/pki/certificate.ts";
import { generateRsaKey } from "../../server/pki/keys.ts";
import { parseName } from "../../server/pki/name.ts";
import { nodeSuite } from "../../server/pki/node-suite.ts";
import { toPem } from "../../server/pki/pem.ts";
import { buildPkcs12, type Pkcs12Content } from "../../server/pki/pkcs12.ts";
import { rootProfile } from "../../server/pki/profile.ts";
import { newSerial } from "../../server/pki/serial.ts";
import { keySigner } from "../../server/pki/signer.ts";
import { addCalendarMonths } from "../../server/pki/validity.ts";
import { line, percentile } from "./figures.ts";

const password = "8k353R4ttZ4sj7C6";
const rounds = 9;
const ours = 150;
const theirs = 25;
const goal = 2;

const old = ["-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"];
const encryptions = { modern: [], compatible: old } as const;
type Encryption = keyof typeof encryptions;

export async function benchPkcs12(): Promise<void> {
  const [own, ...chain] = await Promise.all(["Hanako", "Bench CA", "Bench Root CA"].map(selfSigned));
  if (!own) throw new Error("No certificate.");
  const content = {
    pkcs8: own.privateKey.export({ type: "pkcs8", format: "der" }),
    certificate: own.certificate,
    chain: chain.map(({ certificate }) => certificate),
    friendlyName: "client-11",
  };
  const cwd = mkdtempSync(join(tmpdir(), "portal-bench-"));
  try {
    writeFileSync(join(cwd, "own.key"), toPem(content.pkcs8, "PRIVATE KEY"));
    writeFileSync(join(cwd, "own.pem"), toPem(content.certificate, "CERTIFICATE"));
    writeFileSync(join(cwd, "chain.pem"), content.chain.map((one) => toPem(one, "CERTIFICATE")).join(""));
    const isWithPython = hasPython();
    for (const encryption of ["modern", "compatible"] as const)
      await compare(encryption, content, cwd, isWithPython);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** Who signed what is nothing to a .p12. */
async function selfSigned(name: string) {
  const { publicKey, privateKey } = await generateRsaKey(2048);
  const now = new Date();
  const subject = parseName(`CN=${name},O=Demo University A,C=JP`);
  const term = { notBefore: now, notAfter: addCalendarMonths(now, 13) };
  const template = {
    subject,
    publicKey,
    serial: newSerial(),
    ...term,
    profile: rootProfile,
    issuer: "self" as const,
  };
  return { privateKey, certificate: await issueCertificate(template, keySigner(privateKey)) };
}

/** All take turns, and the median of the rounds' ratios counts: whatever else the machine does falls upon all. */
async function compare(
  encryption: Encryption,
  content: Pkcs12Content,
  cwd: string,
  isWithPython: boolean,
): Promise<void> {
  const makers: Record<string, () => Promise<number> | number> = {
    "the portal": () => ownRate(encryption, content),
    "openssl pkcs12 -export": () => opensslRate(encryption, cwd),
    ...(isWithPython && { "Python's cryptography": () => pythonRate(encryption, cwd) }),
  };
  await ownRate(encryption, content);
  const rates: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, rate] of Object.entries(makers)) rates[name] = [...(rates[name] ?? []), await rate()];
  }
  const own = rates["the portal"] ?? [];
  for (const [name, all] of Object.entries(rates)) {
    const ratio = percentile(
      own.map((rate, round) => rate / (all[round] ?? Number.NaN)),
      0.5,
    );
    const beside: Record<string, string> = { "portal is": `${ratio.toFixed(2)} ×` };
    if (name.startsWith("openssl")) beside.goal = `≥ ${goal} ×`;
    const figures = {
      "files / s of CPU": percentile(all, 0.5).toFixed(0),
      ...(name !== "the portal" && beside),
    };
    console.log(line(`.p12 ${encryption}: ${name}`, figures));
  }
}

async function ownRate(encryption: Encryption, content: Pkcs12Content): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < ours; n++) await buildPkcs12({ ...content, password, encryption }, nodeSuite);
  const { user, system } = process.cpuUsage(before);
  return ours / ((user + system) / 1_000_000);
}

/** The shell tells what its children took: `times` (POSIX), in its second line. */
function opensslRate(encryption: Encryption, cwd: string): number {
  const files = "-inkey own.key -in own.pem -certfile chain.pem -name client-11";
  const command = `openssl pkcs12 -export ${files} -passout pass:${password} -out of-openssl.p12`;
  const script = `n=0; while [ $n -lt ${theirs} ]; do ${command} ${encryptions[encryption].join(" ")}; n=$((n+1)); done; times`;
  const told = execFileSync("sh", ["-c", script], { cwd, encoding: "utf8" });
  const seconds = [...(told.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, rest]) => Number(minutes) * 60 + Number(rest),
  );
  return theirs / seconds.reduce((sum, some) => sum + some, 0);
}

const python = `
import sys, time
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12
key = serialization.load_pem_private_key(open("own.key", "rb").read(), None)
own = x509.load_pem_x509_certificate(open("own.pem", "rb").read())
chain = x509.load_pem_x509_certificates(open("chain.pem", "rb").read())
modern = sys.argv[1] == "modern"
algorithm = pkcs12.PBES.PBESv2SHA256AndAES256CBC if modern else pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC
mac = hashes.SHA256() if modern else hashes.SHA1()
protection = (PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2048).key_cert_algorithm(algorithm)
    .hmac_hash(mac).build(sys.argv[2].encode()))
make = lambda: pkcs12.serialize_key_and_certificates(b"client-11", key, own, chain, protection)
make()
begin = time.process_time()
for _ in range(${ours}): made = make()
print(${ours} / (time.process_time() - begin))
`;

function hasPython(): boolean {
  try {
    execFileSync("python3", ["-c", "import cryptography"], { stdio: "ignore" });
    return true;
  } catch {
    console.log("Python's cryptography is not here: OpenSSL is told with the start of its process only.");
    return false;
  }
}

function pythonRate(encryption: Encryption, cwd: string): number {
  return Number(execFileSync("python3", ["-c", python, encryption, password], { cwd, encoding: "utf8" }));
}
