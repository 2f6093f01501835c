/** The stand-in as tests and `npm start` begin it: a process of its own, which ends with whoever started it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

export type UpkiSiteOptions = {
  folder: string;
  port?: number;
  mailbox?: string;
  registrar?: string;
  smtp?: string;
  /** Seconds; 0 (at once) unless said otherwise. */
  queue?: number;
  registrarDays?: number;
};

export type UpkiSiteAddresses = {
  /** The registrar's site: mutual TLS. */
  url: string;
  /** PIN page and the member's STEP1 to STEP3. */
  publicUrl: string;
  /** Paths of PEM files. */
  siteCa: string;
  mailCa: string;
  clientCa: string;
  smimeCa: string;
  registrarP12: string;
  passphrase: string;
  registrarCert: string;
  registrarKey: string;
  sender: string;
  control: string;
  smtp: string | null;
};

export type UpkiSite = Omit<UpkiSiteAddresses, "control"> & {
  /** Asks the control door: GET without a body, else POST. Throws what it refuses with. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they know is there.
  control(path: string, body?: object): Promise<any>;
  controlUrl: string;
  stop(): Promise<void>;
  /** As if the power had failed. The same folder goes on where it was. */
  kill9(): Promise<void>;
};

export async function startUpkiSite(options: UpkiSiteOptions): Promise<UpkiSite> {
  const { folder, queue = 0, registrarDays, ...others } = options;
  const given = { folder, queue, "registrar-days": registrarDays, ...others };
  const args = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  const run = join(import.meta.dirname, "run.ts");
  const node = ["--disable-warning=ExperimentalWarning", run, "--tied", ...args];
  const child = spawn(process.execPath, node, { stdio: ["pipe", "pipe", "inherit"] });
  const ready = await firstLine(child);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  };
  return {
    ...ready,
    controlUrl: ready.control,
    control: (path, body) => ask(ready.control, path, body),
    stop: () => end("SIGTERM"),
    kill9: () => end("SIGKILL"),
  };
}

async function firstLine(child: ChildProcess): Promise<UpkiSiteAddresses> {
  if (!child.stdout) throw new Error("no output to read");
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([once(lines, "line"), once(child, "exit")]);
  if (typeof line[0] !== "string" || !line[0].startsWith("{"))
    throw new Error("the UPKI stand-in did not start");
  return JSON.parse(line[0]) as UpkiSiteAddresses;
}

async function ask(control: string, path: string, body?: object) {
  const init = body ? { method: "POST", body: JSON.stringify(body) } : {};
  const answer = await fetch(`${control}${path}`, init);
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error);
  return said;
}
