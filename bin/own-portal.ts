/** The database of this portal, and what its keys are sealed with: for commands that make or open some. */
import { z } from "zod";
import { keys as settings } from "../server/env/keys.ts";
import { KeyFault } from "../server/kms/fault.ts";
import type { Sealing } from "../server/secrets/sealing.ts";
import type { Keys } from "./data-folder.ts";
import { withOwnDatabase } from "./own-database.ts";
import { Refusal } from "./refusal.ts";

export type OwnPortal = { databaseUrl: string; sealing: Sealing; baseUrl: string };

export function withOwnPortal<Answer>(use: (portal: OwnPortal) => Promise<Answer>): Promise<Answer> {
  return withOwnDatabase(async ({ url: databaseUrl, keys }) => {
    const { BASE_URL, PORT = "3000" } = process.env;
    const sealing = await sealingOf(keySettings(keys));
    const baseUrl = keys && !BASE_URL ? `http://localhost:${PORT}` : baseUrlOf();
    return use({ databaseUrl, sealing, baseUrl });
  });
}

export type KeySettings = z.output<typeof shape>;

const shape = z.object(settings);

/** As they are set, or else as the data folder has them. */
export function keySettings(keys: Keys | null): KeySettings {
  const set = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value?.trim()));
  const { SEALING_KEY, SEALING_KEY_PREVIOUS } = set.SEALING_KEY ? set : { ...keys };
  const read = shape.safeParse({ ...set, SEALING_KEY, SEALING_KEY_PREVIOUS });
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => issue.message).join("\n");
  throw new Refusal(
    `${problems}\nSEALING_KEY is the one that the portal runs with. Nothing was changed. / SEALING_KEY に、ポータルで使っている値を設定してください。何も変更していません。`,
  );
}

/** Opened, where a cloud's KMS has to decrypt the key by that. */
export async function sealingOf(settings: KeySettings): Promise<Sealing> {
  const { openSealing } = await import("../server/sealing.ts");
  return openSealing(settings).catch((error: unknown) => {
    if (!(error instanceof KeyFault)) throw error;
    throw new Refusal(
      `The sealing key cannot be opened. ${error.message} Nothing was changed. / 封印鍵を開けません。何も変更していません。`,
    );
  });
}

function baseUrlOf(): string {
  const { BASE_URL: url = "", VERCEL_PROJECT_PRODUCTION_URL: host } = process.env;
  if (URL.canParse(url)) return url;
  if (host) return `https://${host}`;
  throw new Refusal(
    "BASE_URL is missing or not right: set it to where users reach the portal, for new certificates are made out to its host. / BASE_URL に、ポータルの公開 URL を設定してください。新しい証明書の名前になります。",
  );
}
