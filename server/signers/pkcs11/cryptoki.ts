/** A PKCS #11 module in this process: loaded and initialised once, whoever asks. */
import type { PKCS11 } from "pkcs11js";
import { KeyFault } from "../../kms/fault.ts";

export type Pkcs11js = typeof import("pkcs11js");

export type Cryptoki = {
  js: Pkcs11js;
  p11: PKCS11;
  /** Calls that are under way with sessions of its tokens. */
  underWay: { count: number };
  /** Makes it look at its tokens anew, when nothing is under way. Answers whether it did. */
  restart(): boolean;
};

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
  const underWay = { count: 0 };
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
  return {
    js,
    p11,
    underWay,
    restart() {
      if (underWay.count > 0) return false;
      try {
        p11.C_Finalize();
      } catch {
        // It was not initialised any more.
      }
      initialize(js, p11, path);
      return true;
    },
  };
}

function initialize(js: Pkcs11js, p11: PKCS11, path: string): void {
  try {
    p11.C_Initialize({ flags: js.CKF_OS_LOCKING_OK });
  } catch (cause) {
    if (wordOf(cause) === "CKR_CRYPTOKI_ALREADY_INITIALIZED") return;
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
