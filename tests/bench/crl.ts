/** Revocation lists of 10 thousand to a million entries, beside `openssl ca -gencrl` with an index of as many, signed with the same key. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { promisify } from "node:util";
import type { Once } from "./crl-once.ts";
import { line } from "./figures.ts";

const run = promisify(execFile);

const sizes = [10_000, 100_000, 1_000_000];

export async function benchCrl(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "portal-bench-"));
  try {
    const key = join(folder, "ca.key");
    // An issuer of the portal has such a key.
    await run("openssl", ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072", "-out", key]);
    for (const count of sizes) {
      const peer = await openssl(folder, key, count);
      const about = `${count.toLocaleString("en")} entries`;
      console.log(line(`openssl ca -gencrl: ${about}`, { time: `${peer.toFixed(0)} ms` }));
      await ours(`portal: ${about}`, count, "array", key, peer);
      await ours(`portal: ${about}, encoded before`, count, "encoded", key, peer);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ours(what: string, count: number, how: "array" | "encoded", key: string, peer: number) {
  const script = join(import.meta.dirname, "crl-once.ts");
  const options = ["--expose-gc", "--disable-warning=ExperimentalWarning", script, `${count}`, how, key];
  const { time, size, growth }: Once = JSON.parse((await run(process.execPath, options)).stdout);
  console.log(
    line(what, {
      time: `${time.toFixed(1)} ms`,
      "openssl's speed": `× ${(peer / time).toFixed(0)} (goal × 30)`,
      list: `${(size / 1e6).toFixed(1)} MB`,
      memory: `its bytes × ${(growth / size).toFixed(1)} (limit × 5)${how === "encoded" ? ", entries included" : ", besides its entries"}`,
    }),
  );
}

/** Milliseconds of the better of two runs: the first also reads the program from the disk. */
async function openssl(folder: string, key: string, count: number): Promise<number> {
  const certificate = join(folder, "ca.pem");
  await run("openssl", ["req", "-x509", "-new", "-key", key, "-subj", "/CN=Bench CA", "-out", certificate]);
  await writeIndex(join(folder, "index.txt"), count);
  await writeFile(join(folder, "crlnumber"), "01\n");
  await writeFile(join(folder, "ca.cnf"), configuration(folder));
  const list = join(folder, "openssl.crl");
  const times: number[] = [];
  while (times.length < 2) {
    const begin = performance.now();
    await run("openssl", ["ca", "-config", join(folder, "ca.cnf"), "-gencrl", "-out", list]);
    times.push(performance.now() - begin);
  }
  if ((await stat(list)).size < count * 40) throw new Error("openssl's list lacks entries");
  return Math.min(...times);
}

function configuration(folder: string): string {
  return `[ca]
default_ca = bench
[bench]
database = ${folder}/index.txt
crlnumber = ${folder}/crlnumber
certificate = ${folder}/ca.pem
private_key = ${folder}/ca.key
default_md = sha256
default_crl_days = 7
crl_extensions = extensions
[extensions]
authorityKeyIdentifier = keyid
`;
}

/** `openssl ca`'s database: revoked certificates, each with serial and reason. */
async function writeIndex(path: string, count: number): Promise<void> {
  const index = createWriteStream(path);
  for (let n = 0; n < count; n += 1000) {
    let rows = "";
    for (let i = n; i < Math.min(count, n + 1000); i++) {
      const serial = `40${randomBytes(15).toString("hex").toUpperCase()}`;
      rows += `R\t301122000000Z\t261122000000Z,superseded\t${serial}\tunknown\t/CN=${i}\n`;
    }
    if (!index.write(rows)) await once(index, "drain");
  }
  index.end();
  await finished(index);
}
