/** The process's own sealing. A key that a KMS has encrypted is decrypted once, when the process starts; from then on nobody waits. */
import { type Env, env } from "./env.ts";
import { decryptKey } from "./kms/encrypted-key.ts";
import { KeyFault } from "./kms/fault.ts";
import { type Sealing, sealing } from "./secrets/sealing.ts";
import { eachSealingKey, readSealingKey } from "./secrets/sealing-key.ts";

type Settings = Pick<Env, "SEALING_KEY" | "SEALING_KEY_PREVIOUS" | "GCP_KMS_ENDPOINT">;

/** Seals with SEALING_KEY and opens with those of SEALING_KEY_PREVIOUS as well. @throws KeyFault */
export async function openSealing(settings: Settings): Promise<Sealing> {
  const [own = new Uint8Array(), ...former] = await Promise.all(
    allOf(settings).map(async (text) => {
      const read = readSealingKey(text);
      return "key" in read ? read.key : decryptKey(read.keyRef, read.encrypted, settings);
    }),
  );
  return sealing(own, ...former);
}

function allOf({ SEALING_KEY, SEALING_KEY_PREVIOUS }: Settings): string[] {
  return [SEALING_KEY, ...eachSealingKey(SEALING_KEY_PREVIOUS)];
}

// Next.js bundles what runs at the start apart from the pages: a module of its own would be another one there.
const kept = globalThis as { portalSealing?: Sealing };

/** To be awaited before the first request. @throws KeyFault */
export async function prepareSealing(): Promise<void> {
  kept.portalSealing ??= await openSealing(env());
}

/** The same, and ends a process whose sealing key cannot be opened, with the sentence that says why. */
export async function endWithoutSealing(): Promise<void> {
  try {
    await prepareSealing();
  } catch (error) {
    if (!(error instanceof KeyFault)) throw error;
    console.error(`\nThe sealing key (SEALING_KEY) cannot be opened. ${error.message}\n`);
    process.exit(1);
  }
}

/** @throws while a key that a KMS has encrypted has not been opened by `prepareSealing` */
export function ownSealing(): Sealing {
  if (kept.portalSealing) return kept.portalSealing;
  const settings = env();
  const read = allOf(settings).map(readSealingKey);
  const [own, ...former] = read.map((each) => {
    if ("key" in each) return each.key;
    throw new Error(
      "The sealing key is encrypted by a KMS and has not been opened: await prepareSealing() at the start.",
    );
  });
  kept.portalSealing = sealing(own ?? new Uint8Array(), ...former);
  return kept.portalSealing;
}
