/** A PKCS #11 module in this process: loaded and initialised once, whoever asks. */
import type { PKCS11 } from "pkcs11js";
import { KeyFault } from "../../kms/fault.ts";

export type Pkcs11js = typeof import("pkcs11js");

export type Cryptoki = {
  js: Pkcs11js;
  p11: PKCS11;
  /** How often it was begun: handles of sessions and keys from before are somebody else's now. */
  begun: number;
  /** Calls it between two restarts. */
  during<T>(call: () => Promise<T>): Promise<T>;
  /** Where it was ended, by itself or by somebody else in this process. */
  initialize(): void;
  /** Ends it and begins anew, once nothing is under way: it looks at its tokens again. Not more often than every few seconds. */
  restart(): Promise<void>;
};

/** Milliseconds. A restart takes their sessions from the tokens that are well. */
const restartsApart = 5_000;

// A process may hold this file more than once, as Next.js bundles it; a module takes being initialised once.
const shared = globalThis as { portalCryptoki?: Map<string, Cryptoki> };

/** @throws KeyFault `not_installed`, `not_configured` */
export async function cryptoki(path: string | undefined): Promise<Cryptoki> {
  if (!path)
    throw new KeyFault(
      "not_configured",
      "PKCS11_MODULE is missing: set it to the path of the HSM's PKCS #11 module, such as /usr/lib/softhsm/libsofthsm2.so.",
    );
  shared.portalCryptoki ??= new Map();
  const known = shared.portalCryptoki.get(path);
  if (known) return known;
  const js = await loadPackage();
  const opened = shared.portalCryptoki.get(path) ?? load(js, path);
  shared.portalCryptoki.set(path, opened);
  return opened;
}

/** Its native part is compiled when it is installed, which needs a compiler: so it may be missing, and is left to Node to find. */
async function loadPackage(): Promise<Pkcs11js> {
  try {
    const module = await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ "pkcs11js");
    return ("default" in module ? module.default : module) as Pkcs11js;
  } catch (cause) {
    throw new KeyFault(
      "not_installed",
      "The package pkcs11js is not installed, for it is compiled where it is used: have a C++ compiler, make and Python there, and run `npm install`.",
      cause,
    );
  }
}

function load(js: Pkcs11js, path: string): Cryptoki {
  const p11 = new js.PKCS11();
  try {
    p11.load(path);
  } catch (cause) {
    throw new KeyFault(
      "not_configured",
      `The PKCS #11 module ${path} cannot be loaded: set PKCS11_MODULE to the path of the HSM's module for this machine.`,
      cause,
    );
  }
  initialize(js, p11, path);
  let underWay = 0;
  let restarting: Promise<void> | null = null;
  let restartedAt = 0;
  let whenIdle = () => {};

  async function anew(): Promise<void> {
    if (underWay > 0) await new Promise<void>((idle) => (whenIdle = idle));
    restartedAt = Date.now();
    try {
      p11.C_Finalize();
    } catch {
      // It was not initialised any more.
    }
    begin();
  }

  const begin = () => {
    if (initialize(js, p11, path)) module.begun += 1;
  };
  const module: Cryptoki = {
    js,
    p11,
    begun: 1,
    async during(call) {
      while (restarting) await restarting.catch(() => {});
      underWay += 1;
      try {
        return await call();
      } finally {
        underWay -= 1;
        if (underWay === 0) whenIdle();
      }
    },
    initialize: begin,
    restart() {
      if (restarting) return restarting;
      if (Date.now() - restartedAt < restartsApart) return Promise.resolve();
      restarting = anew().finally(() => {
        restarting = null;
      });
      return restarting;
    },
  };
  return module;
}

/** False where it is under way already. */
function initialize(js: Pkcs11js, p11: PKCS11, path: string): boolean {
  try {
    p11.C_Initialize({ flags: js.CKF_OS_LOCKING_OK });
    return true;
  } catch (cause) {
    if (wordOf(cause) === "CKR_CRYPTOKI_ALREADY_INITIALIZED") return false;
    throw new KeyFault(
      "unreachable",
      `The PKCS #11 module ${path} does not start (${wordOf(cause)}): look at its own configuration and log.`,
      cause,
    );
  }
}

/** `CKR_…`, or what an error that is none of PKCS #11's says. */
export function wordOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /CKR_\w+/.exec(text)?.[0] ?? text.slice(0, 200);
}
