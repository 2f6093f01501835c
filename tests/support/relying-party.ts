/** Services that take client certificates, set up by the very texts of the guide: only folders and ports are other ones. */
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "@/bin/free-port.ts";
import { folder as etcFolder } from "@/components/guide/verify/servers.ts";
import { run, withServices } from "./tools.ts";

/** What a client says and whether it was content, while the service that it speaks to is listened to. */
function ask(program: string, args: readonly string[]): Promise<{ ok: boolean; said: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { env: withServices, maxBuffer: 1 << 24 }, (error, stdout, stderr) =>
      resolve({ ok: error === null, said: `${stdout}${stderr}` }),
    );
  });
}

/** A text of the guide with other places in it; each must be there. */
export function inPlace(text: string, places: Readonly<Record<string, string>>): string {
  return Object.entries(places).reduce((placed, [from, to]) => {
    if (!placed.includes(from)) throw new Error(`The guide does not say ${from}: ${text}`);
    return placed.replaceAll(from, to);
  }, text);
}

/** Has a shell do in the folder what the guide says, and gives what it said. `after`: even what fails. */
export function carryOut(folder: string, script: string, after: "success" | "whatever" = "success"): string {
  const { status, stdout, stderr } = spawnSync("sh", ["-e"], {
    cwd: folder,
    input: script,
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C.UTF-8" },
  });
  if (after === "success" && status !== 0) throw new Error(`${script}\n\n${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}

/** A certificate for the service itself, which its visitors trust: `service.pem`, `service.key`. */
export function certifyService(folder: string): void {
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", join(folder, "service.key"), "-out", join(folder, "service.pem")];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  const { ok, said } = run("openssl", ["req", "-x509", ...key, ...files, ...names]);
  if (!ok) throw new Error(said);
}

/** What is running, to be ended whatever becomes of the test. */
export class Running {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #over: Promise<unknown>;
  said = "";

  constructor(port: number, program: string, args: readonly string[]) {
    this.port = port;
    this.#child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: withServices });
    this.#over = new Promise((done) => this.#child.once("error", done).once("close", done));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk) => {
        this.said += chunk;
      });
    }
  }

  /** Until `isReady`, which is asked again and again; throws when the program ends before. */
  async until(isReady: () => boolean | Promise<boolean>): Promise<this> {
    let over = false;
    this.#over.then(() => {
      over = true;
    });
    while (!(await isReady())) {
      if (over) throw new Error(`It ended: ${this.said}`);
      await pause(20);
    }
    return this;
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#over;
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
      .once("connect", () => resolve(true))
      .once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

/** nginx with a `server` of the guide: one process, which writes nowhere but below the folder. */
export async function startNginx(folder: string, server: string): Promise<Running> {
  const port = await freePort();
  const places = {
    "listen 443": `listen 127.0.0.1:${port}`,
    "/etc/ssl/service": join(folder, "service"),
    [etcFolder]: join(folder, "client-ca"),
  };
  const file = join(folder, `nginx-${port}.conf`);
  const paths = temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
  writeFileSync(
    file,
    `daemon off;
master_process off;
pid ${folder}/nginx-${port}.pid;
error_log stderr info;
events {}
http {
access_log off;
${paths}
${inPlace(server, places)}
}
`,
  );
  const nginx = new Running(port, "nginx", ["-e", "stderr", "-p", folder, "-c", file]);
  return nginx.until(() => listens(port));
}

/** What nginx answers to whoever shows this .p12: 204 to whom it lets in, 400 to whom it does not. */
export async function visit(
  folder: string,
  { port }: Running,
  holder: { p12: string; pin: string },
): Promise<string> {
  const shown = ["--cert-type", "P12", "--cert", `${holder.p12}:${holder.pin}`];
  const trusted = ["--cacert", join(folder, "service.pem")];
  const asking = ["-sS", "-o", join(folder, "answer"), "-w", "%{http_code}", `https://localhost:${port}/`];
  return (await ask("curl", ["-4", ...shown, ...trusted, ...asking])).said;
}

const secret = "testing123";

/** FreeRADIUS with an `eap` of the guide, and as little else as there can be. */
export async function startFreeradius(folder: string, eap: string): Promise<Running> {
  const port = await freePort();
  const home = join(folder, `radius-${port}`);
  mkdirSync(home);
  const certificates = "/etc/freeradius/3.0/certs/server";
  const places = { [certificates]: join(folder, "service"), [etcFolder]: join(folder, "client-ca") };
  writeFileSync(join(home, "dictionary"), "$INCLUDE /usr/share/freeradius/dictionary\n");
  writeFileSync(
    join(home, "radiusd.conf"),
    `libdir = /usr/lib/freeradius
run_dir = ${home}
log {
    destination = stdout
}
modules {
${inPlace(eap, places)}
}
client localhost {
    ipaddr = 127.0.0.1
    secret = ${secret}
}
server default {
    listen {
        type = auth
        ipaddr = 127.0.0.1
        port = ${port}
    }
    authorize {
        eap
    }
    authenticate {
        eap
    }
}
`,
  );
  const radius = new Running(port, "freeradius", ["-f", "-xx", "-l", "stdout", "-d", home]);
  return radius.until(() => radius.said.includes("Ready to process requests"));
}

/** Whether FreeRADIUS lets in whoever shows this .p12, as a wireless network asks it. */
export function joinNetwork(
  folder: string,
  { port }: Running,
  { p12, pin }: { p12: string; pin: string },
): Promise<{ ok: boolean; said: string }> {
  const file = join(folder, "network.conf");
  writeFileSync(
    file,
    `network={
    key_mgmt=WPA-EAP
    eap=TLS
    identity="anonymous@example.ac.jp"
    ca_cert="${join(folder, "service.pem")}"
    private_key="${p12}"
    private_key_passwd="${pin}"
}
`,
  );
  return ask("eapol_test", ["-c", file, "-a", "127.0.0.1", "-p", String(port), "-s", secret, "-t", "15"]);
}
