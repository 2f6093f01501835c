/** SoftHSM 2: an HSM in software, with tokens of a test's own. For tests and benches; the settings of a module hold for a process. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tool } from "./tools.ts";

const places = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
  "/usr/local/lib/softhsm/libsofthsm2.so",
  "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

export const pin = "98765432";

export type SoftHsm = ReturnType<typeof softHsm>;

/** Whether it is here; in CI it is installed first. */
export function hasSoftHsm(): boolean {
  return tool("softhsm2-util") && places.some((place) => existsSync(place));
}

/** `mechanisms`: as softhsm2.conf's slots.mechanisms has them, to make an HSM that cannot do everything. */
export function softHsm(mechanisms = "ALL") {
  const folder = mkdtempSync(join(tmpdir(), "softhsm-"));
  const tokens = join(folder, "tokens");
  mkdirSync(tokens);
  const configuration = join(folder, "softhsm2.conf");
  writeFileSync(
    configuration,
    `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\nslots.mechanisms = ${mechanisms}\n`,
  );
  process.env.SOFTHSM2_CONF = configuration;
  return {
    module: places.find((place) => existsSync(place)) ?? "",
    tokens,
    newToken(label: string) {
      const args = ["--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", "12345678"];
      execFileSync("softhsm2-util", args, { env: { ...process.env, SOFTHSM2_CONF: configuration } });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
