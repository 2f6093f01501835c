/** The portal as a user starts it, for tests of starting and stopping. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { root } from "./sources.ts";

export class StartedPortal {
  readonly baseUrl: string;
  readonly #child: ChildProcess;
  readonly #over: Promise<number | null>;
  #said = "";

  /** What `npm start` runs, or another command, in a process group of its own as a terminal gives it. */
  constructor(
    settings: { PORT: string; DATA_DIR: string } & Record<string, string>,
    [command, ...args]: readonly [string, ...string[]] = ["node", "bin/start.mjs"],
  ) {
    this.baseUrl = `http://localhost:${settings.PORT}`;
    const empty = { BASE_URL: "", DATABASE_URL: "", AUTH_SECRET: "", SEALING_KEY: "", HOST: "" };
    this.#child = spawn(command, args, {
      cwd: root,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...empty, ...settings },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk) => {
        this.#said += chunk;
      });
    }
    this.#over = new Promise((done) => this.#child.once("close", done));
  }

  get said(): string {
    return this.#said;
  }

  /** The numbers of this process and of all that came from it; not of `spared` and what came from that. */
  processes(spared?: number): number[] {
    const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
    const parents = new Map(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]),
    );
    const isOurs = (pid: number): boolean => {
      if (pid === spared) return false;
      const parent = parents.get(pid);
      return pid === this.#child.pid || (parent !== undefined && parent > 1 && isOurs(parent));
    };
    return [...parents.keys()].filter(isOurs);
  }

  /** Until it says where to go. */
  async ready(): Promise<void> {
    let over = false;
    this.#over.then(() => {
      over = true;
    });
    while (!this.#said.includes("The portal is ready")) {
      if (over) throw new Error(`the portal ended: ${this.#said}`);
      await pause(50);
    }
  }

  /** Ctrl-C: the terminal tells the whole group. The exit code. */
  async interrupt(): Promise<number | null> {
    process.kill(-(this.#child.pid as number), "SIGINT");
    return this.#over;
  }

  /** The first process alone is told to end, as a supervisor tells it. */
  terminate(): void {
    this.#child.kill("SIGTERM");
  }

  /** Its exit code, when it ends by itself. */
  ended(): Promise<number | null> {
    return this.#over;
  }

  /** All of it at once, as when the machine's power goes. */
  async kill(): Promise<void> {
    for (const pid of this.processes()) killNow(pid);
    await this.#over;
  }
}

/** One may have ended with another that was killed just before. */
function killNow(pid: number) {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
}
