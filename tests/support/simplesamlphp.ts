/** 見本大学 and 見本高専: institutions whose identity providers are a real SimpleSAMLphp, served by PHP's own web server. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "@/bin/free-port.ts";
import { run, tool, unpackedPackage } from "./tools.ts";

const configuration = join(import.meta.dirname, "simplesamlphp");
const installed = "/usr/share/simplesamlphp";

/** What the institutions may choose (SimpleSAMLphp's reference of hosted providers). */
export type Choices = {
  "saml20.sign.response"?: boolean;
  "assertion.encryption"?: boolean;
  "nameid.encryption"?: boolean;
  "signature.algorithm"?: string;
};

export type SimpleSamlPhp = Awaited<ReturnType<typeof openSimpleSamlPhp>>;

/** Where the program is, unpacked into the folder where it is not installed; null where it cannot be had. */
export function findSimpleSamlPhp(folder: string): string | null {
  if (!tool("php") || !tool("openssl")) return null;
  if (existsSync(installed)) return installed;
  return unpackedPackage("simplesamlphp", folder) ? join(folder, installed) : null;
}

/** `folder`: for its keys, sessions, logs, and for what it learns. `service`: the host to which it may send people. */
export async function openSimpleSamlPhp(program: string, folder: string, service: string) {
  const port = await freePort();
  const urls = { university: `http://127.0.0.1:${port}`, college: `http://localhost:${port}` };
  const env = {
    ...process.env,
    SIMPLESAMLPHP: program,
    SIMPLESAMLPHP_CONFIG_DIR: configuration,
    IDP_FOLDER: folder,
    SERVICE_HOST: service,
  };
  mkdirSync(join(folder, "sessions"), { recursive: true });
  makeKey(folder, "idp");

  const log = openSync(join(folder, "php.log"), "a");
  const pages = ["-S", `127.0.0.1:${port}`, "-t", join(program, "www"), join(configuration, "pages.php")];
  const php = spawn("php", pages, { env, stdio: ["ignore", log, log] });
  const ended = new Promise<void>((done) => php.once("close", () => done()));
  // Also when the test that opened it fails on its way to close it.
  process.once("exit", () => php.kill());
  const metadata = (url: string) =>
    firstAnswer(`${url}/saml2/idp/metadata.php`, () => php.exitCode !== null).catch((cause) => {
      php.kill();
      throw new Error(`SimpleSAMLphp did not answer: ${read(folder, "php.log")}`, { cause });
    });

  return {
    urls,
    /** What they say of themselves: an EntityDescriptor each. */
    metadata: [await metadata(urls.university), await metadata(urls.college)],
    /** Learns from its own metadata who a service is, or from the federation's who the institutions are. */
    learn(kind: "saml20-sp-remote" | "saml20-idp-remote", metadata: string) {
      const converted = spawnSync("php", [join(configuration, "convert.php"), kind], {
        env,
        input: metadata,
        encoding: "utf8",
      });
      if (converted.status !== 0) throw new Error(`no metadata to SimpleSAMLphp: ${converted.stdout}`);
      writeFileSync(join(folder, `${kind}.php`), converted.stdout);
    },
    /** Its page for choosing an institution (its «discovery service»). */
    discoveryUrl: `${urls.university}/module.php/saml/disco.php`,
    /** From the next login on. */
    choose(choices: Choices) {
      writeFileSync(join(folder, "choices.json"), JSON.stringify(choices));
    },
    /** What it tells its operators. */
    log: () => read(folder, "simplesamlphp.log"),
    async close() {
      php.kill();
      await ended;
    },
  };
}

/** A key pair of its own: `name.key` and `name.crt`. */
export function makeKey(folder: string, name: string) {
  const files = ["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.crt`)];
  const { ok, said } = run("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "3650", "-subj", `/CN=${name}`],
    ...files,
  ]);
  if (!ok) throw new Error(said);
}

async function firstAnswer(url: string, isOver: () => boolean): Promise<string> {
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return answer.text();
    if (answer || isOver()) throw new Error((await answer?.text()) ?? "it ended");
    await pause(50);
  }
}

function read(folder: string, name: string): string {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
